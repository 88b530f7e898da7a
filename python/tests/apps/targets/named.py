"""Something of every kind that app= can name."""

from __future__ import annotations


def application(environ, start_response):
    start_response("200 OK", [])
    return [b"application"]


def app(environ, start_response):
    start_response("200 OK", [])
    return [b"app"]


def factory(*args, **kwargs):
    def made(environ, start_response):
        start_response("200 OK", [])
        return [repr((args, kwargs)).encode()]

    return made


class Holder:
    class inner:  # noqa: N801
        @staticmethod
        def call(environ, start_response):
            start_response("200 OK", [])
            return [b"inner"]


number = 5
