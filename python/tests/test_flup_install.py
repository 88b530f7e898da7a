"""Unmodified imports: `import flup...` after `install`, and scripts run by `python -m sluice.flup`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from tests import SOURCE_DIRECTORY

SCRIPT = """
import sys
import flup.server.fcgi
import flup.client.scgi_app as client
from flup.server import NoDefault
from flup.server.fcgi_fork import WSGIServer
import beside
import sluice.flup.server.fcgi
assert flup.server.fcgi is sluice.flup.server.fcgi, flup.server.fcgi
assert sluice.flup.server.fcgi.__spec__.name == "sluice.flup.server.fcgi"
try:
    import flup.middleware
except ImportError as error:
    print(error)
print(__name__, sys.argv[1:], WSGIServer.__module__)
"""


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        env={"PYTHONPATH": str(SOURCE_DIRECTORY)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class Install(unittest.TestCase):
    def test_runs_a_script_with_the_imports_of_flup(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            Path(directory, "beside.py").write_text("")
            script = Path(directory, "script.py")
            script.write_text(SCRIPT)
            result = run("-m", "sluice.flup", str(script), "--port", "1")
        self.assertEqual(result.stderr, "")
        self.assertEqual(
            result.stdout.splitlines(),
            ["No module named 'flup.middleware'", "__main__ ['--port', '1'] sluice.flup.server.fcgi_fork"],
        )

    def test_says_that_there_is_no_such_script(self) -> None:
        self.assertIn("there is no file /nowhere.py", run("-m", "sluice.flup", "/nowhere.py").stderr)
        self.assertIn("usage:", run("-m", "sluice.flup").stderr)

    def test_refuses_where_another_flup_is_in_use(self) -> None:
        code = "import sys, types; sys.modules['flup'] = types.ModuleType('flup')\nimport sluice.flup as f; f.install()"
        self.assertIn("flup has been imported already", run("-c", code).stderr)

    def test_does_nothing_the_second_time(self) -> None:
        code = "import sluice.flup as f, sys; f.install(); n = len(sys.meta_path); f.install(); "
        self.assertEqual(run("-c", code + "print(len(sys.meta_path) - n)").stdout, "0\n")


if __name__ == "__main__":
    unittest.main()
