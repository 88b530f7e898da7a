"""What a worker of one thread imports before its application: little, because every process of it does."""

from __future__ import annotations

import subprocess
import sys
import unittest
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"
HEAVY = ("collections", "ctypes", "enum", "functools", "logging", "re", "signal", "socket", "threading", "traceback")
PROGRAM = """
import sys
before = set(sys.modules)
sys.path.append(sys.argv[1])
import sluice._worker
from sluice._parent import die_with_parent
die_with_parent()
print(*sorted(set(sys.modules) - before))
"""


class Imports(unittest.TestCase):
    def test_leave_out_what_only_failures_and_several_threads_need(self) -> None:
        # Without `site`, which may import whatever is installed on this machine.
        command = [sys.executable, "-I", "-S", "-c", PROGRAM, str(SOURCE)]
        imported = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
        self.assertIn("sluice._worker", imported)
        self.assertEqual([name for name in HEAVY if name in imported], [])
