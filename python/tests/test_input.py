"""wsgi.input over bodies that come whole, in a file, and in pieces."""

from __future__ import annotations

import tempfile
from ast import literal_eval

from sluice._wire import BODY_IN, BODY_IN_BROKEN, BODY_IN_END, REQUEST_FILE, REQUEST_STREAM
from tests.gateway import Result
from tests.support import WorkerTestCase

BODY = b"one\ntwo\nthree"
READERS = {
    "read_all": (BODY, b"", b""),
    "read_pieces": (b"one", b"", b"\ntwo", b"\nthree", b""),
    "read_lines": (b"one\n", b"tw", b"o\n", [b"three"]),
    "read_hint": ([b"one\n"], [b"two\n"], [b"three"]),
    "iterate": (b"one\n", b"two\n", b"three"),
    "ignore": ("ignored",),
    "read_some": (b"on",),
    "read_in_thread": (BODY,),
}


def seen(result: Result) -> object:
    return literal_eval(result.body.decode())


class WholeInput(WorkerTestCase):
    def test_every_way_of_reading_a_body_in_the_request(self) -> None:
        for app, expected in READERS.items():
            with self.subTest(app):
                self.assertEqual(seen(self.get(f"inputs:{app}", BODY)), expected)

    def test_no_body_is_an_empty_body(self) -> None:
        self.assertEqual(seen(self.get("inputs:read_all")), (b"", b"", b""))

    def test_a_body_of_many_megabytes(self) -> None:
        body = b"0123456789abcdef" * (1 << 19)
        self.assertEqual(self.get("conforming:echo", body).body, body)


class FileInput(WorkerTestCase):
    def test_every_way_of_reading_a_body_in_a_file(self) -> None:
        with tempfile.NamedTemporaryFile(prefix="b\u00f6dy ") as file:
            file.write(BODY)
            file.flush()
            for app, expected in READERS.items():
                with self.subTest(app):
                    tag = self.gateway.start(file.name.encode(), REQUEST_FILE, TEST_APP=f"inputs:{app}")
                    self.assertEqual(seen(self.gateway.finish(tag)), expected)

    def test_a_file_that_is_not_there_fails_the_request(self) -> None:
        tag = self.gateway.start(b"/nonexistent/body", REQUEST_FILE, TEST_APP="inputs:ignore")
        self.assert_failed(self.gateway.finish(tag), "FileNotFoundError")

    def test_the_file_is_closed_after_the_request(self) -> None:
        with tempfile.NamedTemporaryFile() as file:
            for expected in ("kept", "closed"):
                tag = self.gateway.start(file.name.encode(), REQUEST_FILE, TEST_APP="inputs:keep")
                self.assertEqual(seen(self.gateway.finish(tag)), (expected,))


class StreamedInput(WorkerTestCase):
    def start(self, app: str) -> int:
        return self.gateway.start(b"", REQUEST_STREAM, TEST_APP=app)

    def test_every_way_of_reading_a_body_in_pieces(self) -> None:
        for size in (1, 3, 5, 100):
            for app, expected in READERS.items():
                with self.subTest(app, size=size):
                    tag = self.start(f"inputs:{app}")
                    for at in range(0, len(BODY), size):
                        self.gateway.send_body(tag, BODY[at : at + size])
                    self.gateway.send_body(tag, b"", BODY_IN_END)
                    self.assertEqual(seen(self.gateway.finish(tag)), expected)

    def test_pieces_are_there_as_they_arrive(self) -> None:
        tag = self.start("inputs:mirror")
        result = Result()
        for line in (b"first\n", b"second\n"):
            self.gateway.send_body(tag, line)
            kind, _, payload = self.gateway.lanes[0].receive()
            result.take(kind, payload)
        self.assertEqual(result.chunks, [b"FIRST\n", b"SECOND\n"])
        self.gateway.send_body(tag, b"", BODY_IN_END)
        self.gateway.finish_into(result, tag)
        self.assertIsNone(result.failure)

    def test_an_unread_body_is_skipped_before_the_next_request(self) -> None:
        tag = self.start("inputs:read_some")
        self.gateway.send_body(tag, b"x" * 500_000)
        self.assertEqual(seen(self.gateway.finish(tag)), (b"xx",))
        self.gateway.send_body(tag, b"y" * 500_000)
        self.gateway.send_body(tag, b"", BODY_IN_BROKEN)

    def test_a_body_cut_off_raises_an_error_that_says_so(self) -> None:
        tag = self.start("inputs:broken")
        self.gateway.send_body(tag, b"abcd")
        self.gateway.send_body(tag, b"", BODY_IN_BROKEN)
        text = "the request body is incomplete: its sender went away"
        self.assertEqual(seen(self.gateway.finish(tag)), (b"abc", True, text))

    def test_a_body_cut_off_fails_a_request_that_does_not_expect_it(self) -> None:
        tag = self.start("inputs:read_broken")
        self.gateway.send_body(tag, b"abcd", BODY_IN)
        self.gateway.send_body(tag, b"ef", BODY_IN_BROKEN)
        self.assert_failed(self.gateway.finish(tag), "BodyIncomplete", "in read_broken")

    def test_a_kept_input_is_closed_after_the_request(self) -> None:
        for expected in ("kept", "closed"):
            tag = self.start("inputs:keep")
            self.gateway.send_body(tag, b"body", BODY_IN_END)
            self.assertEqual(seen(self.gateway.finish(tag)), (expected,))
