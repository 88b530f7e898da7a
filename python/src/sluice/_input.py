"""`wsgi.input`: where an application reads the request body from (PEP 3333, "Input and Error Streams")."""

from __future__ import annotations

from io import BufferedReader, RawIOBase

from sluice._exceptions import BodyIncomplete

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import deque

    from sluice._lane import Lane
else:
    from _collections import deque  # without the module around it, which an application may never need


class StreamedBody:
    """The body of one request that arrives in BODY frames: what has come and whether more will.

    Filled under the lane's read lock, by whichever thread reads the lane.
    """

    __slots__ = ("chunks", "is_broken", "is_ended", "is_returned", "is_unwanted", "tag")

    def __init__(self, tag: int) -> None:
        self.tag = tag
        self.chunks: deque[bytes] = deque()
        self.is_ended = False
        self.is_broken = False
        self.is_unwanted = False
        self.is_returned = False

    @property
    def is_open(self) -> bool:
        """True while nothing but this body may arrive on the lane (wire section 3)."""
        return not self.is_ended and not self.is_returned

    def discard(self) -> None:
        """Forget what has come and keep nothing of what comes yet."""
        self.is_unwanted = True
        self.chunks.clear()


class StreamedInput(RawIOBase):
    """Reads a `StreamedBody` as it arrives. `open_streamed` puts Python's own buffered reader in front of it."""

    def __init__(self, lane: Lane, body: StreamedBody) -> None:
        super().__init__()
        self._lane = lane
        self._body = body
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Wait for body bytes, put some into `buffer` and return how many; 0 at the end.

        Raises `BodyIncomplete` at the end of a body that was cut off.
        """
        body = self._body
        while not self._rest:
            if body.chunks:
                self._rest = memoryview(body.chunks.popleft())
            elif body.is_broken:
                raise BodyIncomplete("the request body is incomplete: its sender went away")
            elif body.is_ended or body.is_unwanted:
                return 0
            else:
                self._lane.wait_for_body(body)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def open_streamed(lane: Lane, body: StreamedBody) -> BufferedReader:
    """Return a `wsgi.input` that reads `body` as it arrives."""
    return BufferedReader(StreamedInput(lane, body))
