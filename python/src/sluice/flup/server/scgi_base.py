"""What the two SCGI servers have in common."""

from __future__ import annotations

from sluice.flup._server import FlupServer
from sluice.flup.server import NoDefault
from sluice.flup.server.ajp_base import mount

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from _typeshed.wsgi import WSGIApplication

    from sluice.flup._listening import BindAddress
    from sluice.flup._server import Environ
    from sluice.flup._workers import Workers


class BaseSCGIServer(FlupServer):
    """An SCGI server."""

    protocol = "scgi"

    def __init__(
        self,
        application: WSGIApplication,
        scriptName: str | type[NoDefault] | None,
        environ: Environ,
        bindAddress: BindAddress,
        allowedServers: Sequence[str] | None,
        workers: Workers,
        **rest: Any,
    ) -> None:
        settings = mount(scriptName) if isinstance(scriptName, str) else {}
        super().__init__(application, environ, bindAddress, workers, settings=settings, **rest)
        self.scriptName = scriptName
        self._allowedServers = allowedServers

    def allowed(self) -> list[str] | None:
        """Return `allowedServers`."""
        return None if self._allowedServers is None else list(self._allowedServers)
