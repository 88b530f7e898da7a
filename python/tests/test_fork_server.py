"""The fork server: what its workers share, what they do not, and how each of them ends (wire section 10)."""

from __future__ import annotations

import json
import os
import signal
import unittest

from sluice import __version__
from sluice._wire import EXITED, FORK, FORK_FAILED, FORKED, LOAD_FAILED, pack_frame
from tests.fork_gateway import ForkGateway
from tests.gate import Gate
from tests.gateway import DEADLINE_SECONDS


class Load(unittest.TestCase):
    def test_says_who_it_is(self) -> None:
        with ForkGateway("preloaded:application") as gateway:
            self.assertEqual(gateway.facts["pid"], str(gateway.process.pid))
            self.assertEqual(gateway.facts["worker"], __version__)
            self.assertNotIn("threads", gateway.facts)

    def test_names_the_threads_that_workers_will_miss(self) -> None:
        with ForkGateway("threaded:application") as gateway:
            self.assertEqual((gateway.facts["threads"], gateway.facts["thread_names"]), ("1", "left behind"))
            self.assertEqual(gateway.fork().get().body, b"1")  # the lane: applications do not see the control thread

    def test_says_why_the_application_cannot_be_loaded(self) -> None:
        gateway = ForkGateway("not_there:application")
        self.addCleanup(gateway.end)
        self.assertIn(b"No module named 'not_there'", gateway.expect(LOAD_FAILED, 0))
        self.assertEqual(gateway.process.wait(DEADLINE_SECONDS), 3)

    def test_refuses_words_it_does_not_know(self) -> None:
        for words, message in (
            (("lanes=4",), "'lanes=4' is not one of control=, threads=, meeting=, app="),
            (("threads=x",), "not a number: 'x'"),
            (("meeting=",), "meeting= is missing"),
        ):
            with self.subTest(words):
                gateway = ForkGateway("preloaded:application", words=words)
                self.addCleanup(gateway.end)
                self.assertRaises(EOFError, gateway.control.receive)
                self.assertEqual(gateway.process.wait(DEADLINE_SECONDS), 2)
                self.assertIn(message, gateway.error_text())


class Workers(unittest.TestCase):
    def setUp(self) -> None:
        self.gateway = ForkGateway("preloaded:application", threads=2, words=("multiprocess=1",))
        self.addCleanup(self.gateway.end)
        self.gateway.loaded()

    def process(self, tag: int) -> dict:
        worker = self.gateway.fork(tag)
        pid = int.from_bytes(self.gateway.expect(FORKED, tag), "big")
        self.assertEqual(worker.ready()["pid"], str(pid))
        seen: dict = json.loads(worker.get(PATH_INFO="/process").body)
        self.assertEqual(seen["pid"], pid)
        return seen

    def test_share_the_import_and_are_processes_of_their_own(self) -> None:
        one, other = self.process(1), self.process(2)
        self.assertEqual({one["imported_by"], other["imported_by"]}, {self.gateway.process.pid})
        self.assertEqual(len({one["pid"], other["pid"], self.gateway.process.pid}), 3)
        self.assertEqual(one["session"], one["pid"])
        self.assertEqual(one["threads"], ["MainThread", "sluice-lane-1"])
        self.assertTrue(one["multiprocess"])

    def test_have_chance_of_their_own(self) -> None:
        self.assertNotEqual(self.process(1)["random"], self.process(2)["random"])

    def test_share_objects_that_the_collector_leaves_alone(self) -> None:
        seen = self.process(1)
        self.assertTrue(seen["is_collecting"])
        self.assertGreater(seen["frozen"], 1000)

    def test_have_their_channels_open_and_nothing_of_the_fork_server(self) -> None:
        # Standard streams, the control channel, two lanes, and what listing the directory opens.
        self.assertEqual(len(self.process(1)["open"]), 3 + 1 + 2 + 1)

    def test_print_where_the_gateway_knows_them(self) -> None:
        worker = self.gateway.fork()
        self.assertEqual(worker.get(PATH_INFO="/prints").body, b"printed")
        self.assertEqual(worker.stdout.recv(100), b"from a worker\n")
        self.assertEqual(worker.stderr.recv(100), b"error of a worker\n")

    def test_hear_of_their_own_children_as_the_application_wants_it(self) -> None:
        self.assertEqual(self.gateway.fork().get(PATH_INFO="/hears_of_children").body, b"1")

    def test_leave_sigterm_to_the_gateway(self) -> None:
        worker = self.gateway.fork()
        pid = int(worker.ready()["pid"])
        os.kill(pid, signal.SIGTERM)
        os.kill(self.gateway.process.pid, signal.SIGTERM)
        self.assertEqual(worker.get(PATH_INFO="/prints").body, b"printed")


class Ends(unittest.TestCase):
    def setUp(self) -> None:
        self.gateway = ForkGateway("preloaded:application")
        self.addCleanup(self.gateway.end)
        self.gateway.loaded()

    def test_by_exit_status_and_by_signal_are_reported(self) -> None:
        worker = self.gateway.fork(7)
        self.gateway.expect(FORKED, 7)
        worker.start(PATH_INFO="/exits")
        self.assertEqual(self.gateway.expect(EXITED, 7), bytes((7, 0)))
        self.gateway.fork(8)
        os.kill(int.from_bytes(self.gateway.expect(FORKED, 8), "big"), signal.SIGKILL)
        self.assertEqual(self.gateway.expect(EXITED, 8), bytes((0, signal.SIGKILL)))

    def test_of_a_worker_whose_gateway_lets_it_go_run_its_exit_handlers(self) -> None:
        worker = self.gateway.fork()
        worker.ready()
        self.gateway.expect(FORKED)
        for channel in (worker.control, *worker.lanes):
            channel.socket.close()
        self.assertEqual(self.gateway.expect(EXITED), bytes((0, 0)))
        self.assertEqual(worker.stderr.recv(100), b"exit handler ran\n")

    def test_of_the_fork_server_come_after_those_of_its_workers_once_it_is_released(self) -> None:
        worker = self.gateway.fork()
        worker.ready()
        self.gateway.expect(FORKED)
        self.gateway.release()
        self.assertEqual(worker.get(PATH_INFO="/prints").body, b"printed")
        self.assertIsNone(self.gateway.process.poll())
        for channel in (worker.control, *worker.lanes):
            channel.socket.close()
        self.assertEqual(self.gateway.expect(EXITED), bytes((0, 0)))
        self.assertEqual(self.gateway.process.wait(DEADLINE_SECONDS), 0)
        self.assertNotIn("exit handler", self.gateway.error_text())
        self.assertFalse(os.path.exists(self.gateway.directory))

    def test_of_a_fork_server_that_is_released_early_come_at_once(self) -> None:
        self.gateway.release()
        self.assertEqual(self.gateway.process.wait(DEADLINE_SECONDS), 0)

    def test_of_workers_come_with_that_of_the_gateway(self) -> None:
        worker = self.gateway.fork()
        worker.ready()
        self.gateway.control.socket.close()
        self.assertEqual(self.gateway.process.wait(DEADLINE_SECONDS), 0)
        self.assertEqual(worker.stderr.recv(100), b"")  # killed: nothing of it runs any more

    def test_come_at_once_when_the_gateway_breaks_the_wire(self) -> None:
        for frame in (pack_frame(FORK, 1, b"short"), pack_frame(0x2000, 0)):
            with self.subTest(frame), ForkGateway("preloaded:application") as gateway:
                gateway.control.send(frame)
                self.assertEqual(gateway.process.wait(DEADLINE_SECONDS), 4)
                self.assertIn("fork server: ", gateway.error_text())


class Stuck(unittest.TestCase):
    def test_workers_do_not_outlive_the_gateway_even_if_they_hold_the_interpreter(self) -> None:
        with Gate() as gate, ForkGateway("lifecycle:stuck_in_c") as gateway:
            worker = gateway.fork()
            worker.start(TEST_GATE=gate.path)
            waiter = gate.wait()
            waiter.release()
            gateway.control.socket.close()
            self.assertEqual(gateway.process.wait(DEADLINE_SECONDS), 0)
            self.assertEqual(worker.lanes[0].socket.recv(1), b"")

    def test_a_fork_that_the_system_refuses_is_reported(self) -> None:
        if os.geteuid() == 0:
            self.skipTest("root has no limit of processes")
        with ForkGateway("preloaded:application", words=("limits=nproc:0",)) as gateway:
            gateway.control.send(pack_frame(FORK, 3, b"0" * 32))
            self.assertIn(b"cannot fork", gateway.expect(FORK_FAILED, 3))


if __name__ == "__main__":
    unittest.main()
