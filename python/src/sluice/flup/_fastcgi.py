"""FastCGI 1.0 on the wire, both directions: records and name-value pairs. Owns no socket and no clock."""

from __future__ import annotations

from struct import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Union

    Record = tuple[int, int, bytes]
    Piece = Union[bytes, memoryview]

VERSION = 1

# Section 8, record types.
BEGIN_REQUEST = 1
ABORT_REQUEST = 2
END_REQUEST = 3
PARAMS = 4
STDIN = 5
STDOUT = 6
STDERR = 7
DATA = 8
GET_VALUES = 9
GET_VALUES_RESULT = 10
UNKNOWN_TYPE = 11

# Section 5.1: role and flag of BEGIN_REQUEST.
RESPONDER = 1
AUTHORIZER = 2
FILTER = 3
KEEP_CONN = 1

# Section 5.5: protocol status of END_REQUEST.
REQUEST_COMPLETE = 0
CANT_MPX_CONN = 1
OVERLOADED = 2
UNKNOWN_ROLE = 3

HEADER_BYTES = 8
# The largest content that is a multiple of 8: php-fpm counts the padding in, and takes 65535 bytes of both.
CONTENT_BYTES_MAX = 65528
# What every web server can send at most is 64 KiB; lighttpd and nginx refuse more than that themselves.
PARAMS_BYTES_MAX = 1024 * 1024
PAIRS_MAX = 4096

_HEADER = Struct(">BBHHBx")
_BEGIN = Struct(">HB5x")
_END = Struct(">IB3x")
_LONG = Struct(">I")
_LONG_BIT = 0x80000000
_PADDING = bytes(8)


class FastCgiError(Exception):
    """The peer broke the protocol, or a limit of it; the connection is lost.

    `reason` is one of `version`, `content`, `params` and `limit`.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class RecordReader:
    """Cuts a stream of bytes into records.

    The work is linear in the bytes received, however they are cut, and no more than one record is held.
    After a `FastCgiError` the stream is lost and so is the reader.
    """

    __slots__ = ("_held", "_wanted")

    def __init__(self) -> None:
        self._held = bytearray()
        self._wanted = HEADER_BYTES

    @property
    def is_between_records(self) -> bool:
        """True if no part of an incomplete record is held."""
        return not self._held

    def feed(self, data: bytes) -> list[Record]:
        """Return the records, as (type, request id, content), that `data` completes. Raises `FastCgiError`."""
        held = self._held
        if held:
            held += data
            if len(held) < self._wanted:
                return []
            data = bytes(held)
            held.clear()
        records: list[Record] = []
        start = 0
        while True:
            self._wanted = HEADER_BYTES
            if len(data) - start < HEADER_BYTES:
                break
            version, kind, request_id, length, padding = _HEADER.unpack_from(data, start)
            if version != VERSION:
                raise FastCgiError("version", f"a record of version {version}; only {VERSION} is known")
            self._wanted += length + padding
            if len(data) - start < self._wanted:
                break
            content = start + HEADER_BYTES
            records.append((kind, request_id, data[content : content + length]))
            start += self._wanted
        held += data[start:]
        return records


def pack_record(kind: int, request_id: int, content: Piece = b"") -> bytes:
    """Return a record, padded to a multiple of 8 bytes. The caller keeps `content` to `CONTENT_BYTES_MAX`."""
    length = len(content)
    padding = -length & 7
    return b"".join((_HEADER.pack(VERSION, kind, request_id, length, padding), content, _PADDING[:padding]))


def pack_stream(kind: int, request_id: int, data: bytes) -> Iterator[bytes]:
    """Yield the records that carry `data`, which do not end the stream: an empty record does."""
    view = memoryview(data)
    for start in range(0, len(view), CONTENT_BYTES_MAX):
        yield pack_record(kind, request_id, view[start : start + CONTENT_BYTES_MAX])


def pack_begin(request_id: int, role: int = RESPONDER, flags: int = 0) -> bytes:
    """Return a BEGIN_REQUEST record."""
    return pack_record(BEGIN_REQUEST, request_id, _BEGIN.pack(role, flags))


def unpack_begin(content: bytes) -> tuple[int, int]:
    """Return role and flags of a BEGIN_REQUEST. Raises `FastCgiError`."""
    if len(content) != _BEGIN.size:
        raise FastCgiError("content", f"BEGIN_REQUEST with {len(content)} bytes; {_BEGIN.size} expected")
    role, flags = _BEGIN.unpack(content)
    return role, flags


def pack_end(request_id: int, protocol_status: int = REQUEST_COMPLETE, app_status: int = 0) -> bytes:
    """Return an END_REQUEST record."""
    return pack_record(END_REQUEST, request_id, _END.pack(app_status, protocol_status))


def unpack_end(content: bytes) -> tuple[int, int]:
    """Return protocol status and application status of an END_REQUEST. Raises `FastCgiError`."""
    if len(content) != _END.size:
        raise FastCgiError("content", f"END_REQUEST with {len(content)} bytes; {_END.size} expected")
    app_status, protocol_status = _END.unpack(content)
    return protocol_status, app_status


def pack_unknown_type(kind: int) -> bytes:
    """Return the answer to a management record of a type that is not known."""
    return pack_record(UNKNOWN_TYPE, 0, bytes((kind,)).ljust(8, b"\0"))


def pack_params(request_id: int, pairs: Iterable[tuple[bytes, bytes]]) -> Iterator[bytes]:
    """Yield the PARAMS records of a request, the empty one at the end included.

    No pair straddles two records: php-fpm hangs up on that and others misread it. Raises `ValueError` for a pair that
    fits into no record.
    """
    parts: list[bytes] = []
    size = 0
    for name, value in pairs:
        pair = pack_pair(name, value)
        if len(pair) > CONTENT_BYTES_MAX:
            raise ValueError(
                f"{name.decode('latin-1')} takes {len(pair)} bytes; a FastCGI parameter has at most {CONTENT_BYTES_MAX}"
            )
        if size + len(pair) > CONTENT_BYTES_MAX:
            yield pack_record(PARAMS, request_id, b"".join(parts))
            parts, size = [], 0
        parts.append(pair)
        size += len(pair)
    if parts:
        yield pack_record(PARAMS, request_id, b"".join(parts))
    yield pack_record(PARAMS, request_id)


def pack_pair(name: bytes, value: bytes) -> bytes:
    """Return a name-value pair (section 3.4)."""
    return b"".join((_pack_length(len(name)), _pack_length(len(value)), name, value))


def _pack_length(length: int) -> bytes:
    return bytes((length,)) if length < 128 else _LONG.pack(length | _LONG_BIT)


class PairReader:
    """Collects name-value pairs from the contents of records, whose borders mean nothing.

    `bytes_max` bounds the bytes of all pairs and `pairs_max` their number. A length is checked when it is announced.
    """

    __slots__ = ("_bytes_left", "_held", "_pairs", "_pairs_max")

    def __init__(self, bytes_max: int = PARAMS_BYTES_MAX, pairs_max: int = PAIRS_MAX) -> None:
        self._bytes_left = bytes_max
        self._pairs_max = pairs_max
        self._held = bytearray()
        self._pairs: list[tuple[bytes, bytes]] = []

    def feed(self, content: bytes) -> None:
        """Take the content of the next record. Raises `FastCgiError`."""
        held = self._held
        held += content
        start = 0
        while True:
            name_length, at = _read_length(held, start)
            value_length, at = _read_length(held, at)
            size = at - start + max(name_length, 0) + max(value_length, 0)
            if size > self._bytes_left:
                raise FastCgiError("limit", "the parameters take more bytes than are allowed")
            if name_length < 0 or value_length < 0 or len(held) - start < size:
                break
            if len(self._pairs) >= self._pairs_max:
                raise FastCgiError("limit", f"more than {self._pairs_max} parameters")
            self._pairs.append((bytes(held[at : at + name_length]), bytes(held[at + name_length : start + size])))
            self._bytes_left -= size
            start += size
        if start:
            del held[:start]

    def finish(self) -> list[tuple[bytes, bytes]]:
        """Return the pairs, in order and with duplicates. Raises `FastCgiError` if the last one is incomplete."""
        if self._held:
            raise FastCgiError("params", "the parameters end inside a pair")
        return self._pairs


def _read_length(data: bytearray, at: int) -> tuple[int, int]:
    """Return a length, or -1 if it is not all there, and where it ends."""
    if at >= len(data):
        return -1, at
    if data[at] < 128:
        return data[at], at + 1
    if len(data) - at < 4:
        return -1, at + 4
    length: int = _LONG.unpack_from(data, at)[0] - _LONG_BIT
    return length, at + 4
