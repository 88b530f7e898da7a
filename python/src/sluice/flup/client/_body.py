"""The request body of a WSGI environ, as pieces for a server that has to know its length."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO, Any, Callable

    Environ = dict[str, Any]

_PIECE_BYTES_MAX = 32 * 1024
_MEMORY_BYTES_MAX = 1024 * 1024


class Body:
    """A body: `length` is in bytes. Passed on as it comes, unless nobody has told its length: then it is kept first.

    Raises `ValueError` for a CONTENT_LENGTH that is no number, and what reading from `wsgi.input` raises.
    """

    def __init__(self, environ: Environ) -> None:
        self._stream: IO[bytes] = environ["wsgi.input"]
        self._spool: IO[bytes] | None = None
        declared = environ.get("CONTENT_LENGTH") or ""
        if declared and not (declared.isascii() and declared.isdigit()):
            raise ValueError(f"CONTENT_LENGTH is {declared!r}; it has to be a number")
        self.length = int(declared or 0)
        if not declared and environ.get("wsgi.input_terminated"):
            self._keep()

    def pieces(self) -> Iterator[tuple[bytes, bool]]:
        """Yield the pieces, each with whether it is the last. Raises `EOFError` if they end too soon."""
        read = _reader(self._stream)
        left = self.length
        while left > 0:
            piece = read(min(left, _PIECE_BYTES_MAX))
            if not piece:
                raise EOFError(f"the request body ends {left} bytes before its CONTENT_LENGTH")
            left -= len(piece)
            yield piece, left == 0

    def close(self) -> None:
        """Remove what was kept. May be called more than once."""
        if self._spool is not None:
            self._spool.close()

    def _keep(self) -> None:
        read = _reader(self._stream)
        self._stream = self._spool = SpooledTemporaryFile(max_size=_MEMORY_BYTES_MAX)
        try:
            for piece in iter(lambda: read(_PIECE_BYTES_MAX), b""):
                self._spool.write(piece)
                self.length += len(piece)
            self._spool.seek(0)
        except BaseException:
            self._spool.close()
            raise


def _reader(stream: IO[bytes]) -> Callable[[int], bytes]:
    # Where it can be had, what has come is passed on without waiting for more.
    read: Callable[[int], bytes] = getattr(stream, "read1", None) or stream.read
    return read
