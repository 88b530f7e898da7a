"""Computes for twenty milliseconds of processor time, with the interpreter's lock held."""

from time import thread_time

BODY = b"Hello, world\n"
SECONDS = 0.02


def application(environ, start_response):
    end = thread_time() + SECONDS
    while thread_time() < end:
        sum(range(1000))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(BODY)))])
    return [BODY]
