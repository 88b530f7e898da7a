"""SCGI on the wire: the block of headers before a body."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def pack_headers(content_length: int, pairs: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return what precedes the body; CONTENT_LENGTH and SCGI are put first and not taken from `pairs`."""
    parts = [b"CONTENT_LENGTH", b"%d" % content_length, b"SCGI", b"1"]
    for name, value in pairs:
        if name not in (b"CONTENT_LENGTH", b"SCGI"):
            parts += (name, value)
    block = b"\0".join((*parts, b""))
    return b"%d:%b," % (len(block), block)
