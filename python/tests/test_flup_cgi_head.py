"""The head of a CGI response: what is read of it, and what is refused."""

from __future__ import annotations

import unittest

from sluice.flup._cgi_head import CgiHeadError, HeadReader
from tests.cuts import cuts

GOOD = {
    "CRLF": (b"Status: 200 OK\r\nContent-Type: text/plain\r\n\r\n", ("200 OK", [("Content-Type", "text/plain")], None)),
    "LF": (b"Content-type: text/html\n\n", ("200 OK", [("Content-type", "text/html")], None)),
    "no reason": (b"Status: 404\r\nA: b\r\n\r\n", ("404 Not Found", [("A", "b")], None)),
    "a reason nobody knows": (b"Status: 599\n\n", ("599 Unknown", [], None)),
    "a reason of its own": (b"status:  418   I am a teapot \n\n", ("418 I am a teapot", [], None)),
    "a redirection": (b"Location: /x\r\n\r\n", ("302 Found", [("Location", "/x")], None)),
    "a redirection with a status": (
        b"Location: /x\nStatus: 201 Created\n\n",
        ("201 Created", [("Location", "/x")], None),
    ),
    "a length": (b"Content-Length: 17\n\n", ("200 OK", [("Content-Length", "17")], 17)),
    "cookies stay two": (
        b"Set-Cookie: a\nSet-Cookie: b\n\n",
        ("200 OK", [("Set-Cookie", "a"), ("Set-Cookie", "b")], None),
    ),
    "fields of the connection go": (b"Connection: close\nKeep-Alive: 1\nX: y\n\n", ("200 OK", [("X", "y")], None)),
    "an empty value": (b"X:\n\n", ("200 OK", [("X", "")], None)),
    "latin-1": (b"X: caf\xe9\n\n", ("200 OK", [("X", "caf\xe9")], None)),
}

BAD = {
    "nothing": (b"\r\n", "no headers"),
    "no colon": (b"Not a header\n\n", "not a header line"),
    "a name with a blank": (b"A B: c\n\n", "not a header line"),
    "a folded line": (b"A: b\n c\n\n", "not a header line"),
    "NUL": (b"A: b\0\n\n", "control characters"),
    "CR in a value": (b"A: b\rSet-Cookie: c\n\n", "control characters"),
    "two statuses": (b"Status: 200\nStatus: 404\n\n", "two Status lines"),
    "a status of a word": (b"Status: fine\n\n", "not the status"),
    "a status between": (b"Status: 100 Continue\n\n", "not the status"),
    "two lengths": (b"Content-Length: 1\nContent-Length: 1\n\n", "Content-Length"),
    "a length that is no number": (b"Content-Length: +1\n\n", "Content-Length"),
    "chunks": (b"Transfer-Encoding: chunked\n\n", "Transfer-Encoding"),
    "too many lines": (b"A: b\n" * 257 + b"\n", "257 header lines"),
    "too long": (b"A: " + b"b" * 65536 + b"\n\n", "more than 65536 bytes"),
}


def read(pieces: list) -> tuple:
    reader = HeadReader()
    pieces = list(pieces)
    while pieces:
        found = reader.feed(pieces.pop(0))
        if found is not None:
            return found[0], found[1] + b"".join(pieces)
    return None, b""


class Heads(unittest.TestCase):
    def test_every_cut_gives_the_same_head_and_the_body(self) -> None:
        for name, (data, head) in GOOD.items():
            for body in (b"", b"\n\r\n\nbody"):
                for pieces in cuts(data + body):
                    with self.subTest(name, pieces=len(pieces)):
                        self.assertEqual(read(pieces), (head, body))

    def test_what_is_no_head_is_refused_in_every_cut(self) -> None:
        for name, (data, message) in BAD.items():
            for pieces in cuts(data)[: 1 if len(data) > 1000 else None]:
                with self.subTest(name, pieces=len(pieces)), self.assertRaisesRegex(CgiHeadError, message):
                    read(pieces)

    def test_a_head_without_end_is_refused_at_the_limit(self) -> None:
        reader = HeadReader()
        with self.assertRaisesRegex(CgiHeadError, "more than 65536 bytes"):
            for _ in range(65537):
                self.assertIsNone(reader.feed(b"A"))
