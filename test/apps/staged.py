"""Applications that move only when the test tells them to."""

import itertools

from echoes import PATTERN
from stage import Stage


def yields(environ, start_response):
    """Yields `one`, `two`, `three`, each only after the test has seen the one before."""
    stage = Stage(environ)
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Accel-Buffering", "no")])
    return Staged(stage, spoken_pieces(stage))


def spoken_pieces(stage):
    for piece in (b"one", b"two", b"three"):
        yield piece
        stage.tell("yielded " + piece.decode())
        stage.wait()


def holds(environ, start_response):
    """Works until it is told to go on, before it answers."""
    stage = Stage(environ)
    stage.tell("begun")
    stage.wait()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return Staged(stage, [b"held\n"])


def spins(environ, start_response):
    """Computes for ever, in one call that never gives the interpreter lock away."""
    Stage(environ)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"%d" % sum(itertools.repeat(1))]


def reads(environ, start_response):
    """Reads one block of the body each time it is told to, and tells what came."""
    stage = Stage(environ)
    body = environ["wsgi.input"]
    while stage.wait() == "read":
        try:
            stage.tell("read %d" % len(body.read(1024)))
        except OSError as error:
            stage.tell("failed " + type(error).__name__)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return Staged(stage, [b"read\n"])


def floods(environ, start_response):
    """Sends until somebody stops it."""
    stage = Stage(environ)
    start_response("200 OK", [("Content-Type", "application/octet-stream"), ("X-Accel-Buffering", "no")])
    return Staged(stage, endless(stage))


def endless(stage):
    yield PATTERN
    stage.tell("begun")
    while True:
        yield PATTERN


class Staged:
    """An iterable that tells the test when the server calls its `close`."""

    def __init__(self, stage, pieces):
        self.stage = stage
        self.pieces = iter(pieces)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.pieces)

    def close(self):
        self.stage.tell("closed")
        self.stage.leave()
