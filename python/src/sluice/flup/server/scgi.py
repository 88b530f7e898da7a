"""An SCGI server with threads: flup.server.scgi, over again."""

from __future__ import annotations

import logging

from sluice.flup._workers import threaded, without_jobs
from sluice.flup.server import NoDefault
from sluice.flup.server.scgi_base import BaseSCGIServer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from _typeshed.wsgi import WSGIApplication

    from sluice.flup._listening import BindAddress
    from sluice.flup._server import Environ

__all__ = ["WSGIServer"]


class WSGIServer(BaseSCGIServer):
    """Arguments are those of flup; `sluice.flup._arguments` says what becomes of each."""

    def __init__(
        self,
        application: WSGIApplication,
        scriptName: str | type[NoDefault] | None = NoDefault,
        environ: Environ = None,
        multithreaded: bool = True,
        multiprocess: bool = False,
        bindAddress: BindAddress = ("localhost", 4000),
        umask: int | None = None,
        allowedServers: Sequence[str] | None = None,
        loggingLevel: int = logging.INFO,
        debug: bool = False,
        **kw: Any,
    ) -> None:
        workers = threaded(multithreaded, multiprocess, **without_jobs(kw))
        super().__init__(
            application, scriptName, environ, bindAddress, allowedServers, workers, umask=umask, debug=debug
        )
