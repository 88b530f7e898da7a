"""The headers of SCGI, against golden cases."""

from __future__ import annotations

import unittest

from sluice.flup._scgi import pack_headers

FOUR_PAIRS = b"59:CONTENT_LENGTH\x005\0SCGI\x001\0REQUEST_METHOD\0POST\0REQUEST_URI\0/x\0,"
SMALLEST = b"24:CONTENT_LENGTH\x000\0SCGI\x001\0,"


class Headers(unittest.TestCase):
    def test_are_the_bytes_of_the_cases(self) -> None:
        self.assertEqual(pack_headers(5, [(b"REQUEST_METHOD", b"POST"), (b"REQUEST_URI", b"/x")]), FOUR_PAIRS)
        self.assertEqual(pack_headers(0, []), SMALLEST)

    def test_begin_with_length_and_mark_each_once(self) -> None:
        self.assertEqual(pack_headers(0, [(b"CONTENT_LENGTH", b"7"), (b"SCGI", b"2")]), SMALLEST)
