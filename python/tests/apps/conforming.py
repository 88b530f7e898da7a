"""Applications that keep to PEP 3333; each runs with and without wsgiref's validator."""

from __future__ import annotations

TEXT = [("Content-Type", "text/plain")]


def one_part(environ, start_response):
    start_response("200 OK", list(TEXT))
    return [b"hello"]


def three_parts(environ, start_response):
    start_response("200 OK", list(TEXT))
    return (b"one ", b"", b"three")


def no_parts(environ, start_response):
    start_response("200 OK", list(TEXT))
    return []


def declared(environ, start_response):
    start_response("200 OK", [*TEXT, ("Content-Length", "5")])
    return [b"hello"]


def generator(environ, start_response):
    start_response("200 OK", list(TEXT))
    yield b""
    yield b"one "
    yield b""
    yield b"two"


def empty_generator(environ, start_response):
    start_response("200 OK", list(TEXT))
    yield b""


def late_start(environ, start_response):
    """Calls start_response as late as it may: with an empty chunk already yielded."""
    yield b""
    start_response("202 Accepted", list(TEXT))
    yield b"late"


def writes(environ, start_response):
    write = start_response("200 OK", list(TEXT))
    write(b"written ")
    write(b"twice ")
    return [b"and ", b"returned"]


def writes_only(environ, start_response):
    write = start_response("200 OK", list(TEXT))
    write(b"written")
    return []


def echo(environ, start_response):
    start_response("200 OK", list(TEXT))
    return [environ["wsgi.input"].read(-1)]


def no_content(environ, start_response):
    start_response("204 No Content", [])
    return []


def not_modified(environ, start_response):
    start_response("304 Not Modified", [("ETag", '"1"')])
    return []


def latin(environ, start_response):
    start_response("200 Très bien", [*TEXT, ("X-Name", "caf\u00e9 \u00c3\u00a9")])
    return [b"ok"]


def replaced(environ, start_response):
    """Finds out too late that it fails, but before anything was sent."""
    import sys

    start_response("200 OK", list(TEXT))
    try:
        raise RuntimeError
    except RuntimeError:
        start_response("500 Sorry", [*TEXT, ("X-Second", "1")], sys.exc_info())
    return [b"replaced"]


def logs(environ, start_response):
    errors = environ["wsgi.errors"]
    errors.write("first ")
    errors.writelines(["line\n", "r\u00e9st"])
    errors.flush()
    start_response("200 OK", list(TEXT))
    return [b"logged"]
