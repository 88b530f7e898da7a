"""What flup's servers have in common: arguments in, `run()`, and a gateway behind it."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace

from sluice._locate import GatewayNotFound
from sluice._server import Server
from sluice.flup._application import FlupApplication
from sluice.flup._cgi import run_cgi
from sluice.flup._handover import leave
from sluice.flup._listening import bind, inherited, is_internet, remove
from sluice.flup._workers import Workers

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping
    from typing import Any, Optional

    from _typeshed.wsgi import WSGIApplication

    from sluice._gateway import Setting
    from sluice.flup._fallback import FallbackServer
    from sluice.flup._listening import BindAddress

    Environ = Optional[Mapping[str, Any]]

_NO = ("0", "no", "off", "false")

_DEFAULTS: dict[str, Setting] = {
    # As flup: what web servers say of a script at its root is what they say of any path that is not one.
    "believe_script_name": True,
    # As flup: nobody is turned away for having to wait, and the web server knows how long it wants to.
    "queue_length": 1000,
    "queue_timeout": "60s",
    "request_timeout": "24h",
    # A script is told what to do by signals, and may run many times in one directory.
    "control": "off",
}


class FlupServer:
    """Base of all servers but `cgi`. The attributes are those that scripts for flup have been seen to use."""

    protocol = ""

    def __init__(
        self,
        application: WSGIApplication,
        environ: Environ,
        bindAddress: BindAddress | None,
        workers: Workers,
        *,
        umask: int | None = None,
        debug: bool = False,
        settings: dict[str, Setting] | None = None,
    ) -> None:
        if not callable(application):
            raise TypeError(f"the application is not callable: it is of type {type(application).__name__}")
        self.application = application
        self.environ = {} if environ is None else environ
        self.debug = debug
        self.multithreaded = workers.is_multithread
        self.multiprocess = workers.is_multiprocess
        self._bindAddress = bindAddress
        self._umask = umask
        self._workers = workers
        self._settings: dict[str, Setting] = settings or {}
        self._server: Server | FallbackServer | None = None
        self._is_stopped = False
        # CherryPy sets these to end a server.
        self._oldSIGs: list[object] = []
        self._threadPool = SimpleNamespace(maxSpare=workers.least, _idleCount=workers.least)

    def run(self) -> bool:
        """Serve until SIGHUP: True, or until SIGINT or SIGTERM: False. Handlers of signals are as before then.

        Where descriptor 0 is to be the socket and is none, answer one request by CGI and exit. Raises `OSError` where
        `bindAddress` cannot be had, `GatewayFailed`, and `GatewayNotFound`; with FastCGI a small server in Python takes
        the gateway's place then, unless SLUICE_FALLBACK=0 is in the environment.
        """
        with self._listen() as listening:
            is_hangup = self._serve(listening)
            if self._bindAddress is None:
                return is_hangup
            if is_hangup:
                leave(listening, self._bindAddress)
            elif isinstance(self._bindAddress, str):
                remove(self._bindAddress, listening)
            return is_hangup

    def stop(self) -> None:
        """Have `run` finish its requests and return False. For any thread."""
        self._is_stopped = True
        if self._server is not None:
            self._server.stop()

    def is_cgi(self) -> bool:
        """Whether this is to be plain CGI, whatever descriptor 0 is."""
        return False

    def allowed(self) -> list[str] | None:
        """Return addresses that may connect over TCP; None for everybody."""
        return None

    @property
    def _keepGoing(self) -> bool:
        return not self._is_stopped

    @_keepGoing.setter
    def _keepGoing(self, value: bool) -> None:
        if not value:
            self.stop()

    def _installSignalHandlers(self) -> None:
        """To be overridden with something that does nothing, by whoever has handlers of its own."""

    def _listen(self) -> socket.socket:
        if self._bindAddress is not None:
            return bind(self._bindAddress, self._umask)
        listening = None if self.is_cgi() else inherited()
        if listening is None:
            run_cgi(self.application, self.environ)
            sys.exit(0)
        return listening

    def _serve(self, listening: socket.socket) -> bool:
        settings = {**self._settings, **self._workers.settings, "debug": self.debug}
        allowed = self.allowed()
        if allowed is not None and is_internet(listening):
            settings["allow"] = allowed
        workers = self._workers
        name = f"{type(self).__module__}.{type(self).__name__}"
        application = FlupApplication(self.application, self.environ, name)
        self._server = Server(
            application,
            listen={self.protocol: listening},
            threads=workers.threads,
            processes=workers.processes,
            fork=workers.fork,
            main=workers.main,
            is_multithread=workers.is_multithread,
            is_multiprocess=workers.is_multiprocess,
            defaults=_DEFAULTS,
            settings=settings,
        )
        try:
            return self._run(self._server)
        except GatewayNotFound as error:
            if self.protocol != "fastcgi" or os.environ.get("SLUICE_FALLBACK", "").lower() in _NO:
                raise
            if sys.stderr is not None:
                text = "Until then this process serves FastCGI by itself, slowly; SLUICE_FALLBACK=0 forbids that."
                print(f"sluice {os.getpid()}: {error}. {text}", file=sys.stderr, flush=True)
        from sluice.flup._fallback import FallbackServer

        threads = 1 if workers.fork or workers.main else workers.most
        flags = workers.is_multithread, workers.is_multiprocess
        allowed = allowed if is_internet(listening) else None
        self._server = FallbackServer(application, listening, threads, flags, allowed, self.debug)
        return self._run(self._server)

    def _run(self, server: Server | FallbackServer) -> bool:
        if self._is_stopped:
            return False
        handlers = getattr(self._installSignalHandlers, "__func__", None) is FlupServer._installSignalHandlers
        return server.run(handlers)


def web_server_addresses() -> list[str] | None:
    """Return what FCGI_WEB_SERVER_ADDRS says, or None if it is not there (FastCGI 1.0 section 3.2)."""
    text = os.environ.get("FCGI_WEB_SERVER_ADDRS")
    return None if text is None else [each.strip() for each in text.split(",") if each.strip()]
