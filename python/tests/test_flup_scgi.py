"""The headers of SCGI: golden cases, and what must be refused."""

from __future__ import annotations

import random
import unittest

from sluice.flup._scgi import HeadersReader, ScgiError, pack_headers
from tests.cuts import cuts

FOUR_PAIRS = b"59:CONTENT_LENGTH\x005\0SCGI\x001\0REQUEST_METHOD\0POST\0REQUEST_URI\0/x\0,"
SMALLEST = b"24:CONTENT_LENGTH\x000\0SCGI\x001\0,"


def read(pieces: list, bytes_max: int = 1000) -> tuple:
    """Feed a reader; return the headers and the body."""
    reader = HeadersReader(bytes_max)
    pieces = list(pieces)
    while pieces:
        found = reader.feed(pieces.pop(0))
        if found is not None:
            headers, rest = found
            return headers, rest + b"".join(pieces)
    return None, b""


class Headers(unittest.TestCase):
    def test_every_cut_gives_the_same_headers_and_the_body(self) -> None:
        pairs = [(b"CONTENT_LENGTH", b"5"), (b"SCGI", b"1"), (b"REQUEST_METHOD", b"POST"), (b"REQUEST_URI", b"/x")]
        for data, expected in (
            (FOUR_PAIRS + b"hello", (pairs, b"hello")),
            (SMALLEST, ([(b"CONTENT_LENGTH", b"0"), (b"SCGI", b"1")], b"")),
        ):
            for pieces in cuts(data):
                with self.subTest(data, pieces=len(pieces)):
                    self.assertEqual(read(pieces), expected)

    def test_what_is_packed_are_the_bytes_of_the_cases(self) -> None:
        self.assertEqual(pack_headers(5, [(b"REQUEST_METHOD", b"POST"), (b"REQUEST_URI", b"/x")]), FOUR_PAIRS)
        self.assertEqual(pack_headers(0, []), SMALLEST)

    def test_length_and_mark_are_written_once_and_first(self) -> None:
        self.assertEqual(pack_headers(0, [(b"CONTENT_LENGTH", b"7"), (b"SCGI", b"2")]), SMALLEST)

    def test_what_is_not_a_request_is_refused_in_every_cut(self) -> None:
        bad = {
            "closed by a semicolon": SMALLEST[:-1] + b";",
            "a length with a leading zero": b"0" + SMALLEST,
            "a length of twelve digits": b"999999999999:",
            "a length above the limit": b"1001:",
            "no length": b":" + SMALLEST,
            "a negative length": b"-1:",
            "a length with a sign": b"+24:" + SMALLEST[3:],
            "not SCGI at all": b"GET / HTTP/1.1\r\n",
            "an odd number of strings": b"15:CONTENT_LENGTH\0,",
            "no NUL at the end": b"16:CONTENT_LENGTH\x001,",
            "CONTENT_LENGTH is not first": b"7:SCGI\x001\0,",
            "no headers": b"0:,",
        }
        for name, data in bad.items():
            for pieces in cuts(data):
                with self.subTest(name, pieces=len(pieces)), self.assertRaises(ScgiError):
                    read(pieces)

    def test_random_headers_survive_the_way(self) -> None:
        seed = random.randrange(1 << 32)
        dice = random.Random(seed)
        with self.subTest(seed=seed):
            pairs = [
                (b"N%d" % number, bytes(dice.choices(range(1, 256), k=dice.randrange(300)))) for number in range(50)
            ]
            found, rest = read([pack_headers(3, pairs), b"abc"], 100_000)
            self.assertEqual(found[2:], pairs)
            self.assertEqual(rest, b"abc")
