"""The console script `sluice`: becomes the gateway, in the interpreter it was installed for."""

from __future__ import annotations

import json
import signal
import sys

from sluice import __version__
from tests.stub import StubTestCase

MAIN = "from sluice._launch import main; main()"


class Launch(StubTestCase):
    def test_becomes_the_gateway_with_the_same_arguments(self) -> None:
        process = self.spawn(MAIN, "serve", "site:app", "--http", "a b")
        process.communicate(timeout=30)
        record = self.record()
        self.assertEqual(record["words"], ["serve", "site:app", "--http", "a b"])
        self.assertEqual(record["pid"], process.pid)

    def test_offers_its_own_interpreter_for_the_workers(self) -> None:
        self.environ["SLUICE_DEFAULT_PYTHON"] = "/of/somebody/else"
        self.run_code(MAIN)
        self.assertEqual(self.record()["environ"]["SLUICE_DEFAULT_PYTHON"], sys.executable)

    def test_ends_as_the_gateway_ends(self) -> None:
        self.environ["STUB"] = "exit:4"
        self.assertEqual(self.run_code(MAIN), (4, ""))
        self.environ["STUB"] = f"signal:{int(signal.SIGKILL)}"
        self.assertEqual(self.run_code(MAIN)[0], -signal.SIGKILL)

    def test_says_what_is_missing_and_ends_with_127(self) -> None:
        self.environ["SLUICE_GATEWAY"] = "/nowhere/gateway"
        status, stderr = self.run_code(MAIN, "serve")
        self.assertEqual(status, 127)
        self.assertIn("sluice: SLUICE_GATEWAY is '/nowhere/gateway', but there is no program", stderr)

    def test_remarks_on_a_gateway_of_another_version(self) -> None:
        for version, words in (("9.9.9", ("is version 9.9.9", f"is {__version__}")), (__version__, ())):
            with self.subTest(version):
                package = self.directory / version
                (package / "bin").mkdir(parents=True)
                manifest = {"name": "@sluice/gateway", "version": version}
                (package / "package.json").write_text(json.dumps(manifest))
                program = package / "bin" / "sluice"
                program.write_text("#!/bin/sh\nexit 5\n")
                program.chmod(0o755)
                self.environ["SLUICE_GATEWAY"] = f"/bin/sh {program}"
                status, stderr = self.run_code(MAIN)
                self.assertEqual(status, 5)
                for each in words:
                    self.assertIn(each, stderr)
                self.assertEqual(bool(stderr), bool(words))
