"""Makes the environ of a request from its block of CGI variables (PEP 3333, "environ Variables")."""

from __future__ import annotations

from sluice._exceptions import WireError
from sluice._file_wrapper import FileWrapper
from sluice._wire import unpack_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sluice._wire import Payload

    Environ = dict[str, Any]

_BLOCK_START = 4
_HTTPS_ON = frozenset(("on", "1", "ON", "On"))

# Programs take HTTP_PROXY for the setting of the same name (httpoxy); the others stand under their CGI names too, and
# PEP 3333 knows them only there.
_NOT_FOR_APPLICATIONS = ("HTTP_PROXY", "HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH")


def make_base(errors: object, is_multithread: bool, is_multiprocess: bool) -> Environ:
    """Return the variables that are the same for every request of a lane."""
    return {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": errors,
        "wsgi.multithread": is_multithread,
        "wsgi.multiprocess": is_multiprocess,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileWrapper,
        "wsgi.input_terminated": True,
    }


def parse_request(payload: Payload, base: Environ) -> tuple[Environ, Any]:
    """Return the environ, still without `wsgi.input`, and what follows the block in a REQUEST payload.

    A payload is as a `FrameReader` returns it; a body that was apart is returned as it is.
    `base` has the last word: no variable from the network replaces one of its names. Raises `WireError`.
    """
    body = None
    if type(payload) is tuple:
        payload, body = payload
    if len(payload) < _BLOCK_START:
        raise WireError("payload", f"REQUEST with {len(payload)} bytes: no length of the block")
    stop = _BLOCK_START + unpack_number(payload)[0]
    if stop > len(payload):
        raise WireError("payload", f"REQUEST with {len(payload)} bytes: its block would end at {stop}")
    parts = payload[_BLOCK_START:stop].decode("latin-1").split("\0")
    if not len(parts) & 1 or parts[-1]:
        raise WireError("payload", "the block of a REQUEST does not end where a value ends")
    words = iter(parts)
    environ: Environ = dict(zip(words, words))
    if 2 * len(environ) + 1 < len(parts):
        environ = _join_repeated(parts)
    if "" in environ:
        raise WireError("payload", "a variable of a REQUEST has no name")
    environ.update(base)
    for name in _NOT_FOR_APPLICATIONS:
        if name in environ:
            del environ[name]
    if environ.get("HTTPS") in _HTTPS_ON or environ.get("REQUEST_SCHEME") == "https":
        environ["wsgi.url_scheme"] = "https"
    return environ, payload[stop:] if body is None else body


def _join_repeated(parts: list[str]) -> Environ:
    """Join headers that came more than once, as some web servers send them; of other variables the last one counts."""
    environ: Environ = {}
    words = iter(parts)
    for name, value in zip(words, words):
        if name in environ and name.startswith("HTTP_"):
            environ[name] += ("; " if name == "HTTP_COOKIE" else ", ") + value
        else:
            environ[name] = value
    return environ
