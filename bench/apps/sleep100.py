"""Waits a hundred milliseconds for something else, such as a database."""

from time import sleep

BODY = b"Hello, world\n"


def application(environ, start_response):
    sleep(0.1)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(BODY)))])
    return [BODY]
