"""`sluice.serve`: the application of a running process, its threads and forks, and who ends when."""

from __future__ import annotations

import json
import os
import signal
import sys
import unittest

from tests.script import Script

SERVE = """
from sluice import Server, serve
listening = socket.socket(socket.AF_UNIX)
listening.bind(directory + "/socket")
listening.listen()
def run(**options):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    answer = serve(make(), listen={"http": listening}, **options)
    print(answer, before == [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)])
"""


def links(pid: int) -> set[str]:
    """What the descriptors of a process are."""
    return {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}


class Workers(unittest.TestCase):
    def test_threads_run_the_very_object_in_the_process_itself(self) -> None:
        with Script(SERVE + "run(threads=2)") as script:
            facts = [json.loads(script.ask("/")) for _ in range(2)]
            self.assertEqual([each["count"] for each in facts], [1, 2])
            self.assertEqual({each["pid"] for each in facts}, {script.process.pid})
            self.assertEqual([each["main"] for each in facts], [False, False])
            self.assertEqual(facts[0]["flags"], [True, False])
            self.assertEqual(script.end(signal.SIGTERM), "False True\n")

    def test_more_threads_are_another_worker_in_the_same_process(self) -> None:
        with Script(SERVE + "run(threads=(1, 3))") as script:
            first, second = json.loads(script.ask("/")), json.loads(script.ask("/more"))
            self.assertEqual((first["pid"], first["count"]), (second["pid"], 1))
            self.assertEqual(second["count"], 2)
            self.assertEqual(script.end(signal.SIGTERM), "False True\n")

    def test_forked_processes_have_the_object_as_it_was(self) -> None:
        with Script(SERVE + "run(fork=True, processes=2)") as script:
            first, second = json.loads(script.ask("/")), json.loads(script.ask("/more"))
            self.assertEqual(len({first["pid"], second["pid"], script.process.pid}), 3)
            self.assertEqual((first["count"], second["count"]), (1, 1))
            self.assertEqual((first["main"], first["flags"]), (True, [False, True]))
            self.assertEqual(script.end(signal.SIGTERM), "False True\n")

    def test_a_hangup_to_all_processes_ends_no_child(self) -> None:
        with Script(SERVE + "run(fork=True)") as script:
            first, second = json.loads(script.ask("/hangup")), json.loads(script.ask("/"))
            self.assertEqual((first["pid"], second["count"]), (second["pid"], 2))
            script.end(signal.SIGTERM)

    @unittest.skipUnless(sys.platform == "linux", "/proc is there on Linux only")
    def test_forked_processes_keep_no_listening_socket(self) -> None:
        with Script(SERVE + "run(fork=True)") as script:
            child = json.loads(script.ask("/"))["pid"]
            listening = {link for link in links(script.process.pid) if link in links(child)}
            self.assertEqual({link for link in listening if link.startswith("socket:")}, set())
            self.assertEqual(os.readlink(f"/proc/{child}/fd/0"), "/dev/null")
            script.end(signal.SIGTERM)

    def test_the_main_thread_may_run_the_application(self) -> None:
        with Script(SERVE + "print(Server(make(), listen={'http': listening}, main=True).run())") as script:
            facts = json.loads(script.ask("/"))
            self.assertEqual((facts["main"], facts["pid"]), (True, script.process.pid))
            self.assertEqual(facts["flags"], [False, False])
            self.assertEqual(script.end(signal.SIGINT), "False\n")

    def test_settings_are_flags_and_the_environment_beats_defaults(self) -> None:
        run = SERVE + "run(threads=3, queue_timeout='9s', debug=True, access_log=False, allow=['10.0.0.1', '10.0.0.2'])"
        with Script(run, SLUICE_STUCK_AFTER="2s") as script:
            words = script.ask("/words")
            script.end(signal.SIGTERM)
        for flags in (
            "--threads 3 --processes 1",
            "--queue-timeout 9s --debug --no-access-log",
            "--request-timeout 24h",
        ):
            self.assertIn(flags, words)
        self.assertIn("--allow 10.0.0.1 --allow 10.0.0.2", words)
        self.assertNotIn("--stuck-after", words)


class Ends(unittest.TestCase):
    def test_a_hangup_is_told_from_the_other_signals(self) -> None:
        for options in ("", "fork=True"):
            with self.subTest(options), Script(SERVE + f"run({options})") as script:
                script.ask("/")
                self.assertEqual(script.end(signal.SIGHUP), "True True\n")

    def test_another_thread_may_stop_a_server_that_runs_in_one(self) -> None:
        text = """
server = Server(make(), listen={"http": listening})
thread = threading.Thread(target=lambda: print(server.run()))
thread.start()
input()
server.stop()
thread.join()
"""
        with Script(SERVE + text) as script:
            script.process.kill()
            script.process.communicate()
            script.start(-1)
            script.ask("/")
            self.assertEqual(script.process.communicate("\n", timeout=30)[0], "False\n")

    def test_forking_needs_the_main_thread(self) -> None:
        text = """
def attempt():
    try:
        run(fork=True)
    except RuntimeError as error:
        print(error)
thread = threading.Thread(target=attempt)
thread.start()
thread.join()
"""
        with Script(SERVE + text) as script:
            self.assertIn("main thread", script.end())

    def test_the_gateway_ends_when_the_process_is_killed(self) -> None:
        for options in ("", "fork=True"):
            with self.subTest(options), Script(SERVE + f"run({options})") as script:
                script.ask("/")
                script.process.kill()
                script.process.wait()
                while not script.gone.exists():
                    pass

    def test_a_gateway_that_dies_is_started_again_on_the_same_socket(self) -> None:
        for options in ("", "fork=True"):
            with self.subTest(options), Script(SERVE + f"run({options})") as script:
                script.ask("/")
                script.ask("/die")
                self.assertTrue(json.loads(script.ask("/")))
                self.assertIn("was ended by signal 9", script.errors())
                self.assertEqual(script.end(signal.SIGTERM), "False True\n")

    def test_a_gateway_that_dies_again_and_again_is_given_up(self) -> None:
        with Script(SERVE + "run()") as script:
            for _ in range(3):
                script.ask("/die")
            script.end()
            self.assertIn("GatewayFailed", script.errors())

    def test_a_gateway_that_somebody_has_stopped_is_the_end(self) -> None:
        with Script(SERVE + "run()") as script:
            script.ask("/end")
            self.assertEqual(script.end(), "False True\n")
            self.assertIn("was stopped by somebody else", script.errors())

    def test_a_gateway_that_does_not_start_is_an_error(self) -> None:
        with Script(SERVE + "run()", SLUICE_TEST_STATUS="64") as script:
            script.end()
            self.assertIn("ended with status 64 before it could serve", script.errors())

    def test_without_a_gateway_it_is_said_what_is_missing(self) -> None:
        with Script(SERVE + "run()", SLUICE_GATEWAY="/nowhere/sluice") as script:
            script.end()
            self.assertIn("GatewayNotFound: SLUICE_GATEWAY is '/nowhere/sluice'", script.errors())


class Arguments(unittest.TestCase):
    def test_what_does_not_go_together_is_refused(self) -> None:
        from sluice import Server

        listen = {"http": "127.0.0.1:0"}
        for error, options in (
            (TypeError, {"application": "mysite.wsgi"}),
            (ValueError, {"listen": {}}),
            (ValueError, {"threads": (1, 4), "fork": True}),
            (ValueError, {"processes": 3}),
            (ValueError, {"main": True, "threads": 2}),
            (ValueError, {"threads": (4, 1)}),
        ):
            with self.subTest(options), self.assertRaises(error):
                Server(**{"application": print, "listen": listen, **options})  # type: ignore[arg-type]


if __name__ == "__main__":
    unittest.main()
