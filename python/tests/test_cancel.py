"""CANCEL: what a request does once its client has gone (wire section 8)."""

from __future__ import annotations

from sluice._wire import BODY_IN_BROKEN, REQUEST_STREAM
from tests.gate import Gate
from tests.gateway import Result
from tests.support import WorkerTestCase


class Cancel(WorkerTestCase):
    lanes = 2

    def setUp(self) -> None:
        self.gate = Gate()
        self.addCleanup(self.gate.__exit__)

    def start(self, app: str, **variables: str) -> int:
        return self.gateway.start(TEST_APP=app, TEST_GATE=self.gate.path, **variables)

    def cancel(self, tag: int) -> None:
        """Cancel, and know by the answer to a recall of the other lane that the worker has taken note."""
        self.gateway.cancel(tag)
        self.assertEqual(self.gateway.recall(lane=1), [])

    def cancel_at_gate(self, app: str) -> Result:
        tag = self.start(app)
        waiter = self.gate.wait()
        self.cancel(tag)
        waiter.release()
        return self.gateway.finish(tag)

    def test_stops_a_generator_at_its_next_yield(self) -> None:
        result = self.cancel_at_gate("gated:between")
        self.assertEqual((result.chunks, result.log), ([b"first"], ""))
        self.assertEqual((result.is_cancelled, result.failure), (True, ""))

    def test_closes_the_iterable(self) -> None:
        result = self.cancel_at_gate("gated:closing")
        self.assertEqual((result.chunks, result.log, result.is_cancelled), ([b"first"], "closed\n", True))

    def test_stops_an_application_at_its_next_write(self) -> None:
        result = self.cancel_at_gate("gated:writes")
        self.assertEqual((result.chunks, result.log), ([b"first"], "ClientGone\n"))
        self.assertEqual((result.is_cancelled, result.failure), (True, ""))

    def test_lets_a_response_end_that_is_known_at_once(self) -> None:
        result = self.cancel_at_gate("gated:before")
        self.assertEqual((result.body, result.failure), (b"done", None))

    def test_lets_a_response_end_that_was_complete(self) -> None:
        result = self.cancel_at_gate("gated:at_end")
        self.assertEqual((result.body, result.failure), (b"whole", None))
        result = self.cancel_at_gate("gated:in_close")
        self.assertEqual((result.body, result.failure), (b"body", None))

    def test_is_told_to_an_application_that_asks(self) -> None:
        tag = self.start("gated:asks")
        waiter = self.gate.wait()
        self.assertEqual(waiter.where, "gone=False")
        self.cancel(tag)
        waiter.release()
        self.assertEqual(self.gateway.finish(tag).body, b"gone=True")

    def test_keeps_the_traceback_of_a_failure_of_its_own(self) -> None:
        result = self.cancel_at_gate("gated:fails")
        self.assertTrue(result.is_cancelled)
        self.assert_failed(result, "RuntimeError: after the wait")

    def test_ends_a_request_in_line_without_beginning_it(self) -> None:
        running = self.start("gated:before")
        waiter = self.gate.wait()
        waiting = self.start("errors:logged")
        last = self.start("conforming:one_part")
        self.cancel(waiting)
        waiter.release()
        self.assertEqual(self.gateway.finish(running).body, b"done")
        result = self.gateway.finish(waiting)
        self.assertEqual((result.is_cancelled, result.status, result.log), (True, None, ""))
        self.assertEqual(self.gateway.finish(last).body, b"hello")

    def test_skips_the_body_of_a_request_in_line(self) -> None:
        running = self.start("gated:before")
        waiter = self.gate.wait()
        waiting = self.gateway.start(b"", REQUEST_STREAM, TEST_APP="inputs:read_all")
        self.gateway.send_body(waiting, b"some")
        self.cancel(waiting)
        self.gateway.send_body(waiting, b"more", BODY_IN_BROKEN)
        waiter.release()
        self.assertEqual(self.gateway.finish(running).body, b"done")
        self.assertTrue(self.gateway.finish(waiting).is_cancelled)

    def test_may_cross_a_recall_of_the_same_request(self) -> None:
        running = self.start("gated:before")
        waiter = self.gate.wait()
        waiting = self.start("conforming:one_part")
        self.gateway.cancel(waiting)
        self.assertEqual(self.gateway.recall(), [waiting])
        waiter.release()
        self.assertEqual(self.gateway.finish(running).body, b"done")

    def test_of_a_request_that_is_over_does_not_meet_a_later_one_of_the_same_tag(self) -> None:
        tag = self.start("conforming:one_part")
        self.gateway.finish(tag)
        self.cancel(tag)
        for _ in range(2):  # by the second read after it the worker has forgotten the cancel
            self.get("conforming:one_part")
        self.gateway._tag = tag - 1
        self.assertEqual(self.start("conforming:generator"), tag)
        result = self.gateway.finish(tag)
        self.assertEqual((result.body, result.failure), (b"one two", None))
