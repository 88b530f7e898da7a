"""wsgi.file_wrapper: regular files straight from the descriptor, everything else block by block."""

from __future__ import annotations

import os
import tempfile

from tests.gateway import Result
from tests.support import WorkerTestCase

CONTENT = b"first line\nand the rest\n"


class FileWrapper(WorkerTestCase):
    def setUp(self) -> None:
        file = tempfile.NamedTemporaryFile()
        self.addCleanup(file.close)
        file.write(CONTENT)
        file.flush()
        self.path = file.name

    def send(self, app: str, **variables: str) -> Result:
        return self.get(f"files:{app}", TEST_FILE=self.path, **variables)

    def test_a_regular_file_goes_out_whole_with_its_length(self) -> None:
        for app in ("plain", "unbuffered", "no_sendfile"):
            with self.subTest(app):
                result = self.send(app)
                self.assertEqual((result.chunks, result.failure), ([CONTENT], None))
                self.assertEqual(result.headers["Content-Length"], str(len(CONTENT)))

    def test_the_position_of_the_file_counts(self) -> None:
        self.assertEqual(self.send("from_position").body, b"and the rest\n")
        self.assertEqual(self.send("past_the_end").headers, {"Content-Length": "0"})
        self.assertEqual(self.send("unflushed").body, b"WRITTEN and not yet flushed"[:27])

    def test_an_empty_file_is_an_empty_body(self) -> None:
        os.truncate(self.path, 0)
        result = self.send("plain")
        self.assertEqual((result.frames, result.body, result.headers), (1, b"", {"Content-Length": "0"}))

    def test_a_large_file_goes_out_in_pieces(self) -> None:
        content = os.urandom(1 << 20) * 3 + b"end"
        with open(self.path, "wb") as file:
            file.write(content)
        result = self.send("plain")
        self.assertEqual(result.body, content)
        self.assertEqual([len(chunk) for chunk in result.chunks], [1 << 20] * 3 + [3])

    def test_content_length_cuts_the_file(self) -> None:
        result = self.send("plain", TEST_LENGTH="5")
        self.assertEqual((result.body, result.failure, result.log), (b"first", None, ""))

    def test_content_length_beyond_the_file_aborts(self) -> None:
        result = self.send("plain", TEST_LENGTH="100")
        self.assert_aborted(result, "Content-Length is 100", f"after {len(CONTENT)} bytes")

    def test_head_gets_the_length_and_no_bytes(self) -> None:
        result = self.send("plain", REQUEST_METHOD="HEAD")
        self.assertEqual((result.body, result.headers), (b"", {"Content-Length": str(len(CONTENT))}))

    def test_what_is_not_a_plain_file_goes_out_in_blocks(self) -> None:
        for app, chunks in (
            ("compressed", [b"unpacked"]),
            ("compressed_file", [b"unpacked"]),
            ("compressed_behind_a_buffer", [b"unpacked"]),
            ("pipe", [b"through a pipe"]),
            ("blocks", [b"abc", b"def", b"gh"]),
            ("after_write", [b"written, ", CONTENT]),
        ):
            with self.subTest(app):
                result = self.send(app)
                self.assertEqual((result.chunks, result.failure), (chunks, None))
                self.assertNotIn("Content-Length", result.headers)

    def test_a_middleware_may_iterate_it(self) -> None:
        self.assertEqual(self.send("wrapped").body, CONTENT.upper())

    def test_the_file_is_closed(self) -> None:
        self.assertEqual(self.send("closes").log, "closed\n")

    def test_text_is_refused(self) -> None:
        self.assert_failed(self.send("text"), "there is str in it")

    def test_a_file_that_shrinks_aborts_the_response_and_costs_nothing_else(self) -> None:
        with open(self.path, "wb") as file:
            file.write(b"x" * 3_000_000)
        self.assert_aborted(self.send("shrinks"), "the file became shorter while it was sent")
