"""One lane: its descriptor, the requests that wait in it, and the two threads that touch them.

The lane's own thread reads requests and runs them; the control thread takes back what has not begun (wire section 7).
What makes this safe:

- `line` is a deque. The lane's thread takes from its left end, the control thread from its right, and each such step
  is atomic, so a request is either begun or returned.
- Whoever reads the descriptor holds `_read_lock` until what was read stands in the line.
- Whoever writes it holds `write_lock`, because any thread of the application may write to `wsgi.errors`. A finalizer
  that runs while it is held may do so too, hence an RLock.
"""

from __future__ import annotations

import os
from _thread import RLock, allocate_lock  # without the module around it, which a worker of one thread never needs
from select import POLLIN, poll

from sluice._errors import ErrorStream
from sluice._exceptions import LaneClosed, WireError
from sluice._exits import EXIT_WIRE, give_up
from sluice._input import StreamedBody
from sluice._output import JOINED_BYTES_MAX, copy_range, write_all, write_both
from sluice._wire import (
    BODY,
    BODY_IN,
    BODY_IN_BROKEN,
    FAILED,
    FAILED_CANCELLED,
    LANE_LIMITS,
    REQUEST_STREAM,
    FrameReader,
    pack_frame,
    pack_header,
    pack_text,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import deque
    from typing import Optional

    from sluice._wire import Payload

    Request = tuple[int, int, Payload, Optional[StreamedBody]]
else:
    from _collections import deque  # without the module around it, as above

# A request with a body of 64 KiB is one read.
_READ_BYTES = 68 * 1024
# How long a thread that has just read may take to let go of the read lock.
_LOCK_WAIT_SECONDS = 0.005
# The rest of a frame that has begun to arrive is on its way; a recall waits so long for the next piece of it.
_REST_WAIT_MS = 50


class Lane:
    """One lane. `tag` names the request that runs, or is None; `cancelled` holds tags of CANCEL frames.

    `sends_paths` says whether the gateway takes the path of a file for its bytes.
    """

    __slots__ = (
        "_body",
        "_fd",
        "_is_closed",
        "_read_lock",
        "_reader",
        "cancelled",
        "errors",
        "line",
        "sends_paths",
        "tag",
        "write_lock",
    )

    def __init__(self, fd: int, sends_paths: bool = False) -> None:
        self._fd = fd
        self.sends_paths = sends_paths
        self._reader = FrameReader(LANE_LIMITS)
        self._read_lock = allocate_lock()
        self._body: StreamedBody | None = None
        self._is_closed = False
        self.write_lock = RLock()
        self.line: deque[Request] = deque()
        self.cancelled: set[int] = set()
        self.tag: int | None = None
        self.errors = ErrorStream(self)

    def wait_for_request(self) -> bool:
        """Wait until something has arrived, which need not be a whole request; return False at the end of the lane."""
        with self._read_lock:
            return True if self.line else self._fill_locked()

    def wait_for_body(self, body: StreamedBody) -> None:
        """Wait until something has arrived of `body`, or its end. Raises `LaneClosed`."""
        try:
            with self._read_lock:
                if not body.chunks and not body.is_ended and not self._fill_locked():
                    raise LaneClosed("the gateway closed the lane")
        except WireError as error:
            give_up(EXIT_WIRE, f"lane: {error}")  # here, because an application could swallow the error

    def skip_body(self, body: StreamedBody) -> None:
        """Discard what the application has not read of `body`, up to its end. Raises `LaneClosed`."""
        body.discard()
        while not body.is_ended:
            self.wait_for_body(body)

    def _fill_locked(self) -> bool:
        stale = self.cancelled.copy() if self.cancelled else None
        data = self._read_locked()
        if not data or self._is_closed:
            return False
        self._take_locked(data)
        if stale and len(data) < _READ_BYTES and self._reader.is_between_frames:
            self._forget_cancels_locked(stale)
        return True

    def _read_locked(self) -> bytes:
        try:
            return os.read(self._fd, _READ_BYTES)
        except OSError:
            return b""  # ECONNRESET, if the gateway left responses unread: it has gone all the same

    def _take_locked(self, data: bytes) -> None:
        body = self._body
        for kind, tag, payload in self._reader.feed(data):
            if kind < BODY_IN:
                if body is not None and body.is_open:
                    raise WireError("tag", f"request {tag} arrived before the body of request {body.tag} ended")
                body = self._body = StreamedBody(tag) if kind == REQUEST_STREAM else None
                self.line.append((kind, tag, payload, body))
                continue
            if body is None or body.tag != tag or body.is_ended:
                raise WireError("tag", f"BODY for request {tag}, which has no body open")
            if payload and not body.is_unwanted:
                body.chunks.append(payload)
            if kind != BODY_IN:
                body.is_broken = kind == BODY_IN_BROKEN
                body.is_ended = True

    def _forget_cancels_locked(self, stale: set[int]) -> None:
        # These were cancelled before all of the socket was read, so what they name has arrived. Unless it waits or
        # runs it is over, and the mark must not meet a later request of the same tag.
        waiting = {request[1] for request in tuple(self.line)}
        for tag in stale:
            if tag not in waiting and tag != self.tag:
                self.cancelled.discard(tag)

    def recall(self) -> list[int]:
        """Take back what has not begun and return the tags, oldest first. For the control thread.

        If the lane's thread keeps the read lock and there is nothing to read, it waits for input: it has nothing
        running and will begin at once whatever comes. If there is something, it is about to read and begin that.
        """
        poller = poll()
        poller.register(self._fd, POLLIN)
        while not self._read_lock.acquire(timeout=_LOCK_WAIT_SECONDS):
            if not poller.poll(0):
                break
        else:
            try:
                self._drain_locked(poller)
            finally:
                self._read_lock.release()
        tags = []
        try:
            while True:
                _, tag, _, body = self.line.pop()
                if body is not None:
                    body.is_returned = True
                    body.discard()
                tags.append(tag)
        except IndexError:
            tags.reverse()
            return tags

    def _drain_locked(self, poller: poll) -> None:
        # No request follows a body that is still open, and reading ahead of the application would undo back-pressure.
        while self._body is None or not self._body.is_open:
            if not poller.poll(0 if self._reader.is_between_frames else _REST_WAIT_MS):
                return
            data = self._read_locked()
            if not data:
                return
            self._take_locked(data)

    def close(self) -> None:
        """Let the lane end when its running request does, and begin nothing more. For the control thread."""
        from socket import SHUT_RD, socket

        self._is_closed = True
        self.line.clear()
        with socket(fileno=os.dup(self._fd)) as lane:
            try:
                lane.shutdown(SHUT_RD)
            except OSError:
                pass  # the gateway has closed its end already

    def discard(self) -> int:
        """Return the descriptor, which is the caller's to close: whoever still writes here gets `LaneClosed`."""
        with self.write_lock:
            fd, self._fd = self._fd, -1
        return fd

    def send(self, frames: bytes, body: bytes = b"") -> None:
        """Send whole frames; `body` is the end of the last one. Raises `LaneClosed`."""
        with self.write_lock:
            self.send_locked(frames, body)

    def send_piece(self, tag: int, piece: bytes) -> None:
        """Send a small piece of the running response, in a frame of its own. Raises `LaneClosed`."""
        data = pack_header(len(piece), BODY, tag) + piece
        with self.write_lock:
            try:
                sent = os.write(self._fd, data)
                if sent < len(data):
                    write_all(self._fd, data[sent:])
            except OSError as error:
                raise LaneClosed(f"the gateway closed the lane: {error}") from None

    def finish(self, frames: bytes, body: bytes = b"") -> None:
        """Send whole frames, the last of which ends the running request. Raises `LaneClosed`."""
        with self.write_lock:
            if self.errors.held:
                self.errors.flush_locked()
            self.tag = None
            self.send_locked(frames, body)

    def send_locked(self, frames: bytes, body: bytes = b"") -> None:
        """Do what `send` does, for a caller that holds the write lock."""
        try:
            if len(body) > JOINED_BYTES_MAX:
                write_both(self._fd, frames, body)
                return
            data = frames + body
            sent = os.write(self._fd, data)
            if sent < len(data):
                write_all(self._fd, data[sent:])
        except OSError as error:
            raise LaneClosed(f"the gateway closed the lane: {error}") from None

    def send_file(self, frames: bytes, source: int, offset: int, count: int) -> None:
        """Send `frames`, which announce `count` bytes, and then those bytes of a file.

        Raises `ValueError` if the file has become shorter; the frame is then filled with zeros, so that the lane can
        go on. Raises `LaneClosed`.
        """
        with self.write_lock:
            self.send_locked(frames)
            try:
                missing = count - copy_range(self._fd, source, offset, count)
            except OSError as error:
                raise LaneClosed(f"the gateway closed the lane: {error}") from None
            if missing:
                self.send_locked(bytes(missing))
                raise ValueError("the file became shorter while it was sent")

    def fail(self, tag: int, text: str) -> None:
        """End the running request with FAILED. Raises `LaneClosed`."""
        kind = FAILED_CANCELLED if tag in self.cancelled else FAILED
        self.finish(pack_text(kind, tag, text) if text else pack_frame(kind, tag))
