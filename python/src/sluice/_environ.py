"""Makes the environ of a request from its block of CGI variables (PEP 3333, "environ Variables")."""

from __future__ import annotations

from sluice._exceptions import WireError
from sluice._file_wrapper import FileWrapper
from sluice._wire import unpack_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Environ = dict[str, Any]

_BLOCK_START = 4
_HTTPS_ON = frozenset(("on", "1", "ON", "On"))


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


def parse_request(payload: bytes, base: Environ) -> tuple[Environ, bytes]:
    """Return the environ, still without `wsgi.input`, and what follows the block in a REQUEST payload.

    `base` has the last word: no variable from the network replaces one of its names. `HTTP_PROXY` is dropped, because
    programs take it for the setting of the same name (httpoxy). Raises `WireError`.
    """
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
    if "" in environ:
        raise WireError("payload", "a variable of a REQUEST has no name")
    environ.update(base)
    if "HTTP_PROXY" in environ:
        del environ["HTTP_PROXY"]
    if environ.get("HTTPS") in _HTTPS_ON or environ.get("REQUEST_SCHEME") == "https":
        environ["wsgi.url_scheme"] = "https"
    return environ, payload[stop:]
