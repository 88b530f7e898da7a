"""An SCGI server with processes: flup.server.scgi_fork, over again."""

from __future__ import annotations

import logging

from sluice.flup._workers import forked, without_jobs
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
        bindAddress: BindAddress = ("localhost", 4000),
        umask: int | None = None,
        allowedServers: Sequence[str] | None = None,
        loggingLevel: int = logging.INFO,
        debug: bool = False,
        timeout: float | None = None,
        **kw: Any,
    ) -> None:
        workers = forked(timeout, **without_jobs(kw, "multithreaded", "multiprocess"))
        super().__init__(
            application, scriptName, environ, bindAddress, allowedServers, workers, umask=umask, debug=debug
        )
