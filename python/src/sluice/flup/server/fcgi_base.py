"""The numbers of FastCGI that scripts import from here, and what the three FastCGI servers have in common."""

from __future__ import annotations

import os

from sluice.flup._server import FlupServer, web_server_addresses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from _typeshed.wsgi import WSGIApplication

    from sluice.flup._listening import BindAddress
    from sluice.flup._server import Environ
    from sluice.flup._workers import Workers

FCGI_LISTENSOCK_FILENO = 0
FCGI_RESPONDER = 1
FCGI_AUTHORIZER = 2
FCGI_FILTER = 3


class BaseFCGIServer(FlupServer):
    """A FastCGI server."""

    protocol = "fastcgi"

    def __init__(
        self,
        application: WSGIApplication,
        environ: Environ,
        bindAddress: BindAddress | None,
        workers: Workers,
        roles: Sequence[int],
        forceCGI: bool,
        **rest: Any,
    ) -> None:
        if tuple(roles) != (FCGI_RESPONDER,):
            raise ValueError(f"roles is {roles!r}; only the responder, (1,), can be served")
        super().__init__(application, environ, bindAddress, workers, **rest)
        self.roles = roles
        self.forceCGI = forceCGI

    def is_cgi(self) -> bool:
        """Whether forceCGI or FCGI_FORCE_CGI asks for plain CGI."""
        return self.forceCGI or os.environ.get("FCGI_FORCE_CGI", "N").upper().startswith("Y")

    def allowed(self) -> list[str] | None:
        """Return what FCGI_WEB_SERVER_ADDRS says."""
        return web_server_addresses()
