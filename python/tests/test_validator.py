"""Every conforming application under wsgiref's validator, which checks the worker as much as the application."""

from __future__ import annotations

from tests import PYTHON_DIRECTORY
from tests.support import WorkerTestCase

SOURCE = (PYTHON_DIRECTORY / "tests" / "apps" / "conforming.py").read_text(encoding="utf-8")
APPS = [line[4 : line.index("(")] for line in SOURCE.splitlines() if line.startswith("def ")]

# The validator wants a Content-Type wherever a body is possible, and lets no head start after the first chunk.
UNKNOWN_TO_VALIDATOR = {"late_start"}


class Validated(WorkerTestCase):
    def test_answers_are_the_same_with_the_validator(self) -> None:
        for app in APPS:
            if app in UNKNOWN_TO_VALIDATOR:
                continue
            for method in ("GET", "POST", "HEAD"):
                with self.subTest(app, method=method):
                    plain = self.get(f"conforming:{app}", b"some body", REQUEST_METHOD=method, CONTENT_LENGTH="9")
                    checked = self.get(
                        f"conforming:{app}", b"some body", REQUEST_METHOD=method, CONTENT_LENGTH="9", TEST_VALIDATE="1"
                    )
                    self.assertIsNone(checked.failure)
                    self.assertEqual((checked.status, checked.body), (plain.status, plain.body))
                    self.assertEqual(checked.log, plain.log)
