"""A FastCGI server with threads: flup.server.fcgi, over again."""

from __future__ import annotations

from sluice.flup._workers import threaded, without_jobs
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
    """Arguments are those of flup; `sluice.flup._arguments` says what becomes of each."""

    def __init__(
        self,
        application: WSGIApplication,
        environ: Environ = None,
        multithreaded: bool = True,
        multiprocess: bool = False,
        bindAddress: BindAddress | None = None,
        umask: int | None = None,
        multiplexed: bool = False,
        debug: bool = False,
        roles: Sequence[int] = (FCGI_RESPONDER,),
        forceCGI: bool = False,
        **kw: Any,
    ) -> None:
        workers = threaded(multithreaded, multiprocess, **without_jobs(kw))
        super().__init__(application, environ, bindAddress, workers, roles, forceCGI, umask=umask, debug=debug)
