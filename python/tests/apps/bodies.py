"""Applications with something odd about the body, one way each."""

from __future__ import annotations


class Closing:
    """An iterable that tells wsgi.errors each time it is closed."""

    def __init__(self, environ, chunks, error=None):
        self.errors = environ["wsgi.errors"]
        self.chunks = iter(chunks)
        self.error = error

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.chunks)

    def close(self):
        self.errors.write("closed\n")
        if self.error:
            raise self.error


def start(start_response, length=None, status="200 OK"):
    start_response(status, [] if length is None else [("Content-Length", str(length))])


def none(environ, start_response):
    start(start_response)


def just_bytes(environ, start_response):
    start(start_response)
    return b"bytes"


def just_str(environ, start_response):
    start(start_response)
    return "text"


def number(environ, start_response):
    start(start_response)
    return 5


def list_of_str(environ, start_response):
    start(start_response)
    return [b"bytes", "text"]


def yields_str(environ, start_response):
    start(start_response)
    yield b"bytes"
    yield "text"


def yields_none(environ, start_response):
    start(start_response)
    yield None


def writes_str(environ, start_response):
    start_response("200 OK", [])("text")
    return []


def list_too_short(environ, start_response):
    start(start_response, 10)
    return [b"hello"]


def generator_too_short(environ, start_response):
    start(start_response, 10)
    yield b"hello"


def empty_too_short(environ, start_response):
    start(start_response, 10)
    yield b""


def list_too_long(environ, start_response):
    start(start_response, 5)
    return [b"hello world"]


def generator_too_long(environ, start_response):
    start(start_response, 5)
    yield b"hel"
    yield b"lo world"
    environ["wsgi.errors"].write("asked again\n")
    yield b"!"


def generator_just_right(environ, start_response):
    start(start_response, 5)
    yield b"hello"
    environ["wsgi.errors"].write("ran to its end\n")


def write_too_long(environ, start_response):
    write = start_response("200 OK", [("Content-Length", "5")])
    write(b"hello world")
    return []


def closed(environ, start_response):
    start(start_response)
    return Closing(environ, [b"one", b"two"])


def closed_after_error(environ, start_response):
    def chunks():
        yield b"one"
        raise RuntimeError("in the middle")

    start(start_response)
    return Closing(environ, chunks())


def closed_without_start(environ, start_response):
    return Closing(environ, [b"one"])


def close_fails(environ, start_response):
    start(start_response)
    return Closing(environ, [b"one"], RuntimeError("in close"))


def closed_head(environ, start_response):
    start(start_response)
    return Closing(environ, [b"", b"one", b"two"])


def status_with_body(environ, start_response):
    start(start_response, status=environ["TEST_STATUS"])
    return [b"body"]


def raises(environ, start_response):
    raise RuntimeError("deliberate \u2603")


def raises_late(environ, start_response):
    start(start_response)
    yield b"first"
    raise RuntimeError("deliberate")


def exits(environ, start_response):
    raise SystemExit(1)


def interrupts(environ, start_response):
    raise KeyboardInterrupt


def generator_exit(environ, start_response):
    raise GeneratorExit


def big(environ, start_response):
    start(start_response)
    return [b"x" * int(environ["TEST_SIZE"])]


def big_chunks(environ, start_response):
    start(start_response)
    for _ in range(4):
        yield b"y" * int(environ["TEST_SIZE"])
