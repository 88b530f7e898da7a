"""Requests of every length, for the benchmarks of the gate. Counts what it executes if BENCH_COUNT_FILE says where."""

import os
import time

PIECE = b"0123456789abcde\n" * 4096
LARGE = PIECE * 4
GIANT_BYTES = 1_000_000_000


def quick():
    """A millisecond of work."""
    end = time.perf_counter() + 0.001
    while time.perf_counter() < end:
        pass


WORK = {
    "/hello": lambda: None,
    "/quick": quick,
    "/ten": lambda: time.sleep(0.01),
    "/tenth": lambda: time.sleep(0.1),
    "/slow": lambda: time.sleep(2),
}

# One byte for each request that is executed: appending is atomic, and the size of the file is the count.
COUNT = os.open(os.environ["BENCH_COUNT_FILE"], os.O_WRONLY | os.O_APPEND) if "BENCH_COUNT_FILE" in os.environ else None


def drain(environ):
    """Reads the request body and returns how many bytes came."""
    left = int(environ.get("CONTENT_LENGTH") or 0)
    read = environ["wsgi.input"].read
    total = 0
    while total < left:
        piece = read(min(65536, left - total))
        if not piece:
            break
        total += len(piece)
    return total


def giant():
    for _ in range(GIANT_BYTES // len(PIECE)):
        yield PIECE
    yield PIECE[: GIANT_BYTES % len(PIECE)]


def answer(start_response, length, body, status="200 OK"):
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(length))])
    return body


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if COUNT is not None and path != "/hello":
        os.write(COUNT, b"x")
    if path in WORK:
        WORK[path]()
        return answer(start_response, 6, [b"done.\n"])
    if path in ("/sink", "/stream/sink"):
        got = drain(environ)
        complete = got == int(environ.get("CONTENT_LENGTH") or 0)
        return answer(start_response, 6, [b"taken\n"], "200 OK" if complete else "500 Short")
    if path == "/swap":
        drain(environ)
        return answer(start_response, len(LARGE), [LARGE])
    if path == "/large":
        return answer(start_response, len(LARGE), [LARGE])
    if path == "/giant":
        return answer(start_response, GIANT_BYTES, giant())
    return answer(start_response, 8, [b"unknown\n"], "404 Not Found")
