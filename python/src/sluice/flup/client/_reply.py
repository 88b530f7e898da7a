"""The reply of a server to one request: its head, then an iterable of its body. Knows CGI, but no protocol."""

from __future__ import annotations

from sluice.flup._cgi_head import HeadReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Callable

    from sluice.flup._cgi_head import Head
    from sluice.flup.client._body import Body
    from sluice.flup.client._link import Link

    # Takes what came on the connection, nothing at its end; returns CGI output, and whether that was the last of it.
    Receive = Callable[[bytes], tuple[bytes, bool]]


class Reply:
    """Reads a reply while the rest of the request is still being sent. Owns the link and the request body.

    Raises what `Link`, `Body`, `HeadReader` and `receive` raise, and `EOFError` for a reply that is cut off.
    """

    def __init__(self, link: Link, body: Body, outgoing: Iterator[bytes], receive: Receive) -> None:
        self._link = link
        self._body = body
        self._outgoing = outgoing
        self._receive = receive
        self._is_ended = False
        self._first = b""
        self._missing: int | None = None

    def begin(self, start_response: Callable[..., object], method: str) -> None:
        """Read the head and hand it to `start_response`."""
        try:
            (status, headers, length), self._first = self._read_head()
            if method != "HEAD" and status[:3] not in ("204", "304"):
                self._missing = length
            start_response(status, headers)
        except BaseException:
            self.close()
            raise

    def __iter__(self) -> Iterator[bytes]:
        """Return self: a reply can be read once."""
        return self

    def __next__(self) -> bytes:
        """Return the next bytes of the body, as soon as they come."""
        try:
            piece, self._first = self._first, b""
            while not piece:
                if self._is_ended:
                    self._check_length()
                    raise StopIteration
                piece = self._next_output()
        except BaseException:
            self.close()
            raise
        if self._missing is not None:
            self._missing -= len(piece)
        return piece

    def close(self) -> None:
        """Close the connection, which tells the server that nobody waits any more. May be called more than once."""
        self._is_ended = True
        self._link.close()
        self._body.close()

    def _read_head(self) -> tuple[Head, bytes]:
        reader = HeadReader()
        while not self._is_ended:
            read = reader.feed(self._next_output())
            if read is not None:
                return read
        where = "without a response" if reader.is_empty else "inside the head of the response"
        raise EOFError(f"the server ended the request {where}")

    def _next_output(self) -> bytes:
        output, self._is_ended = self._receive(self._link.exchange(self._outgoing))
        return output

    def _check_length(self) -> None:
        if self._missing is not None and self._missing > 0:
            raise EOFError(f"the response ends {self._missing} bytes before its Content-Length")
