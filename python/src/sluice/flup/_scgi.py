"""SCGI on the wire, both directions: the block of headers before a body. Owns no socket and no clock."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

HEADERS_BYTES_MAX = 1024 * 1024


class ScgiError(Exception):
    """The peer broke the protocol, or a limit of it; the connection is lost."""


def pack_headers(content_length: int, pairs: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return what precedes the body; CONTENT_LENGTH and SCGI are put first and not taken from `pairs`."""
    parts = [b"CONTENT_LENGTH", b"%d" % content_length, b"SCGI", b"1"]
    for name, value in pairs:
        if name not in (b"CONTENT_LENGTH", b"SCGI"):
            parts += (name, value)
    block = b"\0".join((*parts, b""))
    return b"%d:%b," % (len(block), block)


class HeadersReader:
    """Reads the headers of one request. `bytes_max` bounds them."""

    __slots__ = ("_bytes_max", "_held", "_wanted")

    def __init__(self, bytes_max: int = HEADERS_BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._held = bytearray()
        self._wanted = 0

    def feed(self, data: bytes) -> tuple[list[tuple[bytes, bytes]], bytes] | None:
        """Return the headers, in order, and what came of the body; None until they are all there.

        Raises `ScgiError`. Not to be called again once it has returned something else than None.
        """
        held = self._held
        held += data
        if not self._wanted and not self._read_length():
            return None
        if len(held) < self._wanted:
            return None
        if held[self._wanted - 1] != ord(","):
            raise ScgiError("the headers do not end in a comma")
        block = bytes(held[held.index(b":") + 1 : self._wanted - 1])
        parts = block.split(b"\0")
        if len(parts) % 2 == 0 or parts.pop():
            raise ScgiError("the headers end inside a pair")
        pairs = list(zip(parts[::2], parts[1::2]))
        if not pairs or pairs[0][0] != b"CONTENT_LENGTH":
            raise ScgiError("CONTENT_LENGTH is not the first header")
        return pairs, bytes(held[self._wanted :])

    def _read_length(self) -> bool:
        digits_max = len(str(self._bytes_max))
        end = self._held.find(b":", 0, digits_max + 1)
        digits = bytes(self._held[: digits_max + 1 if end < 0 else end])
        if (digits or end == 0) and not (digits.isdigit() and (digits == b"0" or digits[0] != ord("0"))):
            raise ScgiError("the length of the headers is not a number")
        if end < 0 and len(digits) <= digits_max:
            return False
        if end < 0 or int(digits) > self._bytes_max:
            raise ScgiError(f"the headers take more than {self._bytes_max} bytes")
        self._wanted = end + 1 + int(digits) + 1
        return True
