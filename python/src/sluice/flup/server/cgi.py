"""Plain CGI: flup.server.cgi, over again. No gateway is behind it."""

from __future__ import annotations

from sluice.flup._cgi import run_cgi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["WSGIServer"]


class WSGIServer:
    """Answers the one request that this process was started for."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def run(self) -> None:
        """Answer it."""
        run_cgi(self.application, {})
