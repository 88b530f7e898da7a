"""A FastCGI server that answers one request at a time: flup.server.fcgi_single, over again."""

from __future__ import annotations

from sluice.flup._workers import single
from sluice.flup.server.fcgi_base import FCGI_RESPONDER, BaseFCGIServer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from _typeshed.wsgi import WSGIApplication

    from sluice.flup._listening import BindAddress
    from sluice.flup._server import Environ

__all__ = ["WSGIServer"]


class WSGIServer(BaseFCGIServer):
    """Arguments are those of flup; the application runs in the thread that calls `run`."""

    def __init__(
        self,
        application: WSGIApplication,
        environ: Environ = None,
        bindAddress: BindAddress | None = None,
        umask: int | None = None,
        multiplexed: bool = False,
        debug: bool = False,
        roles: Sequence[int] = (FCGI_RESPONDER,),
        forceCGI: bool = False,
        **kw: Any,
    ) -> None:
        super().__init__(application, environ, bindAddress, single(), roles, forceCGI, umask=umask, debug=debug)
