"""The frame codec against the vectors that the gateway's codec is tested with too."""

from __future__ import annotations

import json
import random
import unittest

from sluice._environ import parse_request
from sluice._exceptions import WireError
from sluice._wire import (
    ATTACHED_LIMITS,
    CONTROL_SIZES,
    FAILED,
    FORK_SIZES,
    LANE_LIMITS,
    REQUEST,
    RETURNED,
    TEXT_BYTES_MAX,
    FrameReader,
    check_fork,
    pack_block,
    pack_exit,
    pack_file,
    pack_frame,
    pack_pid,
    pack_tags,
    pack_text,
    unpack_cancel,
)
from tests import VECTORS_FILE
from tests.cuts import cuts
from tests.gateway import (
    FROM_CONTROL,
    FROM_FORK_SERVER,
    FROM_LANE,
    FROM_MEETING,
    check_announced,
    split_file,
    split_response,
)

VECTORS = json.loads(VECTORS_FILE.read_text(encoding="utf-8"))
LIMITS = {
    ("lane", "to-worker"): LANE_LIMITS,
    ("lane", "from-worker"): FROM_LANE,
    ("control", "to-worker"): CONTROL_SIZES,
    ("control", "from-worker"): FROM_CONTROL,
    ("fork-server", "to-worker"): FORK_SIZES,
    ("attached", "to-worker"): ATTACHED_LIMITS,
    ("fork-server", "from-worker"): FROM_FORK_SERVER,
    ("meeting", "from-worker"): FROM_MEETING,
}

# Sizes of payloads that only the gateway reads.
EXACT = {81: (4,), 83: (0, 2), 96: (32,)}


def read(vector: dict, pieces: list) -> list:
    """Feed a vector's reader with pieces, and look into the payloads as their receivers would."""
    reader = FrameReader(LIMITS[vector["channel"], vector["direction"]])
    seen = b""
    frames = []
    for piece in pieces:
        seen += piece
        if not frames:
            check_announced(seen)
        frames += reader.feed(piece)
    for kind, _, payload in frames:
        look_into(kind >> 8, kind, payload)
    return [(kind, tag, whole(payload)) for kind, tag, payload in frames]


def whole(payload: object) -> bytes:
    """Return a payload in one piece, however it came."""
    return payload if isinstance(payload, bytes) else payload[0] + payload[1].read()


def look_into(frame_type: int, kind: int, payload: bytes) -> None:
    if frame_type == 1:
        parse_request(payload, {})
    elif frame_type == 16:
        split_response(payload)
    elif frame_type == 20:
        split_file(payload)
    elif frame_type == 33:
        unpack_cancel(kind, payload)
    elif frame_type in (64, 65):
        check_fork(kind, payload)
    elif frame_type in EXACT and len(payload) not in EXACT[frame_type]:
        raise WireError("payload", f"{len(payload)} bytes")
    elif frame_type == 81 and not 2 <= int.from_bytes(payload, "big") < 1 << 31:
        raise WireError("payload", "not a process id")
    elif frame_type in (48, 80) and not payload.endswith(b"\0"):
        raise WireError("payload", "a block that does not end")
    elif frame_type == 49 and len(payload) % 2:
        raise WireError("payload", "half a tag")


class LargeRequests(unittest.TestCase):
    def test_bodies_that_come_in_pieces_are_whole_and_apart_from_what_follows(self) -> None:
        block = pack_block({"REQUEST_METHOD": "POST"})
        payloads = [
            len(block).to_bytes(4, "big") + block + bytes([fill]) * size for fill, size in ((1, 90_000), (2, 70_001))
        ]
        frames = [(REQUEST, tag, payload) for tag, payload in enumerate(payloads)]
        data = b"".join(pack_frame(*frame) for frame in frames)
        chance = random.Random(7)
        for largest in (20, 1000, 65_536, len(data)):
            reader = FrameReader(LANE_LIMITS)
            got = []
            at = 0
            while at < len(data):
                size = chance.randint(1, largest)
                got += reader.feed(data[at : at + size])
                at += size
            with self.subTest(largest=largest):
                self.assertTrue(reader.is_between_frames)
                self.assertEqual([(kind, tag, whole(payload)) for kind, tag, payload in got], frames)

    def test_body_that_comes_in_one_piece_is_apart(self) -> None:
        block = pack_block({"REQUEST_METHOD": "POST"})
        body = bytes(60_000)
        payload = len(block).to_bytes(4, "big") + block + body
        frames = FrameReader(LANE_LIMITS).feed(pack_frame(REQUEST, 1, payload) + pack_frame(REQUEST, 2, payload))
        for _, _, (start, rest) in frames:
            self.assertEqual((start + body, rest.read()), (payload, body))
        self.assertEqual(len(frames), 2)

    def test_block_that_is_longer_than_its_frame_is_refused(self) -> None:
        payload = (60_001).to_bytes(4, "big") + bytes(60_000)
        [(_, _, got)] = FrameReader(LANE_LIMITS).feed(pack_frame(REQUEST, 1, payload))
        with self.assertRaisesRegex(WireError, "its block would end"):
            parse_request(got, {})


class ValidVectors(unittest.TestCase):
    def test_every_cut_gives_the_same_frame(self) -> None:
        for vector in VECTORS["valid"]:
            data = bytes.fromhex(vector["hex"])
            frame = vector["frame"]
            expected = (frame["type"] << 8 | frame["flags"], frame["tag"], bytes.fromhex(frame["payload"]))
            for pieces in cuts(data):
                with self.subTest(vector["name"], pieces=len(pieces)):
                    self.assertEqual(read(vector, pieces), [expected])

    def test_trailing_bytes_wait_for_the_next_frame(self) -> None:
        for vector in VECTORS["valid"]:
            data = bytes.fromhex(vector["hex"])
            with self.subTest(vector["name"]):
                self.assertEqual(read(vector, [data + data[:5], data[5:]]), read(vector, [data]) * 2)

    def test_packing_gives_the_bytes_of_the_vector(self) -> None:
        for vector in VECTORS["valid"]:
            frame = vector["frame"]
            kind = frame["type"] << 8 | frame["flags"]
            with self.subTest(vector["name"]):
                packed = pack_frame(kind, frame["tag"], bytes.fromhex(frame["payload"]))
                self.assertEqual(packed.hex(), vector["hex"])

    def test_payloads_mean_what_the_vector_says(self) -> None:
        for vector in VECTORS["valid"]:
            kind = vector["frame"]["type"] << 8 | vector["frame"]["flags"]
            payload = bytes.fromhex(vector["frame"]["payload"])
            with self.subTest(vector["name"]):
                if "variables" in vector:
                    environ, rest = parse_request(payload, {})
                    self.assertEqual([list(pair) for pair in environ.items()], vector["variables"])
                    self.assertEqual(rest.hex(), vector["rest"])
                if "file" in vector:
                    head, place, path = split_file(payload)
                    device, inode, offset, size = place
                    numbers = {"device": str(device), "inode": str(inode), "offset": offset, "length": size}
                    self.assertEqual({**numbers, "path": path.hex()}, vector["file"])
                    self.assertEqual(head.decode("latin-1"), vector["head"])
                    self.assertEqual(pack_file(vector["frame"]["tag"], head, place, path).hex(), vector["hex"])
                elif "head" in vector:
                    head, body = split_response(payload)
                    self.assertEqual(head.decode("latin-1"), vector["head"])
                    self.assertEqual(body.hex(), vector["body"])
                if "text" in vector:
                    self.assertEqual(pack_text(kind, vector["frame"]["tag"], vector["text"]).hex(), vector["hex"])
                if "request" in vector:
                    self.assertEqual(unpack_cancel(kind, payload), vector["request"])
                if "pid" in vector:
                    self.assertEqual(pack_pid(vector["pid"]), payload)
                if vector.get("exit"):
                    code, number = vector["exit"]["code"], vector["exit"]["signal"]
                    self.assertEqual(pack_exit(code << 8 | number), payload)
                if "block" in vector:
                    self.assertEqual(pack_block(dict(vector["block"])), payload)
                if "tags" in vector:
                    self.assertEqual(pack_frame(RETURNED, 0, pack_tags(vector["tags"]))[8:], payload)


class InvalidVectors(unittest.TestCase):
    def test_every_cut_is_refused_for_the_reason_of_the_vector(self) -> None:
        for vector in VECTORS["invalid"]:
            for pieces in cuts(bytes.fromhex(vector["hex"])):
                with self.subTest(vector["name"], pieces=len(pieces)):
                    with self.assertRaises(WireError) as caught:
                        read(vector, pieces)
                    self.assertEqual(caught.exception.reason, vector["reason"])


class Reader(unittest.TestCase):
    def test_random_frames_survive_random_cuts(self) -> None:
        seed = random.randrange(1 << 32)
        dice = random.Random(seed)
        with self.subTest(seed=seed):
            frames = [
                (dice.choice(list(FROM_LANE)), dice.randrange(1 << 16), dice.randbytes(dice.choice((0, 1, 300))))
                for _ in range(200)
            ]
            data = b"".join([pack_frame(*frame) for frame in frames])
            reader = FrameReader(FROM_LANE)
            got = []
            while data:
                size = dice.randrange(1, 1000)
                got += reader.feed(data[:size])
                data = data[size:]
            self.assertEqual(got, frames)

    def test_a_text_too_long_keeps_its_beginning_and_its_end(self) -> None:
        packed = pack_text(FAILED, 1, "first" + "\N{SNOWMAN}" * TEXT_BYTES_MAX + "last")
        self.assertLessEqual(len(packed), 8 + TEXT_BYTES_MAX)
        text = packed[8:].decode()
        self.assertTrue(text.startswith("first") and text.endswith("last") and "[...]" in text)

    def test_text_that_is_not_unicode_is_shown_escaped(self) -> None:
        self.assertEqual(pack_text(FAILED, 1, "\ud800")[8:], b"\\ud800")
