"""A gateway for tests: starts a real worker, speaks the wire with it, and believes nothing it says unchecked."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

from sluice._exceptions import WireError
from sluice._wire import (
    BODY,
    BODY_END,
    BODY_IN,
    CANCEL,
    EXITED,
    FAILED,
    FAILED_CANCELLED,
    FILE,
    FORK_FAILED,
    FORKED,
    FRAME_BYTES_MAX,
    HEAD_BYTES_MAX,
    HEADER_BYTES,
    HELLO,
    LOAD_FAILED,
    LOADED,
    LOG,
    PATH_BYTES_MAX,
    READY,
    RECALL,
    REQUEST,
    RESPONSE,
    RESPONSE_END,
    RETURNED,
    STOP,
    TEXT_BYTES_MAX,
    TOKEN_BYTES,
    FrameReader,
    pack_block,
    pack_frame,
    unpack_header,
)
from tests import PYTHON_DIRECTORY, SOURCE_DIRECTORY

APPS_DIRECTORY = PYTHON_DIRECTORY / "tests" / "apps"
DEADLINE_SECONDS = 30.0

Place = tuple[int, int, int, int]

FROM_LANE = {
    RESPONSE: FRAME_BYTES_MAX,
    RESPONSE_END: FRAME_BYTES_MAX,
    BODY: FRAME_BYTES_MAX,
    BODY_END: FRAME_BYTES_MAX,
    FAILED: TEXT_BYTES_MAX,
    FAILED_CANCELLED: TEXT_BYTES_MAX,
    LOG: TEXT_BYTES_MAX,
    FILE: 4 + HEAD_BYTES_MAX + 32 + PATH_BYTES_MAX,
}
FROM_CONTROL = {READY: 64 * 1024, RETURNED: 64 * 1024, LOAD_FAILED: TEXT_BYTES_MAX}

FROM_FORK_SERVER = {
    LOADED: 64 * 1024,
    LOAD_FAILED: TEXT_BYTES_MAX,
    FORKED: 4,
    FORK_FAILED: TEXT_BYTES_MAX,
    EXITED: 2,
    STOP: 0,
}
FROM_MEETING = {HELLO: TOKEN_BYTES}

VARIABLES = {
    "REQUEST_METHOD": "GET",
    "SCRIPT_NAME": "",
    "PATH_INFO": "/",
    "QUERY_STRING": "",
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.1",
}


def split_response(payload: bytes) -> tuple[bytes, bytes]:
    """Return head and body of a RESPONSE payload. Raises `WireError`."""
    size = int.from_bytes(payload[:4], "big")
    if len(payload) < 4 or 4 + size > len(payload):
        raise WireError("payload", "the head of a RESPONSE does not fit into it")
    return payload[4 : 4 + size], payload[4 + size :]


def split_file(payload: bytes) -> tuple[bytes, Place, bytes]:
    """Return head, place and path of a FILE payload. Raises `WireError`."""
    head, rest = split_response(payload)
    place, path = rest[:32], rest[32:]
    if len(place) < 32 or path[:1] != b"/" or b"\0" in path:
        raise WireError("payload", "a FILE without a place")
    device, inode, offset, size = (int.from_bytes(place[at : at + 8], "big") for at in range(0, 32, 8))
    if offset >= 1 << 53 or size >= 1 << 53:
        raise WireError("payload", "a FILE with a number that is too large")
    return head, (device, inode, offset, size), path


def check_announced(data: bytes) -> None:
    """Refuse a RESPONSE that starts with the length of a head over the limit, before the head has come."""
    if len(data) >= HEADER_BYTES + 4:
        _, kind, _ = unpack_header(data, 0)
        if kind in (RESPONSE, RESPONSE_END) and int.from_bytes(data[8:12], "big") > HEAD_BYTES_MAX:
            raise WireError("length", "the head of a RESPONSE is over the limit")


class Channel:
    """The gateway's end of a lane or of the control channel."""

    def __init__(self, limits: dict[int, int]) -> None:
        self.socket, self.worker_end = socket.socketpair()
        self.socket.settimeout(DEADLINE_SECONDS)
        self._reader = FrameReader(limits)
        self._frames: list[tuple[int, int, bytes]] = []

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def receive(self) -> tuple[int, int, bytes]:
        """Return the next frame; raises `EOFError` at the end."""
        while not self._frames:
            self._frames += self.read()
        return self._frames.pop(0)

    def wait_until_closed_for_sending(self) -> None:
        """Wait until the worker takes nothing any more, which no event announces."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        try:
            while time.monotonic() < deadline:
                self.socket.send(b"")
        except BrokenPipeError:
            return
        raise TimeoutError

    def read(self) -> list[tuple[int, int, bytes]]:
        data = self.socket.recv(1 << 20)
        if not data:
            raise EOFError
        return self._reader.feed(data)


@dataclass
class Result:
    """What the worker answered to one request."""

    status: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    chunks: list[bytes] = field(default_factory=list)
    log: str = ""
    failure: str | None = None
    is_cancelled: bool = False
    file: tuple[Place, bytes] | None = None
    frames: int = 0

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)

    def take(self, kind: int, payload: bytes) -> bool:
        """Take in one frame and return True if it is the last. Raises `AssertionError` where it must not come."""
        if kind == LOG:
            self.log += payload.decode()
            return False
        self.frames += 1
        if kind in (FAILED, FAILED_CANCELLED):
            self.failure = payload.decode()
            self.is_cancelled = kind == FAILED_CANCELLED
            return True
        begins = kind in (RESPONSE, RESPONSE_END, FILE)
        assert (self.status is None) == begins, f"frame {kind:#x} out of turn"
        if begins:
            if kind == FILE:
                head, place, path = split_file(payload)
                self.file, payload = (place, path), b""
            else:
                head, payload = split_response(payload)
            lines = head.decode("latin-1").split("\r\n")
            assert lines.pop() == "", "the head does not end with a line end"
            self.status = lines[0]
            self.headers = dict(line.split(": ", 1) for line in lines[1:])
        if payload:
            self.chunks.append(payload)
        return kind in (RESPONSE_END, BODY_END, FILE)


class Gateway:
    """Starts a worker with the application `app` from tests/apps. Use as a context manager."""

    def __init__(
        self,
        app: str,
        *,
        lanes: int = 1,
        words: tuple[str, ...] = (),
        entry: tuple[str, ...] = (str(SOURCE_DIRECTORY / "sluice" / "__main__.py"),),
        **popen: object,
    ) -> None:
        self.control = Channel(FROM_CONTROL)
        self.lanes = [Channel(FROM_LANE) for _ in range(lanes)]
        ends = [each.worker_end for each in (self.control, *self.lanes)]
        control, *lane_ends = [str(end.fileno()) for end in ends]
        directory = [] if any(word.startswith("directory=") for word in words) else [f"directory={APPS_DIRECTORY}"]
        self.stderr = tempfile.TemporaryFile()
        self.process = subprocess.Popen(  # type: ignore[call-overload]
            [
                sys.executable,
                *entry,
                "worker",
                f"control={control}",
                f"lanes={','.join(lane_ends)}",
                f"app={app}",
                *directory,
                *words,
            ],
            pass_fds=[end.fileno() for end in ends],
            stdin=subprocess.DEVNULL,
            stderr=self.stderr,
            **popen,
        )
        for end in ends:
            end.close()
        self._tag = 0

    def __enter__(self) -> Gateway:
        self.ready()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def ready(self) -> dict[str, str]:
        """Wait for READY and return what it says."""
        kind, tag, payload = self.control.receive()
        assert (kind, tag) == (READY, 0), (hex(kind), payload.decode())
        words = payload.decode("latin-1").split("\0")
        return dict(zip(words[:-1:2], words[1::2]))

    def end(self) -> int:
        """Close every channel and return the exit status of the worker."""
        for channel in (self.control, *self.lanes):
            channel.socket.close()
        try:
            status: int = self.process.wait(DEADLINE_SECONDS)
            return status
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            if self.process.stdout:
                self.process.stdout.close()
            self.stderr.close()

    def error_text(self) -> str:
        """Return what the worker has written to standard error so far."""
        return os.pread(self.stderr.fileno(), 1 << 20, 0).decode()

    def next_tag(self) -> int:
        self._tag = (self._tag + 1) & 0xFFFF
        return self._tag

    def start(self, body: bytes = b"", kind: int = REQUEST, lane: int = 0, **variables: str) -> int:
        """Send a REQUEST and return its tag."""
        tag = self.next_tag()
        block = pack_block({**VARIABLES, **variables})
        self.lanes[lane].send(pack_frame(kind, tag, len(block).to_bytes(4, "big") + block + body))
        return tag

    def send_body(self, tag: int, data: bytes, kind: int = BODY_IN, lane: int = 0) -> None:
        self.lanes[lane].send(pack_frame(kind, tag, data))

    def finish(self, tag: int, lane: int = 0) -> Result:
        """Wait for the end of the request, which must be the next to end on its lane."""
        return self.finish_into(Result(), tag, lane)

    def finish_into(self, result: Result, tag: int, lane: int = 0) -> Result:
        """Do the same for a request of which some has been received."""
        while True:
            kind, got, payload = self.lanes[lane].receive()
            assert got == tag, f"a frame for request {got} while {tag} runs"
            if result.take(kind, payload):
                return result

    def get(self, app: str, body: bytes = b"", **variables: str) -> Result:
        """Run one request through the application `module:name` and tests/apps/dispatch.py."""
        return self.finish(self.start(body, TEST_APP=app, **variables))

    def cancel(self, tag: int, lane: int = 0) -> None:
        self.control.send(pack_frame(CANCEL, lane, tag.to_bytes(2, "big")))

    def recall(self, lane: int = 0) -> list[int]:
        """Ask for what a lane has not begun and return the tags."""
        self.control.send(pack_frame(RECALL, lane))
        kind, got, payload = self.control.receive()
        assert (kind, got) == (RETURNED, lane), (hex(kind), got)
        return [int.from_bytes(payload[at : at + 2], "big") for at in range(0, len(payload), 2)]
