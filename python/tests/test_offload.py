"""Bodies in files (wire section 4): which files are left to the gateway, and which go as bytes."""

from __future__ import annotations

import os
import tempfile

from tests.gateway import Gateway, Result
from tests.support import WorkerTestCase

SIZE = 70_000
CONTENT = os.urandom(SIZE)


class Offload(WorkerTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.gateway = Gateway("dispatch", words=("files=1",))
        cls.addClassCleanup(cls.gateway.end)
        cls.gateway.ready()

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = os.path.join(os.path.realpath(directory.name), "a file")
        with open(self.path, "wb") as file:
            file.write(CONTENT)

    def send(self, app: str, path: str = "", **variables: str) -> Result:
        return self.get(f"files:{app}", TEST_FILE=path or self.path, **variables)

    def place(self, offset: int = 0, size: int = SIZE) -> tuple:
        status = os.stat(self.path)
        return (status.st_dev, status.st_ino, offset, size), os.fsencode(self.path)

    def assert_sent_as_bytes(self, result: Result, content: bytes) -> None:
        self.assertEqual((result.file, result.body == content, result.failure), (None, True, None))

    def test_a_large_regular_file_is_left_to_the_gateway_in_one_frame(self) -> None:
        for app in ("plain", "unbuffered"):
            with self.subTest(app):
                result = self.send(app)
                self.assertEqual((result.file, result.frames, result.body), (self.place(), 1, b""))
                self.assertEqual(result.headers, {"Content-Length": str(SIZE)})

    def test_position_and_content_length_make_the_range(self) -> None:
        result = self.send("plain", TEST_LENGTH="66000")
        self.assertEqual((result.file, result.headers["Content-Length"]), (self.place(0, 66_000), "66000"))
        with open(self.path, "rb") as file:
            offset = len(file.readline())
        with open(self.path, "r+b") as file:
            file.truncate(offset + SIZE)
        self.assertEqual(self.send("from_position").file, self.place(offset))

    def test_a_link_is_resolved(self) -> None:
        os.symlink(self.path, self.path + ".link")
        self.assertEqual(self.send("plain", self.path + ".link").file, self.place())

    def test_the_file_is_closed_before_the_lane_is_free(self) -> None:
        result = self.send("tells_when_closed")
        self.assertEqual((result.file, result.log), (self.place(), "closed\n"))

    def test_a_small_file_goes_as_bytes(self) -> None:
        os.truncate(self.path, 65_535)
        self.assert_sent_as_bytes(self.send("plain"), CONTENT[:65_535])

    def test_a_file_without_a_name_goes_as_bytes(self) -> None:
        for app in ("unlinked", "by_descriptor"):
            with self.subTest(app):
                self.assert_sent_as_bytes(self.send(app), CONTENT)

    def test_a_path_that_leads_to_another_file_is_not_used(self) -> None:
        self.assert_sent_as_bytes(self.send("replaced"), CONTENT)

    def test_head_gets_no_file(self) -> None:
        result = self.send("plain", REQUEST_METHOD="HEAD")
        self.assertEqual((result.file, result.body), (None, b""))

    def test_what_follows_written_bytes_goes_as_bytes(self) -> None:
        self.assert_sent_as_bytes(self.send("after_write"), b"written, " + CONTENT)

    def test_a_length_beyond_the_file_aborts(self) -> None:
        self.assert_aborted(self.send("plain", TEST_LENGTH="80000"), "Content-Length is 80000")


class NoOffload(WorkerTestCase):
    def test_without_leave_every_file_goes_as_bytes(self) -> None:
        with tempfile.NamedTemporaryFile() as file:
            file.write(CONTENT)
            file.flush()
            result = self.get("files:plain", TEST_FILE=file.name)
        self.assertEqual((result.file, result.body == CONTENT), (None, True))
