"""The application of the scripts: closures over what `make_application` was given, one for each thing to compare."""

import json
import os
import sys

TEXT = ("Content-Type", "text/plain")


def make_application(greeting):
    """Return an application that has no name."""
    count = 0

    def hello(environ, start_response):
        start_response("200 OK", [TEXT])
        return [greeting.encode()]

    def counted(environ, start_response):
        nonlocal count
        count += 1
        start_response("200 OK", [TEXT])
        return [b"%d" % count]

    def environ_of(environ, start_response):
        # flup resets a connection over SCGI whose body nobody has read.
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        plain = {name: value for name, value in environ.items() if isinstance(value, (str, bool, tuple))}
        others = {name: "an object" for name in environ if name not in plain}
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({**plain, **others}, sort_keys=True).encode()]

    def echo(environ, start_response):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response("200 OK", [TEXT])
        return [body]

    def echo_all(environ, start_response):
        start_response("200 OK", [TEXT])
        return [environ["wsgi.input"].read()]

    def lines(environ, start_response):
        stream = environ["wsgi.input"]
        parts = [stream.readline(), stream.readline(3), *stream.readlines(1), *stream]
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps([part.decode("latin-1") for part in parts]).encode()]

    def unread(environ, start_response):
        start_response("200 OK", [TEXT])
        return [b"not read"]

    def written(environ, start_response):
        write = start_response("200 OK", [TEXT])
        write(b"one ")
        write(b"two ")
        return [b"three"]

    def pieces(environ, start_response):
        start_response("200 OK", [TEXT])
        yield b""
        yield b"one "
        yield b""
        yield b"two"

    def two_pieces(environ, start_response):
        start_response("200 OK", [TEXT])
        return [b"one ", b"two"]

    def nothing(environ, start_response):
        start_response("204 No Content", [])
        return []

    def empty(environ, start_response):
        start_response("200 OK", [TEXT])
        return []

    def large(environ, start_response):
        start_response("200 OK", [TEXT])
        return [b"0123456789abcdef" * 4096 for _ in range(16)]

    def cookies(environ, start_response):
        start_response("200 OK", [TEXT, ("Set-Cookie", "a=1"), ("set-cookie", "b=caf\xe9"), ("X-Empty", "")])
        return [b"cookies"]

    def moved(environ, start_response):
        start_response("302 Found", [("Location", "/elsewhere")])
        return [b"over there"]

    def odd_status(environ, start_response):
        start_response("299 Something Else", [TEXT])
        return [b"odd"]

    def told_length(environ, start_response):
        start_response("200 OK", [TEXT, ("Content-Length", "5")])
        return [b"12345"]

    def too_short(environ, start_response):
        start_response("200 OK", [TEXT, ("Content-Length", "50")])
        return [b"12345"]

    def too_long(environ, start_response):
        start_response("200 OK", [TEXT, ("Content-Length", "5")])
        return [b"1234567"]

    def file(environ, start_response):
        opened = open(__file__, "rb")
        start_response("200 OK", [TEXT])
        wrapper = environ.get("wsgi.file_wrapper")
        return wrapper(opened) if wrapper else iter(lambda: opened.read(8192), b"")

    def raised(environ, start_response):
        raise ZeroDivisionError("raised before the head")

    def raised_later(environ, start_response):
        start_response("200 OK", [TEXT])
        yield b"the beginning"
        raise ZeroDivisionError("raised after the head")

    def mended(environ, start_response):
        start_response("200 OK", [TEXT])
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            start_response("503 Mended", [("Content-Type", "text/html")], sys.exc_info())
        return [b"mended"]

    def not_mended(environ, start_response):
        write = start_response("200 OK", [TEXT])
        write(b"the beginning")
        try:
            raise ZeroDivisionError("too late")
        except ZeroDivisionError:
            start_response("503 Mended", [], sys.exc_info())
        return [b"never"]

    def silent(environ, start_response):
        return [b"no head"]

    def twice(environ, start_response):
        start_response("200 OK", [TEXT])
        start_response("200 OK", [TEXT])
        return [b"twice"]

    def exits(environ, start_response):
        sys.exit(3)

    def as_text(environ, start_response):
        start_response("200 OK", [TEXT])
        return ["text, which is not bytes"]

    def as_bytes(environ, start_response):
        start_response(b"200 OK", [(b"Content-Type", b"text/plain")])
        return [b"a head of bytes"]

    def hop_by_hop(environ, start_response):
        start_response("200 OK", [TEXT, ("Connection", "close")])
        return [b"hop"]

    def split_header(environ, start_response):
        start_response("200 OK", [TEXT, ("X-Bad", "a\r\nSet-Cookie: injected=1")])
        return [b"split"]

    def complaint(environ, start_response):
        environ["wsgi.errors"].write("a complaint of the application\n")
        environ["wsgi.errors"].flush()
        start_response("200 OK", [TEXT])
        return [b"complained"]

    def process(environ, start_response):
        start_response("200 OK", [TEXT])
        return [b"%d" % os.getpid()]

    routes = {name.replace("_", "-"): value for name, value in locals().items() if callable(value)}
    routes["environ"] = environ_of

    def application(environ, start_response):
        name = environ.get("PATH_INFO", "").strip("/").split("/")[0]
        route = routes.get(environ.get("QUERY_STRING", "").partition("route=")[2] or name)
        if route is None:
            start_response("404 Not Found", [TEXT])
            return [b"not here"]
        return route(environ, start_response)

    return application
