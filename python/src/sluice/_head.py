"""Checks the status and the headers an application gives and turns them into the head of a RESPONSE (wire section 4).

The rules are those of PEP 3333 and wsgiref.validate. Lines that passed are remembered, because applications send the
same few again and again; the memory is bounded in entries and in length.
"""

from __future__ import annotations

from sluice._wire import HEAD_BYTES_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    Line = tuple[bytes, Optional[int]]

_TOKEN = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"  # RFC 9110 section 5.6.2
_CONTROLS = bytes((*range(32), 127))
_HOP_BY_HOP = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailers",
        "transfer-encoding",
        "upgrade",
    )
)
_REMEMBERED_LINES_MAX = 512
_REMEMBERED_CHARACTERS_MAX = 128

_status_lines: dict[str, tuple[bytes, bool]] = {}
_header_lines: dict[tuple[str, str], Line] = {}


def make_head(status: str, headers: list[tuple[str, str]]) -> tuple[bytes, bool, int | None]:
    """Return the head, whether such a response may have a body, and the Content-Length it declares.

    Raises `TypeError` and `ValueError` that name what is wrong.
    """
    if type(headers) is not list:
        raise TypeError(f"headers must be a list of tuples, not {type(headers).__name__}")
    known = _status_lines.get(status) if type(status) is str else None
    line, has_body = known or _check_status(status)
    lines = [line]
    length = None
    for header in headers:
        try:
            known_line: Line | None = _header_lines[header]
        except (KeyError, TypeError):  # not seen before, or not even hashable
            known_line = None
        line, declared = known_line or _check_header(header)
        if declared is not None:
            if length is not None:
                raise ValueError("Content-Length is given more than once")
            length = declared
        lines.append(line)
    head = b"".join(lines)
    if len(head) > HEAD_BYTES_MAX:
        raise ValueError(f"the headers take {len(head)} bytes; at most {HEAD_BYTES_MAX} are allowed")
    return head, has_body, length


def _check_status(status: object) -> tuple[bytes, bool]:
    if not isinstance(status, str):
        raise TypeError(f"status must be a str, not {type(status).__name__}")
    code = status[:3]
    if len(code) != 3 or not (code.isascii() and code.isdigit()) or code < "100" or status[3:4] != " ":
        raise ValueError(f"status must be three digits, a space and a reason, not {status!r}")
    line = _encode(status, "status") + b"\r\n"
    has_body = code[0] != "1" and code not in ("204", "304")
    if len(_status_lines) < _REMEMBERED_LINES_MAX and len(status) <= _REMEMBERED_CHARACTERS_MAX:
        _status_lines[status] = line, has_body
    return line, has_body


def _check_header(header: object) -> Line:
    if not isinstance(header, tuple) or len(header) != 2:
        raise TypeError(f"a header must be a tuple of name and value, not {header!r}")
    name, value = header
    if not isinstance(name, str) or not isinstance(value, str):
        raise TypeError(f"name and value of a header must be str, not {header!r}")
    raw_name = _encode(name, "header name")
    if not raw_name or raw_name.translate(None, _TOKEN):
        raise ValueError(f"not a header name: {name!r}")
    lower = name.lower()
    if lower in _HOP_BY_HOP:
        raise ValueError(f"{name} is a hop-by-hop header; an application must not send it")
    if lower == "status":
        raise ValueError("an application must not send a header named Status; it is the first argument")
    line = raw_name + b": " + _encode(value, name) + b"\r\n"
    declared = None
    if lower == "content-length":
        if not (value.isascii() and value.isdigit()):
            raise ValueError(f"not a Content-Length: {value!r}")
        declared = int(value)
    if len(line) <= _REMEMBERED_CHARACTERS_MAX:
        if len(_header_lines) >= _REMEMBERED_LINES_MAX:
            _header_lines.clear()
        _header_lines[header] = line, declared
    return line, declared


def _encode(text: str, what: str) -> bytes:
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        raise ValueError(f"{what} holds characters that are not latin-1: {text!r}") from None
    if len(raw.translate(None, _CONTROLS)) != len(raw):
        raise ValueError(f"{what} holds control characters: {text!r}")
    return raw
