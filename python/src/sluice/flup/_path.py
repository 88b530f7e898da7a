"""Decides SCRIPT_NAME and PATH_INFO where no gateway does: every web server cuts the path in its own way."""

from __future__ import annotations

from urllib.parse import unquote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Environ = dict[str, Any]

# These call any path a script, unless they are told otherwise: then they send a PATH_INFO, if an empty one.
_WITHOUT_SCRIPTS = ("nginx", "freenginx", "openresty", "tengine", "angie", "caddy", "haproxy")


def split_path(environ: Environ) -> None:
    """Set both in `environ`, by the rules of a gateway that believes SCRIPT_NAME.

    A PATH_INFO is taken as it comes. Where there is none it is what follows SCRIPT_NAME in REQUEST_URI, or all of
    SCRIPT_NAME if the web server has put the whole path there.
    """
    script, info = environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO")
    if not info:
        whole = unquote(environ.get("REQUEST_URI", "/").partition("?")[0], "latin-1")
        software = environ.get("SERVER_SOFTWARE", "").lower()
        if info is None and software.startswith(_WITHOUT_SCRIPTS):
            script, info = "", script or whole
        else:
            rest = whole[len(script) :]
            info = rest if whole.startswith(script) and (not script or rest[:1] in ("", "/")) else ""
    script = script.rstrip("/")
    environ["SCRIPT_NAME"] = _rooted(script)
    environ["PATH_INFO"] = _rooted(info) or ("" if script else "/")


def _rooted(path: str) -> str:
    return path if not path or path.startswith("/") else "/" + path
