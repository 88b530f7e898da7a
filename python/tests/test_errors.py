"""wsgi.errors: LOG frames of the right request, in whole lines, from any thread."""

from __future__ import annotations

from sluice._wire import LOG
from tests.support import WorkerTestCase


class Errors(WorkerTestCase):
    def test_lines_leave_whole_and_the_rest_at_the_end(self) -> None:
        tag = self.gateway.start(TEST_APP="errors:pieces")
        texts = []
        while True:
            kind, got, payload = self.gateway.lanes[0].receive()
            self.assertEqual(got, tag)
            if kind != LOG:
                break
            texts.append(payload.decode())
        self.assertEqual(texts, ["one line\n", "two lines\n", "rest"])

    def test_print_and_logging_work(self) -> None:
        self.assertEqual(self.get("errors:printed").log, "printed 1 \N{SNOWMAN}\n")
        self.assertEqual(self.get("errors:logged").log, "logged\n")

    def test_text_over_the_limit_of_a_frame_is_split(self) -> None:
        self.assertEqual(self.get("errors:huge").log, "x" * 600_000)

    def test_text_that_is_not_unicode_is_shown_escaped(self) -> None:
        self.assertEqual(self.get("errors:surrogate").log, "lone \\ud800\n")

    def test_bytes_are_refused(self) -> None:
        self.assert_failed(self.get("errors:wrong_type"), "TypeError: wsgi.errors takes str, not bytes")

    def test_threads_do_not_spoil_the_frames_of_the_response(self) -> None:
        result = self.get("errors:from_threads")
        self.assertEqual(result.body, b"c" * 40_000 * 50)
        self.assertEqual(len(result.log.splitlines()), 200)
        self.assertEqual({line.split(":")[2] for line in result.log.splitlines()}, {"z" * 2000})

    def test_text_without_a_request_goes_to_standard_error(self) -> None:
        self.assertEqual(self.get("errors:after_the_end").log, "")
        self.get("conforming:one_part")
        self.assertIn("finalized\n", self.gateway.error_text())
