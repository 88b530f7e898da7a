"""Runs a script that serves, in a process of its own, with the gateway for tests, and asks it for paths."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import PYTHON_DIRECTORY, SOURCE_DIRECTORY
from tests.gateway import DEADLINE_SECONDS

GATEWAY = Path(__file__).resolve().parent / "attached_gateway.py"

PREAMBLE = """
import json, os, signal, socket, sys, threading
directory = DIRECTORY
def make():
    count = 0  # of this very closure: no importable name leads to it
    def app(environ, start_response):
        nonlocal count
        count += 1
        if environ["PATH_INFO"] == "/kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if environ["PATH_INFO"] == "/hangup":
            os.kill(os.getpid(), signal.SIGHUP)
        start_response("200 OK", [("Content-Type", "application/json")])
        thread = threading.current_thread() is threading.main_thread()
        flags = [environ["wsgi.multithread"], environ["wsgi.multiprocess"]]
        facts = dict(count=count, pid=os.getpid(), main=thread, flags=flags, extra=environ.get("EXTRA"))
        return [json.dumps(facts).encode()]
    return app
"""


class Script:
    """A running script; `directory` is its own. Use as a context manager."""

    def __init__(self, text: str, **environment: str) -> None:
        self._temporary = tempfile.TemporaryDirectory()
        self.directory = Path(self._temporary.name)
        self.address = str(self.directory / "socket")
        self.gone = self.directory / "gone"
        preamble = PREAMBLE.replace("DIRECTORY", repr(self._temporary.name))
        (self.directory / "script.py").write_text(preamble + text)
        self._stderr = open(self.directory / "stderr", "w")
        self._environment = {
            **os.environ,
            "SLUICE_GATEWAY": f"{sys.executable} {GATEWAY}",
            "SLUICE_TEST_GONE": str(self.gone),
            "PYTHONPATH": f"{SOURCE_DIRECTORY}:{PYTHON_DIRECTORY}",
            "PYTHONDONTWRITEBYTECODE": "1",
            **environment,
        }

    def __enter__(self) -> Script:
        self.start()
        return self

    def start(self, stdin: socket.socket | int = subprocess.DEVNULL) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(self.directory / "script.py")],
            env=self._environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
        )

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self._stderr.close()
        self._temporary.cleanup()

    def ask(self, path: str) -> str:
        """Connect as soon as somebody listens, send the path, and return the answer."""
        with self.connect() as connection:
            connection.sendall(path.encode() + b"\n")
            with connection.makefile() as file:
                return file.read()

    def connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(DEADLINE_SECONDS)
        while True:
            try:
                connection.connect(self.address)
                return connection
            except (FileNotFoundError, ConnectionRefusedError):
                if self.process.poll() is not None:
                    raise AssertionError(f"the script has ended: {self.errors()}") from None

    def end(self, number: int | None = None) -> str:
        """Send a signal, wait for the end, and return what the script has printed."""
        if number is not None:
            self.process.send_signal(number)
        return self.process.communicate(timeout=DEADLINE_SECONDS)[0]

    def errors(self) -> str:
        return (self.directory / "stderr").read_text()
