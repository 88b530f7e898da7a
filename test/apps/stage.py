"""Lets an application and the test that drives it take turns, instead of either guessing with sleeps.

The test listens on a Unix socket and names it in the query: `?stage=/path/of/socket&actor=name`. The application
connects, introduces itself, tells what happened (`tell`) and stops until the test says go on (`wait`).
"""

import socket
from urllib.parse import parse_qs


class Stage:
    def __init__(self, environ):
        query = parse_qs(environ["QUERY_STRING"])
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(query["stage"][0])
        self._lines = self._socket.makefile("r", encoding="utf-8")
        self.tell(query["actor"][0])

    def tell(self, what):
        self._socket.sendall((what + "\n").encode("utf-8"))

    def wait(self):
        """Returns what the test says; an empty string once the test has gone away."""
        return self._lines.readline().rstrip("\n")

    def fileno(self):
        """The descriptor on which the test speaks."""
        return self._socket.fileno()

    def leave(self):
        self._lines.close()
        self._socket.close()
