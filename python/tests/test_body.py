"""Response bodies: framing, Content-Length, chunks, close(), failures."""

from __future__ import annotations

from tests.support import WorkerTestCase


class WholeBodies(WorkerTestCase):
    def test_one_part_is_one_frame_with_a_length(self) -> None:
        result = self.get("conforming:one_part")
        self.assertEqual((result.status, result.body, result.frames), ("200 OK", b"hello", 1))
        self.assertEqual(result.headers, {"Content-Type": "text/plain", "Content-Length": "5"})

    def test_a_tuple_is_joined_into_one_frame(self) -> None:
        result = self.get("conforming:three_parts")
        self.assertEqual((result.body, result.frames), (b"one three", 1))
        self.assertEqual(result.headers["Content-Length"], "9")

    def test_an_empty_list_has_length_0(self) -> None:
        result = self.get("conforming:no_parts")
        self.assertEqual((result.body, result.frames), (b"", 1))
        self.assertEqual(result.headers["Content-Length"], "0")

    def test_a_declared_length_is_kept(self) -> None:
        result = self.get("conforming:declared")
        self.assertEqual((result.body, result.headers["Content-Length"]), (b"hello", "5"))

    def test_too_few_bytes_fail_before_anything_is_sent(self) -> None:
        self.assert_failed(self.get("bodies:list_too_short"), "Content-Length is 10", "after 5 bytes")

    def test_too_many_bytes_are_cut_and_reported(self) -> None:
        result = self.get("bodies:list_too_long")
        self.assertEqual((result.body, result.failure), (b"hello", None))
        self.assertIn("more than the 5 bytes", result.log)

    def test_bodies_larger_than_the_socket_buffer_arrive_whole(self) -> None:
        for size in (32 * 1024, 70_000, 5_000_001):
            with self.subTest(size):
                result = self.get("bodies:big", TEST_SIZE=str(size))
                self.assertEqual((result.body, result.frames), (b"x" * size, 1))


class IteratedBodies(WorkerTestCase):
    def test_each_chunk_is_a_frame_and_empty_ones_are_none(self) -> None:
        result = self.get("conforming:generator")
        self.assertEqual(result.chunks, [b"one ", b"two"])
        self.assertEqual(result.frames, 3)
        self.assertNotIn("Content-Length", result.headers)

    def test_the_head_waits_for_the_first_bytes(self) -> None:
        result = self.get("conforming:late_start")
        self.assertEqual((result.status, result.body), ("202 Accepted", b"late"))

    def test_an_iterable_without_bytes_is_one_frame_with_length_0(self) -> None:
        result = self.get("conforming:empty_generator")
        self.assertEqual((result.frames, result.headers["Content-Length"]), (1, "0"))

    def test_large_chunks_arrive_whole(self) -> None:
        result = self.get("bodies:big_chunks", TEST_SIZE="300000")
        self.assertEqual(result.chunks, [b"y" * 300_000] * 4)

    def test_write_comes_before_what_is_returned(self) -> None:
        result = self.get("conforming:writes")
        self.assertEqual(result.chunks, [b"written ", b"twice ", b"and returned"])
        self.assertEqual(self.get("conforming:writes_only").chunks, [b"written"])

    def test_too_few_bytes_abort_the_response(self) -> None:
        result = self.get("bodies:generator_too_short")
        self.assert_aborted(result, "Content-Length is 10", "after 5 bytes")
        self.assert_failed(self.get("bodies:empty_too_short"), "Content-Length is 10", "after 0 bytes")

    def test_too_many_bytes_are_cut_reported_and_end_the_iteration(self) -> None:
        result = self.get("bodies:generator_too_long")
        self.assertEqual((result.chunks, result.failure), ([b"hel", b"lo"], None))
        self.assertIn("more than the 5 bytes", result.log)
        self.assertNotIn("asked again", result.log)

    def test_a_generator_runs_to_its_end_after_its_last_byte(self) -> None:
        result = self.get("bodies:generator_just_right")
        self.assertEqual((result.body, result.log), (b"hello", "ran to its end\n"))

    def test_write_past_the_declared_length_raises(self) -> None:
        self.assert_failed(self.get("bodies:write_too_long"), "write() of 11 bytes", "leaves 5")


class BodilessResponses(WorkerTestCase):
    def test_head_gets_the_head_of_get_and_no_body(self) -> None:
        for app in ("one_part", "declared"):
            result = self.get(f"conforming:{app}", REQUEST_METHOD="HEAD")
            self.assertEqual((result.body, result.headers["Content-Length"]), (b"", "5"))

    def test_head_with_no_body_to_measure_declares_none(self) -> None:
        for app in ("no_parts", "generator", "empty_generator", "writes"):
            with self.subTest(app):
                result = self.get(f"conforming:{app}", REQUEST_METHOD="HEAD")
                self.assertEqual((result.status, result.body, result.failure), ("200 OK", b"", None))
                self.assertNotIn("Content-Length", result.headers)

    def test_head_closes_the_iterable(self) -> None:
        self.assertEqual(self.get("bodies:closed_head", REQUEST_METHOD="HEAD").log, "closed\n")

    def test_statuses_without_a_body_send_none_and_no_length(self) -> None:
        for status in ("204 No Content", "304 Not Modified", "103 Early Hints"):
            with self.subTest(status):
                result = self.get("bodies:status_with_body", TEST_STATUS=status)
                self.assertEqual((result.status, result.body, result.headers), (status, b"", {}))
        self.assertEqual(self.get("conforming:no_content").headers, {})
        self.assertEqual(self.get("conforming:not_modified").headers, {"ETag": '"1"'})


class Close(WorkerTestCase):
    def test_is_called_once_after_the_last_chunk(self) -> None:
        result = self.get("bodies:closed")
        self.assertEqual((result.chunks, result.log), ([b"one", b"two"], "closed\n"))

    def test_is_called_once_after_an_error(self) -> None:
        result = self.get("bodies:closed_after_error")
        self.assert_aborted(result, "in the middle")
        self.assertEqual(result.log, "closed\n")

    def test_is_called_once_when_start_response_was_not(self) -> None:
        result = self.get("bodies:closed_without_start")
        self.assert_failed(result, "start_response")
        self.assertEqual(result.log, "closed\n")

    def test_its_failure_is_reported_and_spoils_nothing(self) -> None:
        result = self.get("bodies:close_fails")
        self.assertEqual((result.body, result.failure), (b"one", None))
        self.assertTrue(result.log.startswith("closed\nclose() of the response failed\n"))
        self.assertIn("RuntimeError: in close", result.log)


class WrongBodies(WorkerTestCase):
    def test_what_is_not_an_iterable_of_bytes_is_named(self) -> None:
        for app, name in (("none", "NoneType"), ("just_bytes", "bytes"), ("just_str", "str"), ("number", "int")):
            with self.subTest(app):
                self.assert_failed(self.get(f"bodies:{app}"), "TypeError", name)

    def test_parts_that_are_not_bytes_are_named(self) -> None:
        for app, name in (("list_of_str", "str"), ("yields_none", "NoneType"), ("writes_str", "str")):
            with self.subTest(app):
                self.assert_failed(
                    self.get(f"bodies:{app}"),
                    f"TypeError: the response body must be made of bytes, but there is {name}",
                )

    def test_a_wrong_chunk_after_the_first_aborts(self) -> None:
        result = self.get("bodies:yields_str")
        self.assert_aborted(result, "there is str in it")
        self.assertEqual(result.chunks, [b"bytes"])


class Failures(WorkerTestCase):
    def test_an_exception_gives_its_traceback(self) -> None:
        result = self.get("bodies:raises")
        self.assert_failed(
            result, "Traceback (most recent call last)", "in raises", "RuntimeError: deliberate \N{SNOWMAN}"
        )

    def test_an_exception_after_the_first_bytes_aborts(self) -> None:
        result = self.get("bodies:raises_late")
        self.assert_aborted(result, "RuntimeError: deliberate")
        self.assertEqual(result.body, b"first")

    def test_exceptions_that_end_programs_end_the_request_only(self) -> None:
        for app, name in (
            ("exits", "SystemExit: 1"),
            ("interrupts", "KeyboardInterrupt"),
            ("generator_exit", "GeneratorExit"),
        ):
            with self.subTest(app):
                self.assert_failed(self.get(f"bodies:{app}"), name)
