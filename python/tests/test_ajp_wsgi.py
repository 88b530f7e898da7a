"""The command `ajp-wsgi`: what its options become, its environment, and life in the background."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys

from tests.stub import TESTS, StubTestCase

MAIN = "from sluice.ajp_wsgi import main; main()"
DEFAULTS = ["--processes", "1", "--threads", "16"]


class Options(StubTestCase):
    def words(self, *given: str) -> list[str]:
        status, stderr = self.run_code(MAIN, *given)
        self.assertEqual((status, stderr), (0, ""))
        words: list[str] = self.record()["words"]
        return words

    def test_serves_the_application_on_the_port_of_ajp(self) -> None:
        self.assertEqual(
            self.words("run_ajp", "app"),
            ["serve", "run_ajp:app", "--must-load", "--ajp", "127.0.0.1:8009", "--python", sys.executable, *DEFAULTS],
        )

    def test_takes_options_before_between_and_after_the_names(self) -> None:
        expected = self.words("-l", "/tmp/log", "-p", "9000", "run_ajp", "app")
        self.assertEqual(self.words("run_ajp", "-p", "9000", "app", "-l", "/tmp/log"), expected)
        self.assertEqual(self.words("run_ajp", "app", "-l/tmp/log", "--port=9000"), expected)
        self.assertEqual(expected[-2:], ["--log-file", "/tmp/log"])

    def test_passes_each_option_on(self) -> None:
        for given, expected in (
            (("-a", "0.0.0.0"), ("--ajp", "0.0.0.0:8009")),
            (("-a", "::1", "-p", "1"), ("--ajp", "[::1]:1")),
            (("--address", "[::1]"), ("--ajp", "[::1]:8009")),
            (("-a", "unix:/run/a.sock"), ("--ajp", "unix:/run/a.sock")),
            (("--secret-file", "s"), ("--ajp-secret-file", "s")),
            (("--allow", "10.0.0.1", "--allow", "10.1.0.0/16"), ("--allow", "10.0.0.1", "--allow", "10.1.0.0/16")),
            (("-s", "/app"), ("--mount", "/app")),
            (("--processes", "2-4"), ("--processes", "2-4")),
            (("--threads", "3"), ("--threads", "3")),
            (("--python", "/py"), ("--python", "/py")),
            (("--pid-file", "pid"), ("--pid-file", "pid")),
            (("--", "--request-timeout", "5m"), ("--request-timeout", "5m")),
        ):
            with self.subTest(given):
                self.assertIn(" ".join(expected), " ".join(self.words("run_ajp", "app", *given)))

    def test_refuses_what_it_does_not_know(self) -> None:
        for given, words in (
            (("run_ajp",), "required: app"),
            (("run_ajp", "app", "more"), "unrecognized arguments: more"),
            (("run_ajp", "app", "-x"), "unrecognized arguments: -x"),
            (("run_ajp", "app", "-p", "ajp"), "invalid int value: 'ajp'"),
            (("run_ajp", "app", "--back"), "unrecognized arguments: --back"),
        ):
            with self.subTest(given):
                status, stderr = self.run_code(MAIN, *given)
                self.assertEqual(status, 2)
                self.assertIn(words, stderr)

    def test_becomes_the_gateway(self) -> None:
        self.environ["STUB"] = "exit:4"
        process = self.spawn(MAIN, "run_ajp", "app")
        process.communicate(timeout=30)
        self.assertEqual((process.returncode, self.record()["pid"]), (4, process.pid))

    def test_says_what_is_missing(self) -> None:
        self.environ["SLUICE_GATEWAY"] = "/nowhere"
        status, stderr = self.run_code(MAIN, "run_ajp", "app")
        self.assertEqual(status, 127)
        self.assertRegex(stderr, "^ajp-wsgi: SLUICE_GATEWAY is")


class Environment(StubTestCase):
    def python_with(self, home: str) -> tuple[str, str | None]:
        """The interpreter of the application, and its PYTHONHOME."""
        self.environ["SLUICE_PYTHONHOME"] = home
        status, stderr = self.run_code(MAIN, "run_ajp", "app")
        self.assertEqual((status, stderr), (0, ""))
        record = self.record()
        self.assertNotIn("SLUICE_PYTHONHOME", record["environ"])
        words = record["words"]
        return words[words.index("--python") + 1], record["environ"].get("PYTHONHOME")

    def make(self, *names: str) -> str:
        for name in names:
            path = self.directory / "home" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
            path.chmod(0o755)
        return str(self.directory / "home")

    def test_leaves_pythonpath_to_the_application(self) -> None:
        self.environ["PYTHONPATH"] += ":/srv/mysite"
        self.run_code(MAIN, "run_ajp", "app")
        self.assertEqual(self.record()["environ"]["PYTHONPATH"], self.environ["PYTHONPATH"])

    def test_takes_the_interpreter_of_a_virtual_environment_that_pythonhome_names(self) -> None:
        home = self.make("pyvenv.cfg", "bin/python3")
        self.assertEqual(self.python_with(home), (f"{home}/bin/python3", None))

    def test_keeps_a_pythonhome_that_has_a_standard_library(self) -> None:
        home = self.make("bin/python3")
        self.assertEqual(self.python_with(home), (f"{home}/bin/python3", home))
        self.assertEqual(self.python_with("/usr/nothing:/usr/more"), (sys.executable, "/usr/nothing:/usr/more"))

    def test_honours_a_pythonhome_with_which_it_could_start(self) -> None:
        self.environ["PYTHONHOME"] = sys.base_prefix
        self.run_code(MAIN, "run_ajp", "app")
        self.assertEqual(self.record()["environ"]["PYTHONHOME"], sys.base_prefix)

    def test_refuses_a_virtual_environment_without_an_interpreter(self) -> None:
        home = self.make("pyvenv.cfg")
        self.environ["SLUICE_PYTHONHOME"] = home
        status, stderr = self.run_code(MAIN, "run_ajp", "app")
        self.assertEqual(status, 2)
        self.assertIn(f"PYTHONHOME is {home}, a virtual environment without {home}/bin/python3", stderr)


class Background(StubTestCase):
    def test_returns_when_the_gateway_is_ready_and_leaves_it_in_a_session_that_can_get_no_terminal(self) -> None:
        self.environ["STUB"] = "serve"
        process = self.spawn(MAIN, "run_ajp", "app", "-B", "-l", "log")
        process.communicate(timeout=30)
        self.addCleanup(self.end_stub)
        record = self.record()
        self.assertEqual(process.returncode, 0)
        os.kill(record["pid"], 0)
        self.assertNotIn(record["session"], (os.getsid(0), process.pid, record["pid"]))
        self.assertEqual(record["streams"][:2], ["/dev/null", "/dev/null"])
        self.assertEqual(record["directory"], str(self.directory))

    def test_passes_on_why_it_did_not_start_and_ends_like_it(self) -> None:
        self.environ.update(STUB="exit:4", STUB_SAYS="the address is taken\n")
        for log in ((), ("-l", "/dev/null")):
            with self.subTest(log):
                self.assertEqual(self.run_code(MAIN, "run_ajp", "app", "-B", *log), (4, "the address is taken\n"))

    def test_ends_with_128_and_the_signal_that_ended_it(self) -> None:
        self.environ["STUB"] = f"signal:{int(signal.SIGKILL)}"
        self.assertEqual(self.run_code(MAIN, "run_ajp", "app", "-B")[0], 128 + signal.SIGKILL)

    def test_says_that_it_cannot_be_started(self) -> None:
        program = self.directory / "not a program"
        program.write_text("#!/nowhere\n")
        program.chmod(0o755)
        self.environ["SLUICE_GATEWAY"] = f"'{program}' x"
        status, stderr = self.run_code(MAIN, "run_ajp", "app", "-B")
        self.assertEqual(status, 1)
        self.assertIn(f"cannot start {program}", stderr)

    def test_ends_a_start_that_is_interrupted(self) -> None:
        self.environ.update(STUB="wait", STUB_SAYS="starting\n")
        for each in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(each):
                process = self.spawn(MAIN, "run_ajp", "app", "-B", "-l", "/dev/null")
                assert process.stderr is not None
                self.assertEqual(process.stderr.readline(), b"starting\n")
                process.send_signal(each)
                process.communicate(timeout=30)
                self.assertEqual(process.returncode, 7)


class Script(StubTestCase):
    """The file `ajp-wsgi` that pip puts beside an interpreter, or elsewhere than the interpreter."""

    def setUp(self) -> None:
        super().setUp()
        (self.directory / "prefix" / "bin").mkdir(parents=True)
        shutil.copy(TESTS.parent / "bin" / "ajp-wsgi", self.directory / "prefix" / "bin")
        self.environ = {"PATH": f"{self.directory / 'path'}:{os.environ['PATH']}"}

    def interpreter(self, path: str) -> None:
        file = self.directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f'#!/bin/sh\necho "{path}|$1|$3|$4|${{PYTHONHOME-none}}|$SLUICE_PYTHONHOME"\n')
        file.chmod(0o755)

    def run_script(self, path: str = "prefix/bin/ajp-wsgi") -> str:
        done = subprocess.run(
            [self.directory / path, "run_ajp", "the app"], env=self.environ, capture_output=True, check=True, timeout=30
        )
        return done.stdout.decode().strip()

    def test_runs_in_the_interpreter_that_the_package_is_installed_for(self) -> None:
        self.interpreter("path/python3")
        self.assertEqual(self.run_script(), "path/python3|-c|run_ajp|the app|none|")
        self.interpreter("prefix/bin/python3")
        self.assertEqual(self.run_script(), "prefix/bin/python3|-c|run_ajp|the app|none|")
        for packages in ("site-packages", "dist-packages"):
            package = self.directory / "prefix/lib/python3.99" / packages / "sluice"
            package.mkdir(parents=True)
            self.interpreter("path/python3.99")
            self.assertEqual(self.run_script(), "path/python3.99|-c|run_ajp|the app|none|")
            package.rmdir()
        package.mkdir()
        self.interpreter("prefix/bin/python3.99")
        self.assertEqual(self.run_script(), "prefix/bin/python3.99|-c|run_ajp|the app|none|")

    def test_finds_it_through_a_link(self) -> None:
        self.interpreter("prefix/bin/python3")
        (self.directory / "linked").symlink_to("prefix/bin/ajp-wsgi")
        self.assertEqual(self.run_script("linked"), "prefix/bin/python3|-c|run_ajp|the app|none|")

    def test_keeps_pythonhome_out_of_the_way(self) -> None:
        self.interpreter("prefix/bin/python3")
        self.environ["PYTHONHOME"] = "/srv/a b"
        self.assertEqual(self.run_script(), "prefix/bin/python3|-c|run_ajp|the app|none|/srv/a b")
