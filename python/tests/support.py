"""What the tests of applications share: one worker per class, and a look at its health after each test."""

from __future__ import annotations

import unittest

from tests.gateway import Gateway, Result


class WorkerTestCase(unittest.TestCase):
    """Runs applications of tests/apps in one worker, which must survive all of them."""

    gateway: Gateway
    lanes = 1

    @classmethod
    def setUpClass(cls) -> None:
        cls.gateway = Gateway("dispatch", lanes=cls.lanes)
        cls.addClassCleanup(cls.gateway.end)
        cls.gateway.ready()

    def tearDown(self) -> None:
        result = self.gateway.get("conforming:one_part")
        self.assertEqual((result.body, result.log), (b"hello", ""), "the worker did not recover from the test")

    def get(self, app: str, body: bytes = b"", **variables: str) -> Result:
        return self.gateway.get(app, body, **variables)

    def assert_failed(self, result: Result, *words: str) -> None:
        """Check that the request failed before its head and that the text holds `words`."""
        self.assertIsNone(result.status)
        self.assert_text(result.failure, *words)

    def assert_aborted(self, result: Result, *words: str) -> None:
        """Check that the request failed after its head and that the text holds `words`."""
        self.assertIsNotNone(result.status)
        self.assert_text(result.failure, *words)

    def assert_text(self, text: str | None, *words: str) -> None:
        self.assertIsNotNone(text)
        for word in words:
            self.assertIn(word, text or "")
        self.assertNotIn("sluice/_", text or "", "our own frames are not the user's business")
