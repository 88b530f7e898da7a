"""The answer to one request: `start_response`, `write()`, and the sending of what the application returns.

Rules: PEP 3333, "The start_response() Callable", "Handling the Content-Length Header", "Buffering and Streaming".
"""

from __future__ import annotations

from sluice._exceptions import ClientGone
from sluice._file_wrapper import FileWrapper
from sluice._head import make_head
from sluice._output import JOINED_BYTES_MAX
from sluice._tracebacks import describe
from sluice._wire import BODY, BODY_END, RESPONSE, RESPONSE_END, pack_file, pack_header, pack_response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType
    from typing import Callable, Optional, Union

    from sluice._lane import Lane

    ExcInfo = Union[tuple[type[BaseException], BaseException, Optional[TracebackType]], tuple[None, None, None]]

_LENGTH_BYTES = 4  # the length of the head, in front of it
# Far below the 2^31-1 bytes of a frame, to leave room for the head.
PIECE_BYTES_MAX = 1 << 30
# The gateway may cancel between two pieces of a file, and a file that shrinks costs at most this much padding.
FILE_PIECE_BYTES = 1 << 20
# A smaller file costs less to send than to open a second time.
OFFLOAD_BYTES_MIN = 64 * 1024


class Response:
    """What one request has answered so far. States: no head, head known, head sent (`is_begun`).

    `_is_open_ended` from then on, if there is no Content-Length to count against.
    """

    __slots__ = (
        "_file_frame",
        "_has_body",
        "_head",
        "_is_head_request",
        "_is_open_ended",
        "_lane",
        "_left",
        "_length",
        "_sent",
        "_tag",
        "is_begun",
    )

    def __init__(self, lane: Lane, tag: int, is_head_request: bool) -> None:
        self._lane = lane
        self._tag = tag
        self._is_head_request = is_head_request
        self._head: bytes | None = None
        self._sent = 0
        self._file_frame: bytes | None = None
        self.is_begun = False
        self._is_open_ended = False

    def start_response(
        self, status: str, response_headers: list[tuple[str, str]], exc_info: ExcInfo | None = None
    ) -> Callable[[bytes], None]:
        """Take status and headers; return `write`. See PEP 3333.

        Raises `AssertionError` if called again without `exc_info`, the exception of `exc_info` if the head has been
        sent, and `TypeError` or `ValueError` if status or headers are not legal.
        """
        if exc_info and exc_info[1] is not None:
            try:
                if self.is_begun:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None  # or the traceback would hold this frame, and the frame the traceback
        elif self._head is not None:
            raise AssertionError("start_response was called a second time without exc_info")
        self._head, has_body, self._length = make_head(status, response_headers)
        self._has_body = has_body and not self._is_head_request
        return self.write

    def is_client_gone(self) -> bool:
        """Return True once the client of this request has gone (`sluice.client_gone` in the environ)."""
        return self._tag in self._lane.cancelled

    def write(self, data: bytes) -> None:
        """Send body bytes now; the callable that `start_response` returns.

        Raises `TypeError` for anything but bytes, `ValueError` for more bytes than Content-Length declares and
        `ClientGone` when nobody waits for them.
        """
        if type(data) is not bytes:
            raise _wrong_chunk(data)
        if self._tag in self._lane.cancelled:
            raise ClientGone("the client has gone")
        left = self._left if self.is_begun else self._length
        if self._has_body and left is not None and len(data) > left:
            raise ValueError(f"write() of {len(data)} bytes where Content-Length leaves {left}")
        if data:
            self._send_chunk(data)

    def send_parts(self, parts: list[bytes] | tuple[bytes, ...]) -> None:
        """Send a list or a tuple, a whole body known at once, in one frame, and end the response."""
        for part in parts:
            if type(part) is not bytes:
                raise _wrong_chunk(part)
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        size = len(body)
        if self.is_begun or size > PIECE_BYTES_MAX:
            if body:
                self._send_chunk(body)
            self.end()
            return
        head = self._known_head()
        length = self._length
        if not self._has_body:
            if size and length is None and self._is_head_request and not self._sent:
                head = b"%bContent-Length: %d\r\n" % (head, size)
            body = b""
        elif length is None:
            head = b"%bContent-Length: %d\r\n" % (head, size)
        elif size < length:
            raise _too_short(length, size)
        elif size > length:
            self._report_surplus()
            body = body[:length]
        head_size = len(head)
        prefix = pack_response(_LENGTH_BYTES + head_size + len(body), RESPONSE_END, self._tag, head_size)
        self._lane.finish(prefix + head, body)

    def send_iterable(self, result: Iterable[bytes]) -> None:
        """Send what an iterable yields, each chunk when it is yielded, close it and end the response.

        The iterable is asked once more after the last byte that Content-Length allows, so that a generator can run to
        its end; bytes beyond are reported, not sent, and end the iteration. Without a body to send, as for HEAD, the
        iteration ends with the first chunk that is not empty. `close()` comes before the end of the response, because
        that tells the gateway that the lane is free.
        """
        if result is None or isinstance(result, (bytes, str)):
            raise TypeError(f"the application returned {type(result).__name__}, not an iterable of bytes")
        try:
            if type(result) is not FileWrapper or not self._send_file(result):
                cancelled = self._lane.cancelled
                send_piece = self._lane.send_piece
                tag = self._tag
                for chunk in result:
                    if cancelled and tag in cancelled:
                        raise ClientGone("the client has gone")
                    if type(chunk) is not bytes:
                        raise _wrong_chunk(chunk)
                    if self._is_open_ended and 0 < len(chunk) <= JOINED_BYTES_MAX:
                        send_piece(tag, chunk)
                    elif chunk and not self._send_chunk(chunk):
                        break
        except BaseException:
            self._close(result)
            raise
        self._close(result)
        self.end()

    def end(self) -> None:
        """End the response cleanly. Raises `ValueError` if bytes are missing that Content-Length declares."""
        if self._file_frame is not None:
            self._lane.finish(self._file_frame)
            return
        if self.is_begun:
            if self._left:
                raise _too_short(self._length, self._sent)
            self._lane.finish(pack_header(0, BODY_END, self._tag))
            return
        head = self._known_head()
        if self._has_body:
            if self._length is None:
                head += b"Content-Length: 0\r\n"
            elif self._length:
                raise _too_short(self._length, 0)
        self._lane.finish(pack_response(_LENGTH_BYTES + len(head), RESPONSE_END, self._tag, len(head)) + head)

    def _known_head(self) -> bytes:
        if self._head is None:
            raise AssertionError("the application did not call start_response before its first bytes or its end")
        return self._head

    def _send_chunk(self, chunk: bytes) -> bool:
        """Send some bytes; return False if nothing that follows will be sent."""
        if not self.is_begun:
            self._known_head()
            if not self._has_body:
                self._sent += len(chunk)
                return False
            self._left = self._length
            self._is_open_ended = self._left is None
        left = self._left
        is_surplus = left is not None and len(chunk) > left
        if is_surplus:
            self._report_surplus()
            chunk = chunk[:left]
        for start in range(0, len(chunk), PIECE_BYTES_MAX):
            piece = chunk[start : start + PIECE_BYTES_MAX] if len(chunk) > PIECE_BYTES_MAX else chunk
            self._lane.send(self._next_prefix(len(piece)), piece)
        return not is_surplus

    def _next_prefix(self, size: int) -> bytes:
        """Return what comes before the next `size` bytes of the body, which must follow."""
        self._sent += size
        if self._left is not None:
            self._left -= size
        if self.is_begun:
            return pack_header(size, BODY, self._tag)
        head = self._known_head()
        self.is_begun = True
        return pack_response(_LENGTH_BYTES + len(head) + size, RESPONSE, self._tag, len(head)) + head

    def _send_file(self, wrapper: FileWrapper) -> bool:
        """Send what is left of a regular file; return False if this is not one, or not the whole body.

        A Content-Length below the size of the file sends so much of it: that is how applications answer ranges.
        """
        plain = wrapper.plain_range()
        if plain is None or self.is_begun:
            return False
        source, offset, size = plain
        head = self._known_head()
        if self._length is None:
            if self._has_body or self._is_head_request:
                self._head = b"%bContent-Length: %d\r\n" % (head, size)
                self._length = size
        elif size > self._length:
            size = self._length
        if not self._has_body or self._offload(wrapper, source, offset, size):
            return True
        self._left = self._length
        stop = offset + size
        while offset < stop:
            if self.is_client_gone():
                raise ClientGone("the client has gone")
            count = min(FILE_PIECE_BYTES, stop - offset)
            self._lane.send_file(self._next_prefix(count), source, offset, count)
            offset += count
        return True

    def _offload(self, wrapper: FileWrapper, source: int, offset: int, size: int) -> bool:
        """Leave it to the gateway to send the file, which is the whole body; return False if it will not."""
        if not self._lane.sends_paths or size < OFFLOAD_BYTES_MIN or size != self._length:
            return False
        found = wrapper.place(source, offset, size)
        if found is None:
            return False
        self._file_frame = pack_file(self._tag, self._known_head(), *found)
        return True

    def _close(self, result: Iterable[bytes]) -> None:
        close = getattr(result, "close", None)
        if close is None:
            return
        try:
            close()
        except BaseException as error:
            self._lane.errors.write(f"close() of the response failed\n{describe(error)}")

    def _report_surplus(self) -> None:
        self._lane.errors.write(
            f"the application sent more than the {self._length} bytes of its Content-Length; the rest was dropped\n"
        )


def _wrong_chunk(chunk: object) -> TypeError:
    return TypeError(f"the response body must be made of bytes, but there is {type(chunk).__name__} in it")


def _too_short(length: int | None, size: int) -> ValueError:
    return ValueError(f"Content-Length is {length}, but the body ended after {size} bytes")
