"""What can be called, but not as an application."""

from __future__ import annotations

import functools


async def asgi(scope, receive, send):
    pass


class Asgi:
    async def __call__(self, scope, receive, send):
        pass


class Handler:
    def handle(self, environ):
        return []

    def fits(self, environ, start_response):
        start_response("200 OK", [])
        return [b"fits"]


class Strict:
    def __init__(self, environ):
        pass


class Response:
    def __init__(self, environ, start_response, more=None):
        start_response("200 OK", [])

    def __iter__(self):
        return iter([b"class"])


def create_app(config=None):
    return Response


def three(environ, start_response, more):
    return []


def wrapped(*args):
    args[1]("200 OK", [])
    return [b"wrapped"]


asgi_object = Asgi()
method = Handler().handle
fits = Handler().fits
partial = functools.partial(Response, more=1)
