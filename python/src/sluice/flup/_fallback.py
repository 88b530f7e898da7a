"""FastCGI without a gateway, for machines without Node: one thread and one connection for each request. Slow."""

from __future__ import annotations

import signal
import socket
import sys
from select import POLLIN, poll
from tempfile import SpooledTemporaryFile
from threading import Lock, Thread, current_thread, main_thread
from traceback import format_exc
from wsgiref.handlers import BaseCGIHandler

from sluice._attached import ENDING
from sluice._wake_up import WakeUp
from sluice.flup import _fastcgi as fastcgi
from sluice.flup._path import split_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Any

    from _typeshed.wsgi import WSGIApplication

_READ_BYTES = 64 * 1024
_BODY_MEMORY_BYTES = 1024 * 1024
_TIMEOUT_SECONDS = 60.0
_ERROR = b"A server error occurred; the log of the application says more.\n"


class FallbackServer:
    """Serves `application` on `listening`, `threads` requests at a time; others wait in the socket."""

    def __init__(
        self,
        application: WSGIApplication,
        listening: socket.socket,
        threads: int,
        flags: tuple[bool, bool],
        allowed: list[str] | None,
        debug: bool,
    ) -> None:
        self.application = application
        self.is_multithread, self.is_multiprocess = flags
        self.debug = debug
        self._listening = listening
        self._threads = threads
        self._allowed = allowed
        self._running: set[Thread] = set()
        self._lock = Lock()
        self._wake_up: WakeUp | None = None
        self._ended_by: int | None = None

    def run(self, install_signal_handlers: bool = True) -> bool:
        """Serve as `sluice.Server.run` does."""
        is_installing = install_signal_handlers and current_thread() is main_thread()
        self._wake_up = wake_up = WakeUp(ENDING if is_installing else ())
        try:
            self._listening.setblocking(False)
            self._accept(wake_up)
            for thread in list(self._running):
                thread.join()
            return self._ended_by == signal.SIGHUP
        finally:
            self._wake_up = None
            wake_up.close()

    def stop(self) -> None:
        """Have `run` finish its requests and return False. For any thread."""
        self._ended_by = self._ended_by or signal.SIGTERM
        if self._wake_up is not None:
            self._wake_up.send(signal.SIGTERM)

    def _accept(self, wake_up: WakeUp) -> None:
        poller = poll()
        poller.register(wake_up.descriptor, POLLIN)
        while self._ended_by is None:
            if len(self._running) < self._threads:
                poller.register(self._listening, POLLIN)
            for fd, _ in poller.poll():
                if fd == wake_up.descriptor:
                    ending = [number for number in wake_up.read() if number in ENDING]
                    self._ended_by = self._ended_by or next(iter(ending), None)
                elif self._begin(wake_up) and len(self._running) >= self._threads:
                    poller.unregister(self._listening)

    def _begin(self, wake_up: WakeUp) -> bool:
        try:
            connection, peer = self._listening.accept()
        except OSError:
            return False  # somebody else's, or gone again
        connection.settimeout(_TIMEOUT_SECONDS)
        if self._allowed is not None and isinstance(peer, tuple) and peer[0] not in self._allowed:
            connection.close()
            return False
        thread = Thread(target=self._serve, args=(connection, wake_up), name="sluice-fallback", daemon=True)
        with self._lock:
            self._running.add(thread)
        thread.start()
        return True

    def _serve(self, connection: socket.socket, wake_up: WakeUp) -> None:
        try:
            with connection, _Request(connection, self) as request:
                request.serve()
        except (OSError, fastcgi.FastCgiError) as error:
            print(f"sluice: FastCGI connection lost: {error}", file=sys.stderr)
        finally:
            with self._lock:
                self._running.discard(current_thread())
            wake_up.send(0)


class _Request:
    """The one request of a connection, which is closed behind it, whatever the web server would like."""

    def __init__(self, connection: socket.socket, server: FallbackServer) -> None:
        self._connection = connection
        self._server = server
        self._id: int | None = None
        self._pairs = fastcgi.PairReader()
        self._environ: dict[str, str] | None = None
        self._body: IO[bytes] = SpooledTemporaryFile(_BODY_MEMORY_BYTES)

    def __enter__(self) -> _Request:
        return self

    def __exit__(self, *_: object) -> None:
        self._body.close()

    def serve(self) -> None:
        """Read the request and answer it. Raises `OSError` and `FastCgiError`."""
        reader = fastcgi.RecordReader()
        while True:
            data = self._connection.recv(_READ_BYTES)
            if not data:
                return
            for kind, request_id, content in reader.feed(data):
                if self._take(kind, request_id, content):
                    return

    def _take(self, kind: int, request_id: int, content: bytes) -> bool:
        """Return whether that was all."""
        if request_id == 0:
            self._connection.sendall(_management(kind, content))
        elif kind == fastcgi.BEGIN_REQUEST:
            return self._begin(request_id, content)
        elif request_id != self._id:
            return False  # of a request that was refused
        elif kind == fastcgi.ABORT_REQUEST:
            return True
        elif kind == fastcgi.PARAMS:
            self._pairs.feed(content)
            if not content:
                pairs = self._pairs.finish()
                self._environ = {name.decode("latin-1"): value.decode("latin-1") for name, value in pairs}
        elif kind == fastcgi.STDIN:
            self._body.write(content)
            if not content:
                self._answer()
                return True
        return False

    def _begin(self, request_id: int, content: bytes) -> bool:
        role, _ = fastcgi.unpack_begin(content)
        refusal = fastcgi.UNKNOWN_ROLE if role != fastcgi.RESPONDER else None
        if self._id is not None:
            refusal = fastcgi.CANT_MPX_CONN
        if refusal is None:
            self._id = request_id
            return False
        self._connection.sendall(fastcgi.pack_end(request_id, refusal))
        return self._id is None

    def _answer(self) -> None:
        if self._environ is None or self._id is None:
            raise fastcgi.FastCgiError("params", "STDIN ended before the parameters had")
        self._body.seek(0)
        split_path(self._environ)
        handler = _Handler(self._body, _Output(self._connection, self._id), self._environ, self._server)
        handler.run(self._server.application)
        if not handler.is_broken:
            self._connection.sendall(fastcgi.pack_record(fastcgi.STDOUT, self._id) + fastcgi.pack_end(self._id))


class _Output:
    def __init__(self, connection: socket.socket, request_id: int) -> None:
        self._connection = connection
        self._id = request_id

    def write(self, data: bytes) -> None:
        for record in fastcgi.pack_stream(fastcgi.STDOUT, self._id, data):
            self._connection.sendall(record)

    def flush(self) -> None:
        """Everything has been sent."""


class _Handler(BaseCGIHandler):
    os_environ: dict[str, str] = {}  # noqa: RUF012 (the variables of the request are all there is)
    wsgi_run_once = False
    error_headers = [("Content-Type", "text/plain; charset=utf-8")]  # noqa: RUF012 (as in the base class)

    def __init__(self, body: IO[bytes], output: Any, environ: dict[str, str], server: FallbackServer) -> None:
        super().__init__(body, output, sys.stderr, environ, server.is_multithread, server.is_multiprocess)
        self._debug = server.debug
        self.is_broken = False

    def handle_error(self) -> None:
        self.is_broken = bool(self.headers_sent)  # type: ignore[attr-defined]
        super().handle_error()

    def error_output(self, environ: Any, start_response: Any) -> list[bytes]:
        start_response(self.error_status, self.error_headers[:], sys.exc_info())
        return [format_exc().encode() if self._debug else _ERROR]


def _management(kind: int, content: bytes) -> bytes:
    if kind != fastcgi.GET_VALUES:
        return fastcgi.pack_unknown_type(kind)
    reader = fastcgi.PairReader()
    reader.feed(content)
    known = {b"FCGI_MAX_CONNS": b"100", b"FCGI_MAX_REQS": b"100", b"FCGI_MPXS_CONNS": b"0"}
    answer = [fastcgi.pack_pair(name, known[name]) for name, _ in reader.finish() if name in known]
    return fastcgi.pack_record(fastcgi.GET_VALUES_RESULT, 0, b"".join(answer))
