"""Runs commands of this package against the stub of a gateway, and looks at what it was started with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent
SOURCES = TESTS.parent / "src"
_DEADLINE_SECONDS = 30


class StubTestCase(unittest.TestCase):
    """Each test has a directory of its own, in which the commands run."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name).resolve()
        self.environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(SOURCES),
            "SLUICE_GATEWAY": f"{sys.executable} -E {TESTS / 'stub_gateway.py'}",
            "STUB": "exit:0",
            "STUB_RECORD": str(self.directory / "record"),
        }

    def spawn(self, code: str, *words: str) -> subprocess.Popen[bytes]:
        """Start `code`, a line of Python, with these arguments."""
        process = subprocess.Popen(
            [sys.executable, "-c", code, *words],
            cwd=self.directory,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def run_code(self, code: str, *words: str) -> tuple[int, str]:
        """Run it to its end; return its exit status and what it said on standard error."""
        process = self.spawn(code, *words)
        _, stderr = process.communicate(timeout=_DEADLINE_SECONDS)
        return process.returncode, stderr.decode()

    def record(self) -> dict[str, Any]:
        """Return what the stub was started with."""
        facts: dict[str, Any] = json.loads((self.directory / "record").read_text())
        return facts

    def end_stub(self) -> None:
        """End the stub that goes on in the background; nobody is left to wait for it but init."""
        os.kill(self.record()["pid"], signal.SIGKILL)
