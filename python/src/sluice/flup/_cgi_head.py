"""Reads the head of a CGI response (RFC 3875 section 6): header lines up to an empty one. Owns no socket."""

from __future__ import annotations

import re
from http.client import responses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    Head = tuple[str, list[tuple[str, str]], Optional[int]]

HEAD_BYTES_MAX = 64 * 1024
LINES_MAX = 256

_END = re.compile(rb"(?:\A|\n)\r?\n")
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_FORBIDDEN = re.compile(r"[\0\r\n]")
_STATUS = re.compile(r"([2-9][0-9][0-9])(?:[ \t]+(.*))?")
# RFC 9110 section 7.6.1, and those that PEP 3333 forbids an application.
_HOP_BY_HOP = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "trailers",
        "upgrade",
    )
)


class CgiHeadError(Exception):
    """What a server sent is not the head of a CGI response; the message says why."""


class HeadReader:
    """Reads one head from bytes that come in any pieces. Lines may end in CRLF or LF; nothing is unfolded."""

    __slots__ = ("_bytes_max", "_held", "_searched")

    def __init__(self, bytes_max: int = HEAD_BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._held = bytearray()
        self._searched = 0

    @property
    def is_empty(self) -> bool:
        """True if nothing has come."""
        return not self._held

    def feed(self, data: bytes) -> tuple[Head, bytes] | None:
        """Return the head and the bytes of the body that came with it; None until the head is complete.

        The head is the status for `start_response`, the headers, and the Content-Length among them. Raises
        `CgiHeadError`. Not to be called again once it has returned something else than None.
        """
        held = self._held
        held += data
        end = _END.search(held, self._searched)
        # The end may begin up to two bytes before what comes next.
        self._searched = max(0, len(held) - 2)
        if (end.end() if end else len(held)) > self._bytes_max:
            raise CgiHeadError(f"the head of the response takes more than {self._bytes_max} bytes")
        if end is None:
            return None
        return parse_head(bytes(held[: end.start()])), bytes(held[end.end() :])


def parse_head(block: bytes) -> Head:
    """Return what the lines of a head say: status, headers in order, Content-Length. Raises `CgiHeadError`."""
    if not block:
        raise CgiHeadError("the response has no headers")
    lines = block.decode("latin-1").split("\n")
    if len(lines) > LINES_MAX:
        raise CgiHeadError(f"the response has {len(lines)} header lines; at most {LINES_MAX} are allowed")
    status = None
    length = None
    has_location = False
    headers: list[tuple[str, str]] = []
    for line in lines:
        name, value = _parse_line(line)
        lower = name.lower()
        if lower == "status":
            if status is not None:
                raise CgiHeadError("the response has two Status lines")
            status = value
            continue
        if lower in _HOP_BY_HOP:
            continue
        if lower == "transfer-encoding":
            raise CgiHeadError("the response has a Transfer-Encoding; CGI knows none")
        if lower == "content-length":
            if length is not None or not (value.isascii() and value.isdigit()):
                raise CgiHeadError("the response has no single Content-Length that is a number")
            length = int(value)
        has_location = has_location or lower == "location"
        headers.append((name, value))
    if status is None:
        status = "302" if has_location else "200"
    return _make_status(status), headers, length


def _parse_line(line: str) -> tuple[str, str]:
    name, colon, value = line[:-1].partition(":") if line.endswith("\r") else line.partition(":")
    if not colon or not _NAME.fullmatch(name):
        raise CgiHeadError(f"not a header line: {line[:80]!r}")
    if _FORBIDDEN.search(value):
        raise CgiHeadError(f"control characters in the header {name}")
    return name, value.strip(" \t")


def _make_status(status: str) -> str:
    match = _STATUS.fullmatch(status)
    if match is None:
        raise CgiHeadError(f"not the status of a response: {status[:80]!r}")
    code, reason = match.groups()
    return f"{code} {reason or responses.get(int(code), 'Unknown')}"
