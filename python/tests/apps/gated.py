"""Applications that wait for the test: each opens the socket TEST_GATE, says who it is and waits for an answer."""

from __future__ import annotations

import os
import socket


def wait(environ, where):
    """Tell the test where we are and return what it answers; empty if it has closed the gate."""
    with socket.socket(socket.AF_UNIX) as gate:
        gate.connect(environ["TEST_GATE"])
        gate.sendall(f"{environ.get('TEST_ID', '')}:{where}\n".encode())
        return gate.recv(100)


def start(start_response):
    return start_response("200 OK", [])


def before(environ, start_response):
    wait(environ, "before")
    start(start_response)
    return [b"done"]


def between(environ, start_response):
    start(start_response)
    yield b"first"
    wait(environ, "between")
    yield b"second"
    environ["wsgi.errors"].write("went on\n")


def at_end(environ, start_response):
    start(start_response)
    yield b"whole"
    wait(environ, "at_end")


class closing:  # noqa: N801
    def __init__(self, environ, start_response):
        self.environ = environ
        start(start_response)

    def __iter__(self):
        for chunk in (b"first", b"second", b"third"):
            yield chunk
            wait(self.environ, "yielded")

    def close(self):
        self.environ["wsgi.errors"].write("closed\n")


def in_close(environ, start_response):
    class Result:
        def __iter__(self):
            yield b"body"

        def close(self):
            wait(environ, "in_close")

    start(start_response)
    return Result()


def writes(environ, start_response):
    write = start(start_response)
    write(b"first")
    wait(environ, "wrote")
    try:
        write(b"second")
    except ConnectionError as error:
        environ["wsgi.errors"].write(f"{type(error).__name__}\n")
        raise
    return []


def asks(environ, start_response):
    gone = environ["sluice.client_gone"]
    wait(environ, f"gone={gone()}")
    start(start_response)
    return [f"gone={gone()}".encode()]


def fails(environ, start_response):
    wait(environ, "before")
    raise RuntimeError("after the wait")


def file(environ, start_response):
    """Sends a file of which the test sees the first piece before it lets the rest follow."""
    start(start_response)
    return environ["wsgi.file_wrapper"](open(environ["TEST_FILE"], "rb"))


def recorded(environ, start_response):
    """Says that it has begun, in one atomic append; waits if TEST_WAIT says so; then answers in two chunks."""
    record = os.open(environ["TEST_RECORD"], os.O_WRONLY | os.O_APPEND)
    os.write(record, f"{environ['TEST_ID']}\n".encode())
    os.close(record)
    start(start_response)
    yield b"first"
    if environ["TEST_WAIT"] == "1":
        wait(environ, "held")
    yield b"second"
