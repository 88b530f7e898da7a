"""Applications that fail, each in its own way."""

import os
import signal


def raise_before_head(environ, start_response):
    raise RuntimeError("raised before the head")


def raise_after_head(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"the beginning"
    raise RuntimeError("raised after the head")


def short_body(environ, start_response):
    """Promises ten bytes and sends four."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "10")])
    return [b"four"]


def die(environ, start_response):
    os.kill(os.getpid(), signal.SIGKILL)
