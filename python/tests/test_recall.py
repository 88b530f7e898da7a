"""Look-ahead and recall: each request is begun once or returned, whatever happens when (wire section 7)."""

from __future__ import annotations

import os
import random
import selectors
import tempfile
import unittest
from dataclasses import dataclass, field

from sluice._wire import BODY_IN_END, REQUEST_STREAM, RETURNED, pack_block, pack_frame
from tests.gate import Gate, Waiter
from tests.gateway import VARIABLES, Gateway, Result
from tests.support import WorkerTestCase

ROUNDS = 12
STEPS = 60


class Recall(WorkerTestCase):
    def setUp(self) -> None:
        self.gate = Gate()
        self.addCleanup(self.gate.__exit__)

    def hold(self) -> tuple[int, Waiter]:
        tag = self.gateway.start(TEST_APP="gated:before", TEST_GATE=self.gate.path)
        return tag, self.gate.wait()

    def test_of_an_idle_lane_returns_nothing(self) -> None:
        self.assertEqual(self.gateway.recall(), [])

    def test_returns_what_waits_behind_a_running_request_oldest_first(self) -> None:
        running, waiter = self.hold()
        waiting = [self.gateway.start(TEST_APP="conforming:one_part") for _ in range(3)]
        self.assertEqual(self.gateway.recall(), waiting)
        self.assertEqual(self.gateway.recall(), [])
        waiter.release()
        self.assertEqual(self.gateway.finish(running).body, b"done")

    def test_returns_what_the_thread_has_read_with_the_running_request(self) -> None:
        block = pack_block({**VARIABLES, "TEST_APP": "gated:before", "TEST_GATE": self.gate.path})
        payload = len(block).to_bytes(4, "big") + block
        tags = [self.gateway.next_tag() for _ in range(3)]
        self.gateway.lanes[0].send(b"".join([pack_frame(0x0100, tag, payload) for tag in tags]))
        waiter = self.gate.wait()
        self.assertEqual(self.gateway.recall(), tags[1:])
        waiter.release()
        self.assertEqual(self.gateway.finish(tags[0]).body, b"done")

    def test_returns_a_request_larger_than_the_socket_buffer(self) -> None:
        running, waiter = self.hold()
        lane = self.gateway.lanes[0]
        block = pack_block({**VARIABLES, "TEST_APP": "conforming:echo"})
        tag = self.gateway.next_tag()
        frame = pack_frame(0x0100, tag, len(block).to_bytes(4, "big") + block + b"x" * 3_000_000)
        lane.socket.setblocking(False)
        sent = lane.socket.send(frame)  # as much as fits while nobody reads
        self.assertLess(sent, len(frame))
        self.gateway.control.send(pack_frame(0x2000, 0))
        lane.socket.settimeout(30)
        lane.send(frame[sent:])
        self.assertEqual(self.gateway.control.receive(), (RETURNED, 0, tag.to_bytes(2, "big")))
        waiter.release()
        self.assertEqual(self.gateway.finish(running).body, b"done")

    def test_leaves_a_request_that_does_not_arrive_whole(self) -> None:
        running, waiter = self.hold()
        block = pack_block({**VARIABLES, "TEST_APP": "conforming:one_part"})
        tag = self.gateway.next_tag()
        frame = pack_frame(0x0100, tag, len(block).to_bytes(4, "big") + block)
        self.gateway.lanes[0].send(frame[:20])
        self.assertEqual(self.gateway.recall(), [])
        self.gateway.lanes[0].send(frame[20:])
        self.assertEqual(self.gateway.recall(), [tag])
        waiter.release()
        self.assertEqual(self.gateway.finish(running).body, b"done")

    def test_does_not_read_ahead_of_an_application_that_reads_slowly(self) -> None:
        tag = self.gateway.start(b"", REQUEST_STREAM, TEST_APP="gated:before", TEST_GATE=self.gate.path)
        waiter = self.gate.wait()
        lane = self.gateway.lanes[0].socket
        lane.setblocking(False)
        frame = pack_frame(0x0200, tag, b"x" * 100_000)
        sent = 0
        try:
            while True:
                frame_sent = lane.send(frame[sent % len(frame) :])
                sent += frame_sent
        except BlockingIOError:
            pass
        self.assertEqual(self.gateway.recall(), [])
        with self.assertRaises(BlockingIOError):
            lane.send(b"x")
        lane.settimeout(30)
        waiter.release()
        self.assertEqual(self.gateway.finish(tag).body, b"done")
        lane.sendall(frame[sent % len(frame) :] if sent % len(frame) else b"")
        self.gateway.send_body(tag, b"", BODY_IN_END)

    def test_forgets_the_body_of_a_returned_request(self) -> None:
        running, waiter = self.hold()
        tag = self.gateway.start(b"", REQUEST_STREAM, TEST_APP="inputs:read_all")
        self.gateway.send_body(tag, b"some")
        self.assertEqual(self.gateway.recall(), [tag])
        self.gateway.send_body(tag, b"more")
        after = self.gateway.start(TEST_APP="conforming:one_part")
        waiter.release()
        self.assertEqual(self.gateway.finish(running).body, b"done")
        self.assertEqual(self.gateway.finish(after).body, b"hello")


@dataclass
class Sent:
    """A request on its way through the random test."""

    id: str
    is_held: bool
    is_cancelled: bool = False
    result: Result = field(default_factory=Result)


class Round:
    """A random mix of requests, recalls, cancels and releases on one worker, and the account of it."""

    def __init__(self, case: unittest.TestCase, seed: int) -> None:
        self.case = case
        self.dice = random.Random(seed)
        self.lane_count = self.dice.randint(1, 4)
        self.begun_once: dict[str, Result] = {}
        self.unbegun: set[str] = set()
        self.outstanding: dict[tuple[int, int], Sent] = {}
        self.recalls: list[tuple[int, set[int]]] = []
        self.waiters: dict[str, Waiter] = {}
        self.waiting: list[tuple[str, bool]] = []
        self.count = 0

    def run(self) -> None:
        with (
            tempfile.NamedTemporaryFile() as record,
            Gate() as gate,
            Gateway("gated:recorded", lanes=self.lane_count) as gateway,
            selectors.DefaultSelector() as selector,
        ):
            self.gateway = gateway
            self.variables = {"TEST_GATE": gate.path, "TEST_RECORD": record.name}
            self.selector = selector
            selector.register(gate.socket, selectors.EVENT_READ, lambda: self.arrived(gate.wait()))
            selector.register(gateway.control.socket, selectors.EVENT_READ, self.returned)
            for index, lane in enumerate(gateway.lanes):
                selector.register(lane.socket, selectors.EVENT_READ, lambda index=index: self.answered(index))
            for _ in range(STEPS):
                self.dice.choice((self.send, self.send, self.send, self.recall, self.cancel, self.release))()
                self.assign()
                self.look(0)
            while self.outstanding or self.recalls or self.waiting:
                self.release()
                self.assign()
                self.look(30)
            self.check(record.name)

    def line(self, lane: int) -> list[int]:
        return [tag for on, tag in self.outstanding if on == lane]

    def look(self, timeout: float) -> None:
        events = self.selector.select(timeout)
        if timeout and not events:
            self.case.fail(f"nothing happens any more; outstanding: {list(self.outstanding.values())}")
        for key, _ in events:
            key.data()

    def send(self) -> None:
        self.count += 1
        self.waiting.append((str(self.count), self.dice.random() < 0.3))

    def assign(self) -> None:
        """Hand out what waits, but nothing to a lane that has something and owes an answer to a RECALL."""
        recalling = {lane for lane, _ in self.recalls}
        lanes = [each for each in range(self.lane_count) if each not in recalling or not self.line(each)]
        if self.waiting and lanes:
            name, is_held = self.waiting.pop(0)
            lane = self.dice.choice(lanes)
            wait = "1" if is_held else "0"
            tag = self.gateway.start(b"", lane=lane, TEST_ID=name, TEST_WAIT=wait, **self.variables)
            self.outstanding[lane, tag] = Sent(name, is_held)

    def recall(self) -> None:
        lane = self.dice.randrange(self.lane_count)
        self.recalls.append((lane, set(self.line(lane))))
        self.gateway.control.send(pack_frame(0x2000, lane))

    def cancel(self) -> None:
        if self.outstanding:
            lane, tag = self.dice.choice(list(self.outstanding))
            self.outstanding[lane, tag].is_cancelled = True
            self.gateway.cancel(tag, lane)

    def release(self) -> None:
        if self.waiters:
            self.waiters.pop(self.dice.choice(list(self.waiters))).release()

    def arrived(self, waiter: Waiter) -> None:
        self.waiters[waiter.id] = waiter

    def returned(self) -> None:
        for kind, lane, payload in self.gateway.control.read():
            expected_lane, sent_before = self.recalls.pop(0)
            self.case.assertEqual((kind, lane), (RETURNED, expected_lane))
            tags = [int.from_bytes(payload[at : at + 2], "big") for at in range(0, len(payload), 2)]
            line = self.line(lane)
            start = line.index(tags[0]) if tags else 0
            self.case.assertEqual(tags, line[start : start + len(tags)], "not in line, or not in order")
            left = line[start + len(tags) :]
            if tags:
                self.case.assertFalse(sent_before.intersection(left), "left behind what was returned")
            for tag in tags:
                sent = self.outstanding.pop((lane, tag))
                self.case.assertIsNone(sent.result.status, "a request that has answered was returned")
                self.waiting.insert(0, (sent.id, sent.is_held))  # what was returned runs elsewhere

    def answered(self, lane: int) -> None:
        for kind, tag, payload in self.gateway.lanes[lane].read():
            sent = self.outstanding[lane, tag]
            self.case.assertEqual(tag, self.line(lane)[0], "out of order")
            if sent.result.take(kind, payload):
                del self.outstanding[lane, tag]
                self.finished(sent)

    def finished(self, sent: Sent) -> None:
        self.case.assertNotIn(sent.id, self.begun_once)
        result = sent.result
        if result.failure is not None:
            self.case.assertTrue(sent.is_cancelled and result.is_cancelled, result.failure)
        else:
            self.case.assertEqual(result.body, b"firstsecond")
        if result.status is None:
            self.unbegun.add(sent.id)  # as far as can be seen here; the record knows
        self.begun_once[sent.id] = result

    def check(self, record: str) -> None:
        with open(record, encoding="ascii") as file:
            begun = file.read().split()
        self.case.assertEqual(len(begun), len(set(begun)), "a request was begun twice")
        ended = set(self.begun_once)
        self.case.assertEqual(ended, {str(each + 1) for each in range(self.count)}, "a request was lost")
        self.case.assertLessEqual(ended - self.unbegun, set(begun))
        self.case.assertLessEqual(set(begun), ended)


class RandomRecalls(unittest.TestCase):
    def test_each_request_is_begun_once_and_ends_once(self) -> None:
        for _ in range(ROUNDS):
            seed = int(os.environ.get("SLUICE_TEST_SEED") or random.randrange(1 << 32))
            with self.subTest(SLUICE_TEST_SEED=seed):
                Round(self, seed).run()
