"""What `sluice import` is told of a Python file, without running it and with."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from tests import SOURCE_DIRECTORY

SCRIPT = SOURCE_DIRECTORY / "sluice" / "_assignments.py"

VALUES = {
    "a = 1": 1,
    "a = -1": -1,
    "a: int = 2": 2,
    "a = b = 3": 3,
    "a, b = 4, 5": 4,
    "a = 1\na += 2": 3,
    "a = 'x' 'y'": "xy",
    "a = b'xy'": "xy",
    "a = None": None,
    "a = not True": False,
    "a = (1, 'b', [None])": [1, "b", [None]],
    "a = {'k': {'l': 1}, **{'m': 2}}": {"k": {"l": 1}, "m": 2},
    "a = [1]\na.append(2)\na.extend([3])": [1, 2, 3],
    "a = {'k': 1}\na['l'] = 2": {"k": 1, "l": 2},
    "b = 7\na = b if b > 6 and b != 9 else 0": 7,
    "b = 'x'\na = f'{b}-{b!r:>5}'": "x-  'x'",
    "a = '%s/%s' % ('x', 'y')": "x/y",
    "a = '{}.{k}'.format(1, k=2)": "1.2",
    "a = ','.join(['x', 'y']).upper()": "X,Y",
    "a = 'a b'.split()[1]": "b",
    "a = 'abc'[1:]": "bc",
    "import multiprocessing\na = multiprocessing.cpu_count() * 2 + 1": 7,
    "from os import cpu_count as c\na = max(4, c() or 1)": 4,
    "import os\na = len(os.sched_getaffinity(0))": 3,
    "import os\na = os.environ.get('P', '8000')": "8000",
    "import os\na = int(os.getenv('P', default=2))": 2,
    "import os\na = os.path.basename(__file__)": "conf.py",
    "from pathlib import Path\na = (Path(__file__).resolve().parent / 'x' / 'y').name": "y",
    "import os\nif os.getenv('E') == 'p':\n  a = 1\nelse:\n  a = 2": 2,
    "try:\n  import x\nexcept ImportError:\n  b = 1\na = 2": 2,
    "with open('x') as f:\n  a = 1": 1,
}

UNKNOWN = {
    "a = open('x').read()": "what open('x') comes to is known only when it runs",
    "a = print": "it is print",
    "import ssl\na = ssl.CERT_REQUIRED": "it is ssl.CERT_REQUIRED",
    "from base import a": "it is base.a",
    "import os\na = os.environ['TOKEN']": "it comes from the environment (os.environ['TOKEN']); write it yourself",
    "import os\na = os.environ.get('TOKEN')": "it comes from the environment; write it yourself",
    "import os\nif os.path.exists('/x'):\n  a = 1": "it holds under a condition, os.path.exists('/x')",
    "for b in [1]:\n  a = b": "it is assigned where only running the file tells",
    "b = open('x')\na = [b]": "without b: what open('x') comes to is known only when it runs",
    "a = 'x' * 10**9": "what 10 ** 9 comes to is known only when it runs",
    "a = 'x' * 2000000": "'x' * 2000000 is too large",
    "a = float('inf')": "it is inf",
    "a = 1 / 0": "1 / 0 fails: division by zero",
    "a = []\na.sort()": "a.sort() changes it",
    "a, b = c()": "it is one of several values that only running it tells",
    "a = b''.fromhex('00')": "what b''.fromhex('00') comes to is known only when it runs",
    "a = ''.__class__.__base__": "what ''.__class__ comes to is known only when it runs",
    "a = {1.5: object}": "it holds something that is neither text nor number, of type Dotted",
}


def read(text: str, *mode: str) -> dict[str, dict[str, object]]:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "conf.py"
        path.write_text(text, encoding="utf-8")
        command = [sys.executable, *([] if mode else ["-I", "-S"]), str(SCRIPT), str(path), "3", *mode]
        answer = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)
        return {"": answer, **{each["name"]: each for each in answer["names"]}}


class AssignmentsTest(unittest.TestCase):
    def test_values_that_are_written_down(self) -> None:
        for text, value in VALUES.items():
            with self.subTest(text):
                found = read(text)["a"]
                self.assertEqual((found["kind"], found.get("value")), ("value", value))

    def test_values_that_only_running_it_tells(self) -> None:
        for text, why in UNKNOWN.items():
            with self.subTest(text):
                self.assertEqual((read(text)["a"]["kind"], read(text)["a"].get("why")), ("unknown", why))

    def test_the_line_is_that_of_the_last_assignment(self) -> None:
        found = read("a = 1\n\na = 2\nb = (\n  3\n)\n")
        self.assertEqual([found["a"]["line"], found["b"]["line"]], [3, 4])

    def test_functions_are_told_apart(self) -> None:
        found = read("def a(x):\n  b = 1\nasync def c(): pass\nd = lambda: 1\n")
        self.assertEqual([found[name]["kind"] for name in "acd"], ["function"] * 3)
        self.assertNotIn("b", found)

    def test_it_says_what_a_value_depends_on(self) -> None:
        text = "import os\nn = os.cpu_count()\nif os.getenv('E', 'x') == 'x':\n  a = n + int(os.getenv('W', '1'))\n"
        expected = [
            "taken as if the environment variable E were not set",
            "os.cpu_count() is 3 on this machine",
            "taken as if the environment variable W were not set",
        ]
        self.assertEqual(read(text)["a"]["notes"], expected)

    def test_parts_of_a_list_that_are_not_known_are_left_out_and_told(self) -> None:
        found = read("import os\nb = ['A=1', 'T=' + os.environ['T'], 'B=2']\na = b\n")["a"]
        missing = [
            "without 'T=' + os.environ['T']: it comes from the environment (os.environ['T']); write it yourself",
        ]
        self.assertEqual((found["value"], found["missing"]), (["A=1", "B=2"], missing))

    def test_names_of_other_modules_are_told(self) -> None:
        self.assertEqual(read("\nfrom .base import *\n")[""]["stars"], [{"line": 2, "module": ".base"}])

    def test_running_it_tells_the_rest(self) -> None:
        text = "print('loud')\na = sum(x for x in [1, 2])\nimport os\nb = os.cpu_count()\nc = a\nd = object()\n"
        found = read(text, "run")
        self.assertEqual([found["a"].get("value"), found["b"].get("value"), found["c"].get("value")], [3, 3, 3])
        self.assertEqual(found["d"]["why"], "it holds something that is neither text nor number, of type object")

    def test_files_that_are_no_python_or_fail_are_told_in_one_line(self) -> None:
        for text, mode, message in (
            ("a = = 1\n", [], "it is not Python, line 1: invalid syntax\n"),
            ("a\0b", [], "it is not Python"),
            ("import nowhere\n", ["run"], "running it fails: ModuleNotFoundError: No module named 'nowhere'\n"),
        ):
            with self.subTest(text), tempfile.TemporaryDirectory() as directory:
                path = Path(directory) / "conf.py"
                path.write_text(text, encoding="utf-8")
                command = [sys.executable, str(SCRIPT), str(path), "3", *mode]
                run = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
                self.assertEqual((run.returncode, run.stdout), (1, ""))
                self.assertTrue(run.stderr.startswith(message), run.stderr)
