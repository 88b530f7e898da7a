"""A worker process: how it starts, what it leaves alone, and every way it ends."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import unittest

from sluice import __version__
from sluice._wire import REQUEST_STREAM, pack_frame
from tests import PYTHON_DIRECTORY, SOURCE_DIRECTORY
from tests.gate import Gate
from tests.gateway import APPS_DIRECTORY, DEADLINE_SECONDS, Gateway

WITH_SHORT_GRACE = (
    "import sys; "
    f"sys.path.insert(0, {str(SOURCE_DIRECTORY)!r}); "
    "import sluice._control, sluice._worker; "
    "sluice._control.GRACE_SECONDS = 0.05; "
    "sluice._worker.main(sys.argv[2:])"
)
# What a worker must not import before its application does: each costs milliseconds or a megabyte.
HEAVY = {"argparse", "asyncio", "inspect", "logging", "re", "socket", "ssl", "subprocess", "traceback", "typing"}


class Start(unittest.TestCase):
    def test_says_who_it_is(self) -> None:
        gateway = Gateway("dispatch")
        self.addCleanup(gateway.end)
        python = ".".join(map(str, sys.version_info[:3]))
        seen = gateway.ready()
        self.assertTrue(seen.pop("python").startswith(python))
        self.assertEqual(seen, {"pid": str(gateway.process.pid), "worker": __version__})

    def test_gives_the_application_a_process_like_its_own(self) -> None:
        with Gateway("dispatch") as gateway:
            seen = json.loads(gateway.get("environs:process").body)
        self.assertEqual(seen["argv"], ["sluice"])
        self.assertEqual(seen["directory"], str(APPS_DIRECTORY))
        self.assertEqual(seen["path"][0], str(APPS_DIRECTORY))
        self.assertEqual(seen["path"][-1], str(SOURCE_DIRECTORY))
        self.assertNotIn(str(SOURCE_DIRECTORY / "sluice"), seen["path"])
        self.assertEqual(seen["sluice"], str(SOURCE_DIRECTORY / "sluice" / "__init__.py"))
        self.assertEqual(seen["stdin"], "")

    def test_imports_nothing_heavy(self) -> None:
        bare = subprocess.run(
            [sys.executable, "-c", "import sys; print(*sys.modules)"], stdout=subprocess.PIPE, check=True
        )
        with Gateway("lifecycle:modules") as gateway:
            seen = set(gateway.get("").body.decode().split("\n"))
        imported_by_app = {"subprocess", "typing", "re", "inspect", "socket"}
        self.assertIn("sluice._worker", seen)
        self.assertEqual(seen.intersection(HEAVY) - set(bare.stdout.decode().split()) - imported_by_app, set())

    def test_refuses_words_it_does_not_know(self) -> None:
        for words, message in (
            (("colour=red",), "'colour=red' is not one of control=, lanes=, app="),
            (("multiprocess=yes",), "multiprocess= takes 0 or 1, not 'yes'"),
            (("control=x",), "not a number: 'x'"),
            (("lanes=",), "lanes= is missing"),
            (("lanes=99",), "Bad file descriptor"),
        ):
            with self.subTest(words):
                gateway = Gateway("dispatch", words=words)
                self.assertRaises(EOFError, gateway.control.receive)
                gateway.process.wait(DEADLINE_SECONDS)
                self.assertIn(message, gateway.error_text())
                self.assertEqual(gateway.end(), 2)


class Threads(unittest.TestCase):
    def test_each_lane_has_a_thread_and_the_first_has_the_main_thread(self) -> None:
        with Gateway("dispatch", lanes=3) as gateway:
            names = []
            for lane in range(3):
                tag = gateway.start(lane=lane, TEST_APP="environs:process")
                seen = json.loads(gateway.finish(tag, lane).body)
                names.append(seen["thread"])
                self.assertEqual(seen["is_main"], lane == 0)
            self.assertEqual(names, ["MainThread", "sluice-lane-1", "sluice-lane-2"])

    def test_a_busy_lane_does_not_hold_up_another(self) -> None:
        with Gate() as gate, Gateway("dispatch", lanes=2) as gateway:
            held = gateway.start(TEST_APP="gated:before", TEST_GATE=gate.path)
            waiter = gate.wait()
            for _ in range(3):
                tag = gateway.start(lane=1, TEST_APP="conforming:one_part")
                self.assertEqual(gateway.finish(tag, 1).body, b"hello")
            waiter.release()
            self.assertEqual(gateway.finish(held).body, b"done")


class Surroundings(unittest.TestCase):
    def setUp(self) -> None:
        self.gateway = Gateway("lifecycle:prints", stdout=subprocess.PIPE)
        self.addCleanup(self.gateway.end)
        self.gateway.ready()

    def test_lets_the_gateway_decide_about_sigint_and_sigterm(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            self.gateway.process.send_signal(number)
            self.assertEqual(self.gateway.get("").body, b"printed")

    def test_prints_its_stacks_when_it_is_asked_to_and_goes_on(self) -> None:
        with Gate() as gate, Gateway("dispatch") as gateway:
            tag = gateway.start(TEST_APP="gated:before", TEST_GATE=gate.path)
            waiter = gate.wait()
            gateway.process.send_signal(signal.SIGQUIT)
            waiter.release()
            self.assertEqual(gateway.finish(tag).body, b"done")
            # Delivered before the process has run another instruction after the signal was sent.
            self.assertIn("most recent call first", gateway.error_text())
            self.assertIn("in watch", gateway.error_text())

    def test_standard_output_is_not_held_back(self) -> None:
        self.gateway.get("")
        self.assertEqual(self.gateway.process.stdout.readline(), b"a line on standard output\n")

    def test_programs_inherit_neither_descriptors_nor_signal_handling(self) -> None:
        if not os.path.exists("/dev/fd"):
            self.skipTest("no /dev/fd here to count descriptors with")
        with Gateway("lifecycle:child_program") as gateway:
            self.assertEqual(gateway.get("").body, b"True True 0")

    def test_forked_processes_keep_neither_channels_nor_signal_handling(self) -> None:
        with Gateway("lifecycle:forked") as gateway:
            self.assertEqual(gateway.get("").body, b"0 True")
            self.assertEqual(gateway.get("").body, b"0 True")


class End(unittest.TestCase):
    def test_of_every_channel_ends_an_idle_worker_and_runs_exit_handlers(self) -> None:
        gateway = Gateway("lifecycle:prints", lanes=2)
        gateway.ready()
        for channel in (gateway.control, *gateway.lanes):
            channel.socket.close()
        gateway.process.wait(DEADLINE_SECONDS)
        self.assertEqual(gateway.error_text(), "exit handler ran\n")
        self.assertEqual(gateway.end(), 0)

    def test_of_the_control_channel_alone_lets_running_requests_end(self) -> None:
        with Gate() as gate:
            gateway = Gateway("dispatch", lanes=2)
            gateway.ready()
            running = gateway.start(TEST_APP="gated:before", TEST_GATE=gate.path)
            waiter = gate.wait()
            gateway.start(TEST_APP="conforming:one_part")
            gateway.control.socket.close()
            gateway.lanes[0].wait_until_closed_for_sending()
            waiter.release()
            self.assertEqual(gateway.finish(running).body, b"done")
            self.assertRaises(EOFError, gateway.lanes[0].receive)
            self.assertEqual(gateway.end(), 0)

    def test_stops_a_response_that_nobody_reads_any_more(self) -> None:
        gateway = Gateway("lifecycle:endless")
        gateway.ready()
        gateway.start()
        gateway.lanes[0].receive()
        self.assertEqual(gateway.end(), 0)

    def test_shows_the_stacks_of_an_application_that_does_not_end(self) -> None:
        with Gate() as gate:
            gateway = Gateway("lifecycle:stuck", entry=("-c", WITH_SHORT_GRACE))
            gateway.ready()
            gateway.start(TEST_GATE=gate.path)
            gate.wait().release()
            gateway.control.socket.close()
            self.assertEqual(gateway.process.wait(DEADLINE_SECONDS), 1)
            text = gateway.error_text()
            self.assertIn("in stuck", text)
            self.assertNotIn("exit handler ran", text)
            gateway.end()

    def test_by_a_crash_shows_the_stack(self) -> None:
        gateway = Gateway("lifecycle:crashes")
        gateway.ready()
        gateway.start()
        self.assertEqual(gateway.process.wait(DEADLINE_SECONDS), -signal.SIGSEGV)
        self.assertIn("in crashes", gateway.error_text())
        gateway.end()

    def test_by_sigabrt_shows_the_stacks_even_of_an_application_stuck_in_c(self) -> None:
        with Gate() as gate:
            gateway = Gateway("lifecycle:stuck_in_c", lanes=2)
            gateway.ready()
            gateway.start(TEST_GATE=gate.path)
            gate.wait().release()
            gateway.process.send_signal(signal.SIGABRT)
            self.assertEqual(gateway.process.wait(DEADLINE_SECONDS), -signal.SIGABRT)
            text = gateway.error_text()
            self.assertEqual(text.count("hread 0x"), 3, "main thread, second lane and control thread")
            self.assertIn("in stuck_in_c", text)
            gateway.end()

    def test_comes_with_the_death_of_the_gateway(self) -> None:
        apps = ["stuck"]
        if sys.platform.startswith("linux"):
            apps.append("stuck_in_c")  # only the kernel can end it, and only Linux can be asked to
        for app in apps:
            with self.subTest(app):
                gateway = subprocess.Popen(
                    [sys.executable, "-m", "tests.doomed_gateway", f"lifecycle:{app}"],
                    cwd=PYTHON_DIRECTORY,
                    stdout=subprocess.PIPE,
                )
                self.addCleanup(gateway.wait)
                self.addCleanup(gateway.kill)
                with gateway.stdout as output:
                    self.assertEqual(output.readline(), b"stuck\n")
                    gateway.kill()
                    ready, _, _ = select.select([output], [], [], DEADLINE_SECONDS)
                    self.assertTrue(ready, "the worker outlives its gateway")
                    self.assertEqual(output.read(), b"")


class WireErrors(unittest.TestCase):
    def assert_gives_up(self, gateway: Gateway, message: str) -> None:
        self.assertEqual(gateway.process.wait(DEADLINE_SECONDS), 4)
        self.assertIn(message, gateway.error_text())
        gateway.end()

    def test_on_a_lane_end_the_worker(self) -> None:
        block = b"\0\0\0\0"
        for frames, message in (
            (b"\0\0\0\0\x09\0\0\1", "frame of type 9 does not belong here"),
            (pack_frame(0x0100, 1, b"\0\0\0\5A\0B\0"), "its block would end at 9"),
            (pack_frame(0x0100, 1, b"\0\0\0\4\0B\0C"), "does not end where a value ends"),
            (pack_frame(0x0100, 1, b"\0\0\0\3\0B\0"), "a variable of a REQUEST has no name"),
            (pack_frame(0x0200, 7, b"x"), "BODY for request 7, which has no body open"),
            (pack_frame(0x0104, 1, block) + pack_frame(0x0200, 2, b"x"), "BODY for request 2"),
            (pack_frame(0x0104, 1, block) + pack_frame(0x0100, 2, block), "request 2 arrived before the body"),
        ):
            with self.subTest(message):
                gateway = Gateway("dispatch")
                gateway.ready()
                gateway.lanes[0].send(frames)
                self.assert_gives_up(gateway, message)

    def test_on_the_control_channel_end_the_worker(self) -> None:
        for frame, message in (
            (pack_frame(0x3000, 0), "frame of type 48 does not belong here"),
            (pack_frame(0x2000, 1), "there is no lane 1"),
            (pack_frame(0x2100, 0, b"x"), "CANCEL with 1 bytes; 2 expected"),
        ):
            with self.subTest(message):
                gateway = Gateway("dispatch")
                gateway.ready()
                gateway.control.send(frame)
                self.assert_gives_up(gateway, message)

    def test_cannot_be_swallowed_by_an_application(self) -> None:
        gateway = Gateway("lifecycle:swallows")
        gateway.ready()
        tag = gateway.start(b"", REQUEST_STREAM)
        gateway.send_body(tag + 1, b"x")
        self.assert_gives_up(gateway, f"BODY for request {tag + 1}")
