"""The application of the examples: it says a greeting, and what it was asked."""

import os


def application(environ, start_response):
    size = len(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    place = f"{environ['SCRIPT_NAME'] or '/'}, {environ['PATH_INFO']}"
    lines = [
        os.environ.get("GREETING", "Hello"),
        f"{environ['REQUEST_METHOD']} {place}, {environ['wsgi.url_scheme']}, {size} bytes",
    ]
    body = ("\n".join(lines) + "\n").encode()
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]
