"""A server that the clients under test talk to: one connection, handled by a function of the test in a thread."""

from __future__ import annotations

import io
import os
import socket
import tempfile
import threading
from wsgiref.util import setup_testing_defaults

DEADLINE_SECONDS = 20


class Upstream:
    """Listens until the block ends. What `handle` raises is raised at the end of the block."""

    def __init__(self, handle: object, family: int = socket.AF_UNIX) -> None:
        self._handle = handle
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self._directory = tempfile.TemporaryDirectory()
        self._thread = threading.Thread(target=self._run)
        self._failure: BaseException | None = None
        at = os.path.join(self._directory.name, "socket")
        self._listener.bind(at if family == socket.AF_UNIX else ("127.0.0.1", 0))
        self._listener.listen()
        self._listener.settimeout(DEADLINE_SECONDS)

    @property
    def address(self) -> object:
        return self._listener.getsockname()

    def __enter__(self) -> Upstream:
        self._thread.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._thread.join()
        self._listener.close()
        self._directory.cleanup()
        if self._failure is not None and kind is None:
            raise self._failure

    def _run(self) -> None:
        try:
            connection, _ = self._listener.accept()
            with connection:
                connection.settimeout(DEADLINE_SECONDS)
                self._handle(connection)
        except BaseException as failure:
            self._failure = failure


class Call:
    """One call of a client: what it said to `start_response`, and what it wrote to `wsgi.errors`."""

    def __init__(self, body: bytes = b"", stream: object = None, **variables: str) -> None:
        self.environ: dict = {"wsgi.input": stream or io.BytesIO(body), "wsgi.errors": io.StringIO()}
        if body and "CONTENT_LENGTH" not in variables:
            self.environ["CONTENT_LENGTH"] = str(len(body))
        self.environ.update(variables)
        setup_testing_defaults(self.environ)
        self.status = ""
        self.headers: list = []

    def start_response(self, status: str, headers: list, exc_info: object = None) -> None:
        self.status = status
        self.headers = headers

    @property
    def errors(self) -> str:
        return self.environ["wsgi.errors"].getvalue()

    def begin(self, client: object) -> object:
        return client(self.environ, self.start_response)

    def run(self, client: object) -> bytes:
        reply = self.begin(client)
        try:
            return b"".join(reply)
        finally:
            reply.close()
