"""What the two AJP servers have in common."""

from __future__ import annotations

from sluice.flup._server import FlupServer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from _typeshed.wsgi import WSGIApplication

    from sluice._gateway import Setting
    from sluice.flup._listening import BindAddress
    from sluice.flup._server import Environ
    from sluice.flup._workers import Workers


class BaseAJPServer(FlupServer):
    """An AJP 1.3 server."""

    protocol = "ajp"

    def __init__(
        self,
        application: WSGIApplication,
        scriptName: str,
        environ: Environ,
        bindAddress: BindAddress,
        allowedServers: Sequence[str] | None,
        workers: Workers,
        **rest: Any,
    ) -> None:
        settings: dict[str, Setting] = {**mount(scriptName), "ajp_attribute": ["WSGI_SCRIPT_NAME"]}
        super().__init__(application, environ, bindAddress, workers, settings=settings, **rest)
        self.scriptName = scriptName
        self._allowedServers = allowedServers

    def allowed(self) -> list[str] | None:
        """Return `allowedServers`."""
        return None if self._allowedServers is None else list(self._allowedServers)


def mount(script_name: str) -> dict[str, Setting]:
    """Return the setting for a `scriptName`. Raises `ValueError` if it is no path."""
    path = script_name.rstrip("/")
    if path and not path.startswith("/"):
        raise ValueError(f"scriptName is {script_name!r}; it has to begin with a slash")
    return {"mount": path} if path else {}
