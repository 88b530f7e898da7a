"""Decides SCRIPT_NAME and PATH_INFO where no gateway does: every web server cuts the path in its own way."""

from __future__ import annotations

from urllib.parse import unquote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Environ = dict[str, Any]


def split_path(environ: Environ) -> None:
    """Set both in `environ`, by the gateway's rules for a listener without a mount point.

    A PATH_INFO is taken as it comes. A web server that sends none has put the whole path into SCRIPT_NAME, as it would
    for a script: nothing here is a script, so all of it is PATH_INFO.
    """
    script, info = environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO")
    if not info:
        whole = unquote(environ.get("REQUEST_URI", "/").partition("?")[0], "latin-1")
        if not script:
            script, info = "", whole if info is None else info
        elif info is None or whole == script:
            script, info = "", script
    script = script.rstrip("/")
    environ["SCRIPT_NAME"] = _rooted(script)
    environ["PATH_INFO"] = _rooted(info or "") or ("" if script else "/")


def _rooted(path: str) -> str:
    return path if not path or path.startswith("/") else "/" + path
