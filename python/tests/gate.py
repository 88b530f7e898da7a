"""A gate that applications wait at, so that no test has to sleep."""

from __future__ import annotations

import os
import socket
import tempfile

from tests.gateway import DEADLINE_SECONDS


class Waiter:
    """An application that waits at the gate."""

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(DEADLINE_SECONDS)
        self._connection = connection
        text = b""
        while not text.endswith(b"\n"):
            text += connection.recv(100)
        self.id, _, self.where = text.decode().strip().partition(":")

    def release(self) -> None:
        """Let it go on."""
        self._connection.close()


class Gate:
    """Listens at `path`, which an application gets as TEST_GATE. Use as a context manager."""

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory()
        self.path = os.path.join(self._directory.name, "gate")
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(self.path)
        self.socket.listen(100)
        self.socket.settimeout(DEADLINE_SECONDS)

    def __enter__(self) -> Gate:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()
        self._directory.cleanup()

    def wait(self) -> Waiter:
        """Wait until an application has come to the gate."""
        return Waiter(self.socket.accept()[0])
