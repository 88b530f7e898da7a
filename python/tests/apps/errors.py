"""Applications that write to wsgi.errors, one way each."""

from __future__ import annotations

import logging
import threading


def start(start_response):
    start_response("200 OK", [])
    return [b"ok"]


def pieces(environ, start_response):
    errors = environ["wsgi.errors"]
    for piece in ("one ", "line\ntwo", " lines\nrest"):
        errors.write(piece)
    return start(start_response)


def printed(environ, start_response):
    print("printed", 1, "\N{SNOWMAN}", file=environ["wsgi.errors"], flush=True)
    return start(start_response)


def logged(environ, start_response):
    logger = logging.getLogger("test")
    handler = logging.StreamHandler(environ["wsgi.errors"])
    logger.addHandler(handler)
    logger.error("logged")
    logger.removeHandler(handler)
    return start(start_response)


def huge(environ, start_response):
    environ["wsgi.errors"].write("x" * 600_000)
    return start(start_response)


def wrong_type(environ, start_response):
    environ["wsgi.errors"].write(b"bytes")
    return start(start_response)


def surrogate(environ, start_response):
    environ["wsgi.errors"].write("lone \ud800\n")
    return start(start_response)


def from_threads(environ, start_response):
    """Threads write while the response goes out in chunks."""
    errors = environ["wsgi.errors"]

    def work(number):
        for each in range(50):
            errors.write(f"{number}:{each}:{'z' * 2000}\n")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    start(start_response)
    for _ in range(50):
        yield b"c" * 40_000
    for thread in threads:
        thread.join()


def after_the_end(environ, start_response):
    """Writes from close() of a whole list, which the worker does not call, and from a finalizer that it cannot stop."""

    class Finalizer:
        def __del__(self, errors=environ["wsgi.errors"]):
            errors.write("finalized\n")

    environ["test.finalizer"] = Finalizer()
    return start(start_response)
