"""Applications that read wsgi.input, one way each, and answer with what they saw."""

from __future__ import annotations

import threading


def respond(start_response, *parts):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [repr(parts).encode()]


def read_all(environ, start_response):
    stream = environ["wsgi.input"]
    return respond(start_response, stream.read(), stream.read(), stream.read(5))


def read_pieces(environ, start_response):
    stream = environ["wsgi.input"]
    return respond(start_response, stream.read(3), stream.read(0), stream.read(4), stream.read(100), stream.read(1))


def read_lines(environ, start_response):
    stream = environ["wsgi.input"]
    return respond(start_response, stream.readline(), stream.readline(2), stream.readline(-1), stream.readlines())


def read_hint(environ, start_response):
    stream = environ["wsgi.input"]
    return respond(start_response, stream.readlines(1), stream.readlines(3), stream.readlines())


def iterate(environ, start_response):
    return respond(start_response, *environ["wsgi.input"])


def ignore(environ, start_response):
    return respond(start_response, "ignored")


def read_some(environ, start_response):
    return respond(start_response, environ["wsgi.input"].read(2))


def read_in_thread(environ, start_response):
    seen = []
    thread = threading.Thread(target=lambda: seen.append(environ["wsgi.input"].read()))
    thread.start()
    thread.join()
    return respond(start_response, *seen)


def mirror(environ, start_response):
    """Answers each line while the next is still to come."""
    start_response("200 OK", [])
    for line in environ["wsgi.input"]:
        yield line.upper()


def broken(environ, start_response):
    from sluice import BodyIncomplete

    stream = environ["wsgi.input"]
    first = stream.read(3)
    try:
        stream.read()
    except BodyIncomplete as error:
        return respond(start_response, first, isinstance(error, OSError), str(error))
    return respond(start_response, "no error")


def read_broken(environ, start_response):
    return respond(start_response, environ["wsgi.input"].read())


def keep(environ, start_response, kept=[]):  # noqa: B006
    """Keeps wsgi.input beyond the request, and looks at the one kept before."""
    kept.append(environ["wsgi.input"])
    if len(kept) < 2:
        return respond(start_response, "kept")
    try:
        return respond(start_response, kept[0].read())
    except ValueError:
        return respond(start_response, "closed")
