"""Frames of the worker wire: bytes in, frames out, and back. Owns no socket.

docs/reference/worker-wire.md is the authority; test/vectors/worker-wire.json tests this file and the gateway's.
Type and flags are neighbours in the header, so they are read as one 16-bit number, the kind of a frame. Each legal
combination has a name here and anything else is refused by one look into a table.
"""

from __future__ import annotations

from io import BytesIO
from struct import Struct

from sluice._exceptions import WireError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    # Bytes; of a REQUEST that is taken apart, a tuple of bytes and BytesIO. Who reads REQUESTs has to tell them apart.
    Payload = Any
    Frame = tuple[int, int, Payload]

# Section 3: lane, gateway to worker.
REQUEST = 0x0100
REQUEST_FILE = 0x0102
REQUEST_STREAM = 0x0104
BODY_IN = 0x0200
BODY_IN_END = 0x0201
BODY_IN_BROKEN = 0x0209

# Section 4: lane, worker to gateway.
RESPONSE = 0x1000
RESPONSE_END = 0x1001
BODY = 0x1100
BODY_END = 0x1101
FAILED = 0x1201
FAILED_CANCELLED = 0x1211
LOG = 0x1300
FILE = 0x1401

# Sections 5 and 6: control.
RECALL = 0x2000
CANCEL = 0x2100
READY = 0x3000
RETURNED = 0x3100
LOAD_FAILED = 0x3200

# Sections 10 and 11: the control channel of what workers come from, and the first frame of a channel they open.
FORK = 0x4000
RELEASE = 0x4100
MEETING = 0x4200
LOADED = 0x5000
FORKED = 0x5100
FORK_FAILED = 0x5200
EXITED = 0x5300
STOP = 0x5400
HELLO = 0x6000

TOKEN_BYTES = 32

HEAD_BYTES_MAX = 256 * 1024
TEXT_BYTES_MAX = 256 * 1024
FRAME_BYTES_MAX = 2**31 - 1
PATH_BYTES_MAX = 4096

# Kind to the largest payload in bytes, for what a worker receives.
LANE_LIMITS = {
    REQUEST: 64 * 1024 * 1024,
    REQUEST_FILE: 64 * 1024 * 1024,
    REQUEST_STREAM: 64 * 1024 * 1024,
    BODY_IN: 1024 * 1024,
    BODY_IN_END: 1024 * 1024,
    BODY_IN_BROKEN: 1024 * 1024,
}
# The wire fixes the size of these payloads, so another size is a bad payload and not one over a limit.
CONTROL_SIZES = {RECALL: 0, CANCEL: 2}
FORK_SIZES = {FORK: TOKEN_BYTES, RELEASE: 0}
# Kind to the largest payload, for a process that has attached itself.
ATTACHED_LIMITS = {**FORK_SIZES, MEETING: PATH_BYTES_MAX}

# From here on a REQUEST is cut into block and body at once: cutting it out first would copy the body twice.
_APART_BYTES_MIN = 16 * 1024

HEADER_BYTES = 8
_HEADER = Struct(">IHH")
_NUMBER = Struct(">I")
_TAG = Struct(">H")
_RESPONSE = Struct(">IHHI")
_PLACE = Struct(">QQQQ")
_EXIT = Struct(">BB")

unpack_header = _HEADER.unpack_from
unpack_number = _NUMBER.unpack_from
pack_header = _HEADER.pack
pack_response = _RESPONSE.pack
"""Header of a RESPONSE frame and the length of its head: payload length, kind, tag, head length."""


class FrameReader:
    """Cuts a stream of bytes into frames and refuses what the wire does not allow.

    `limits` maps each kind that may arrive to the largest payload in bytes. The work is linear in the bytes received,
    however they are cut, and a length is checked before anything is kept for it. After a `WireError` the stream is
    lost and so is the reader.
    """

    __slots__ = ("_held", "_large", "_limits", "_missing")

    def __init__(self, limits: Mapping[int, int]) -> None:
        self._limits = limits
        self._held: list[bytes] = []
        self._large: tuple[int, bytes, BytesIO] | None = None
        self._missing = 0

    @property
    def is_between_frames(self) -> bool:
        """True if no part of an incomplete frame is held."""
        return not self._held and self._large is None

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames, as (kind, tag, payload), that `data` completes. Raises `WireError`.

        The payload of a REQUEST with a large body may be a tuple, of its bytes up to the body and the body.
        """
        frames: list[Frame] = []
        if self._large is not None:
            data = self._continue_large(*self._large, data, frames)
        held = self._held
        if held:
            held.append(data)
            self._missing -= len(data)
            if self._missing > 0:
                return frames
            data = b"".join(held)
            held.clear()
        limits = self._limits
        start = 0
        end = len(data)
        while end - start >= HEADER_BYTES:
            length, kind, tag = unpack_header(data, start)
            limit = limits.get(kind)
            if limit is None or length > limit:
                raise _refusal(limits, kind, length)
            stop = start + HEADER_BYTES + length
            if stop > end:
                self._missing = stop - end
                if kind != REQUEST or not self._begin_large(tag, data[start:]):
                    held.append(data[start:])
                return frames
            if kind == REQUEST and length > _APART_BYTES_MIN:
                frames.append((kind, tag, _take_apart(data, start + HEADER_BYTES, stop)))
            else:
                frames.append((kind, tag, data[start + HEADER_BYTES : stop]))
            start = stop
        if start < end:
            self._missing = start + HEADER_BYTES - end
            held.append(data[start:])
        return frames

    def _begin_large(self, tag: int, data: bytes) -> bool:
        """Take the beginning of a REQUEST, all but `_missing` bytes; return False if its block is not whole."""
        if len(data) < HEADER_BYTES + _NUMBER.size:
            return False
        stop = HEADER_BYTES + _NUMBER.size + unpack_number(data, HEADER_BYTES)[0]
        if stop > len(data):
            return False
        # Memory for all of it, touched only as it fills; copying pieces together would touch twice as much.
        body = BytesIO(bytes(len(data) - stop + self._missing))
        body.write(data[stop:])
        self._large = (tag, data[HEADER_BYTES:stop], body)
        return True

    def _continue_large(self, tag: int, start: bytes, body: BytesIO, data: bytes, frames: list[Frame]) -> bytes:
        """Take what `data` has of the body that has begun; return what it has behind it."""
        missing = self._missing
        self._missing = missing - body.write(data if len(data) <= missing else data[:missing])
        if self._missing:
            return b""
        body.seek(0)
        self._large = None
        frames.append((REQUEST, tag, (start, body)))
        return data[missing:]


def _take_apart(data: bytes, start: int, stop: int) -> Payload:
    body_start = start + _NUMBER.size + unpack_number(data, start)[0]
    if body_start > stop:
        return data[start:stop]
    return data[start:body_start], BytesIO(data[body_start:stop])


def _refusal(limits: Mapping[int, int], kind: int, length: int) -> WireError:
    frame_type, flags = kind >> 8, kind & 0xFF
    if kind in limits:
        if kind in CONTROL_SIZES or kind in FORK_SIZES:
            return WireError("payload", f"frame of type {frame_type} with {length} bytes; {limits[kind]} expected")
        return WireError(
            "length", f"frame of type {frame_type} announces {length} bytes; at most {limits[kind]} allowed"
        )
    if any(known >> 8 == frame_type for known in limits):
        return WireError("flags", f"frame of type {frame_type} with flags {flags:#04x}")
    return WireError("type", f"frame of type {frame_type} does not belong here")


def pack_frame(kind: int, tag: int, payload: bytes = b"") -> bytes:
    """Return a whole frame. The caller keeps to the limit of the kind."""
    return pack_header(len(payload), kind, tag) + payload


def pack_block(pairs: Mapping[str, str]) -> bytes:
    """Return a block (section 2). Names and values are latin-1 and hold no NUL."""
    return "".join([f"{name}\0{value}\0" for name, value in pairs.items()]).encode("latin-1")


def pack_text(kind: int, tag: int, text: str) -> bytes:
    """Return a FAILED, LOG or LOAD_FAILED frame; a text that may not fit loses its middle and says so."""
    half = TEXT_BYTES_MAX // 8 - 16  # in characters, of at most four bytes each
    if len(text) > 2 * half:
        text = f"{text[:half]}\n[...]\n{text[-half:]}"
    return pack_frame(kind, tag, text.encode("utf-8", "backslashreplace"))


def pack_file(tag: int, head: bytes, place: tuple[int, int, int, int], path: bytes) -> bytes:
    """Return a FILE frame; `place` is device, inode, offset and length. The caller keeps to the limits."""
    return pack_frame(FILE, tag, b"".join([_NUMBER.pack(len(head)), head, _PLACE.pack(*place), path]))


def pack_tags(tags: list[int]) -> bytes:
    """Return the payload of a RETURNED frame."""
    return b"".join([_TAG.pack(tag) for tag in tags])


def unpack_cancel(kind: int, payload: bytes) -> int:
    """Return the tag that a CANCEL frame names. Raises `WireError` if it does not hold exactly one."""
    if len(payload) != CONTROL_SIZES[kind]:
        raise WireError("payload", f"CANCEL with {len(payload)} bytes; 2 expected")
    tag: int = _TAG.unpack(payload)[0]
    return tag


def check_fork(kind: int, payload: bytes) -> None:
    """Raise `WireError` if a frame to the fork server has not exactly the payload that it should have."""
    if len(payload) != FORK_SIZES.get(kind, len(payload)):
        raise WireError("payload", f"FORK with {len(payload)} bytes; {TOKEN_BYTES} expected")


def pack_pid(pid: int) -> bytes:
    """Return the payload of a FORKED frame."""
    return _NUMBER.pack(pid)


def pack_exit(status: int) -> bytes:
    """Return the payload of an EXITED frame, for a status as `os.waitpid` returns it: exit code, and signal."""
    number = status & 0x7F
    return _EXIT.pack(0 if number else status >> 8 & 0xFF, number)
