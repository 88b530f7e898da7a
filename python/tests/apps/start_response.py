"""Applications that break the rules of start_response, one way each."""

from __future__ import annotations

import sys


def never(environ, start_response):
    return [b"body"]


def never_generator(environ, start_response):
    yield b"body"


def never_empty(environ, start_response):
    return iter(())


def twice(environ, start_response):
    start_response("200 OK", [])
    start_response("200 OK", [])
    return []


def after_first_bytes(environ, start_response):
    start_response("200 OK", [])
    yield b"sent"
    try:
        raise LookupError("the original error")
    except LookupError:
        start_response("500 Oops", [], sys.exc_info())
    yield b"never"


def after_write(environ, start_response):
    start_response("200 OK", [])(b"sent")
    start_response("500 Oops", [])
    return []


def empty_exc_info(environ, start_response):
    start_response("200 OK", [])(b"sent")
    start_response("500 Oops", [], sys.exc_info())
    return []


def given(environ, start_response):
    """Passes what the test asks for."""
    bad = {
        "status bytes": (b"200 OK", []),
        "status int": (200, []),
        "status short": ("200", []),
        "status letters": ("abc Def", []),
        "status small": ("099 Small", []),
        "status digits": ("\u0662\u0660\u0660 OK", []),
        "status newline": ("200 OK\r\nX-Evil: 1", []),
        "status unicode": ("200 \u2603", []),
        "headers tuple": ("200 OK", ()),
        "headers dict": ("200 OK", {}),
        "header list": ("200 OK", [["A", "b"]]),
        "header three": ("200 OK", [("A", "b", "c")]),
        "header str": ("200 OK", ["Ab"]),
        "name bytes": ("200 OK", [(b"A", "b")]),
        "name empty": ("200 OK", [("", "b")]),
        "name colon": ("200 OK", [("A:", "b")]),
        "name space": ("200 OK", [("A b", "b")]),
        "name unicode": ("200 OK", [("\u2603", "b")]),
        "name latin": ("200 OK", [("\u00e9", "b")]),
        "name status": ("200 OK", [("Status", "200 OK")]),
        "value bytes": ("200 OK", [("A", b"b")]),
        "value int": ("200 OK", [("A", 1)]),
        "value none": ("200 OK", [("A", None)]),
        "value newline": ("200 OK", [("A", "b\nEvil: 1")]),
        "value return": ("200 OK", [("A", "b\r")]),
        "value nul": ("200 OK", [("A", "\0")]),
        "value tab": ("200 OK", [("A", "\t")]),
        "value delete": ("200 OK", [("A", "\x7f")]),
        "value unicode": ("200 OK", [("A", "\u2603")]),
        "hop connection": ("200 OK", [("Connection", "close")]),
        "hop chunked": ("200 OK", [("transfer-encoding", "chunked")]),
        "length words": ("200 OK", [("Content-Length", "five")]),
        "length negative": ("200 OK", [("Content-Length", "-1")]),
        "length empty": ("200 OK", [("Content-Length", "")]),
        "length twice": ("200 OK", [("Content-Length", "1"), ("content-length", "1")]),
        "huge": ("200 OK", [("A", "b" * 300_000)]),
        "many": ("200 OK", [("A", "b" * 1000)] * 300),
    }
    start_response(*bad[environ["TEST_CASE"]])
    return [b"x"]
