"""Records and pairs of FastCGI, against the golden cases that the FastCGI package of the gateway is held to."""

from __future__ import annotations

import json
import random
import unittest

from sluice.flup._fastcgi import (
    BEGIN_REQUEST,
    CONTENT_BYTES_MAX,
    END_REQUEST,
    PARAMS,
    STDIN,
    FastCgiError,
    PairReader,
    RecordReader,
    pack_begin,
    pack_end,
    pack_pair,
    pack_params,
    pack_record,
    pack_stream,
    pack_unknown_type,
    unpack_begin,
    unpack_end,
)
from tests import PYTHON_DIRECTORY
from tests.cuts import cuts

GOLDEN_FILE = PYTHON_DIRECTORY.parent / "packages" / "fastcgi" / "test" / "vectors" / "fastcgi.json"
GOLDEN = {case["id"]: case for case in json.loads(GOLDEN_FILE.read_text(encoding="utf-8"))}


def golden(name: str) -> bytes:
    text = GOLDEN[name]["bytes"]
    parts = []
    for word in text.replace("{", "\n{").replace("}", "}\n").split("\n"):
        if word.startswith("{"):
            byte, times = word[1:-1].split(" x")
            parts.append(bytes.fromhex(byte) * int(times))
        else:
            parts.append(bytes.fromhex(word))
    return b"".join(parts)


def records_of(data: bytes) -> list:
    """Decode without a decoder: what complete records hold, one after the other."""
    records = []
    while len(data) >= 8:
        length = data[4] << 8 | data[5]
        size = 8 + length + data[6]
        if len(data) < size:
            break
        records.append((data[1], data[2] << 8 | data[3], data[8 : 8 + length]))
        data = data[size:]
    return records


def read(pieces: list) -> tuple:
    reader = RecordReader()
    records = []
    for piece in pieces:
        records += reader.feed(piece)
    return records, reader.is_between_records


def read_pairs(contents: list, **limits: int) -> list:
    reader = PairReader(**limits)
    for content in contents:
        reader.feed(content)
    return reader.finish()


def params_of(name: str) -> list:
    return [content for kind, _, content in records_of(golden(name)) if kind == PARAMS]


class GoldenRecords(unittest.TestCase):
    def test_every_cut_gives_the_same_records(self) -> None:
        for name in GOLDEN:
            if name == "F41":
                continue
            data = golden(name)
            expected = records_of(data), name not in ("F46", "F47")
            for pieces in cuts(data):
                with self.subTest(name, pieces=len(pieces)):
                    self.assertEqual(read(pieces), expected)

    def test_another_version_is_refused_in_every_cut(self) -> None:
        for pieces in cuts(golden("F41")):
            with self.assertRaises(FastCgiError) as caught:
                read(pieces)
            self.assertEqual(caught.exception.reason, "version")

    def test_begin_and_end_are_eight_bytes(self) -> None:
        def content(name: str) -> bytes:
            return records_of(golden(name))[-1][2]

        self.assertEqual(unpack_begin(content("F01")), (1, 0))
        self.assertEqual(unpack_begin(content("F05")), (1, 0xFF))
        self.assertEqual(unpack_end(content("F65")), (0, 0xFFFFFFFF))
        for unpack, name in ((unpack_begin, "F09"), (unpack_end, "F66")):
            with self.subTest(name), self.assertRaises(FastCgiError) as caught:
                unpack(content(name))
            self.assertEqual(caught.exception.reason, "content")

    def test_what_is_packed_are_the_bytes_of_the_cases(self) -> None:
        self.assertEqual(pack_begin(1), golden("F01"))
        self.assertEqual(pack_begin(1, flags=1), golden("F02"))
        self.assertEqual(pack_begin(2, role=2), golden("F03"))
        self.assertEqual(pack_record(STDIN, 1, b"hello"), golden("F30"))
        self.assertEqual(pack_end(1), golden("F63"))
        self.assertEqual(pack_end(1, app_status=0xFFFFFFFF), golden("F65"))
        for name in ("F42", "F43"):
            self.assertEqual(pack_unknown_type(golden(name)[1]).hex(), GOLDEN[name]["sent"])


class GoldenPairs(unittest.TestCase):
    def test_pairs_are_those_of_the_case_wherever_records_cut_them(self) -> None:
        for name, case in GOLDEN.items():
            texts = [line.partition(" keep=")[2].partition(" ")[2] for line in case["log"] if " keep=" in line]
            for text in filter(None, texts[:1]):
                expected = [tuple(pair.split("=")) for pair in text.split("&")]
                block = b"".join(
                    [content for kind, number, content in records_of(golden(name)) if kind == PARAMS and number == 1]
                )
                for pieces in [params_of(name)[:1] if name == "F58" else params_of(name), *cuts(block)]:
                    with self.subTest(name, pieces=len(pieces)):
                        pairs = [(key.decode("latin-1"), value.decode("latin-1")) for key, value in read_pairs(pieces)]
                        self.assertEqual(pairs, expected)

    def test_lengths_are_refused_before_their_bytes_come(self) -> None:
        reader = PairReader()
        with self.assertRaises(FastCgiError) as caught:
            reader.feed(params_of("F25")[0])
        self.assertEqual(caught.exception.reason, "limit")
        reader = PairReader(bytes_max=100)
        with self.assertRaises(FastCgiError):
            reader.feed(b"\x64")

    def test_a_pair_that_ends_too_soon_is_refused(self) -> None:
        for pieces in cuts(params_of("F29")[0]):
            with self.assertRaises(FastCgiError) as caught:
                read_pairs(pieces)
            self.assertEqual(caught.exception.reason, "params")

    def test_bytes_and_number_of_pairs_are_bounded(self) -> None:
        pair = pack_pair(b"A", b"b")
        self.assertEqual(len(read_pairs([pair * 5], bytes_max=20, pairs_max=5)), 5)
        for limits in ({"bytes_max": 19}, {"pairs_max": 4}):
            with self.assertRaises(FastCgiError) as caught:
                read_pairs([pair * 5], **limits)
            self.assertEqual(caught.exception.reason, "limit")

    def test_both_forms_of_a_length_have_their_border_at_128(self) -> None:
        self.assertEqual(pack_record(PARAMS, 1, pack_pair(b"K", b"a" * 127))[8:138], golden("F17")[8:])
        self.assertEqual(pack_record(PARAMS, 1, pack_pair(b"K", b"a" * 128))[8:142], golden("F18")[8:])

    def test_random_pairs_survive_any_records(self) -> None:
        seed = random.randrange(1 << 32)
        dice = random.Random(seed)
        with self.subTest(seed=seed):
            pairs = [
                (dice.randbytes(dice.choice((0, 9, 200))), dice.randbytes(dice.choice((0, 127, 128, 3000))))
                for _ in range(100)
            ]
            self.assertEqual(
                read_pairs([content for _, _, content in records_of(b"".join(pack_params(1, pairs)))]), pairs
            )
            block = b"".join([pack_pair(*pair) for pair in pairs])
            pieces = []
            while block:
                size = dice.randrange(1, 2000)
                pieces.append(block[:size])
                block = block[size:]
            self.assertEqual(read_pairs(pieces), pairs)


class Packing(unittest.TestCase):
    def test_no_pair_straddles_two_records_and_no_record_is_too_long_for_php(self) -> None:
        pairs = [(b"N%d" % number, b"v" * 9000) for number in range(40)]
        records = list(pack_params(1, pairs))
        self.assertEqual(records[-1], golden("F23"))
        found = []
        for record in records[:-1]:
            self.assertLessEqual(len(record) - 8, 65535)
            found += read_pairs([content for _, _, content in records_of(record)])
        self.assertEqual(found, pairs)
        self.assertEqual(len(records), 7)

    def test_a_pair_may_fill_a_record_and_not_more(self) -> None:
        room = CONTENT_BYTES_MAX - len(pack_pair(b"K", b"v" * 200)) + 200
        self.assertEqual(len(list(pack_params(1, [(b"K", b"v" * room)]))), 2)
        with self.assertRaisesRegex(ValueError, r"^K takes 65529 bytes; a FastCGI parameter has at most 65528"):
            list(pack_params(1, [(b"K", b"v" * (room + 1))]))

    def test_a_stream_is_cut_into_records_and_not_ended(self) -> None:
        data = random.Random(1).randbytes(2 * CONTENT_BYTES_MAX + 1)
        records = records_of(b"".join(pack_stream(STDIN, 3, data)))
        self.assertEqual([len(content) for _, _, content in records], [CONTENT_BYTES_MAX, CONTENT_BYTES_MAX, 1])
        self.assertEqual(b"".join([content for _, _, content in records]), data)
        self.assertEqual({(kind, number) for kind, number, _ in records}, {(STDIN, 3)})
        self.assertEqual(list(pack_stream(STDIN, 3, b"")), [])

    def test_records_are_padded_to_eight_bytes(self) -> None:
        for size in range(20):
            record = pack_record(END_REQUEST, 9, b"x" * size)
            self.assertEqual(len(record) % 8, 0)
            self.assertEqual(
                records_of(record + pack_begin(9)), [(END_REQUEST, 9, b"x" * size), records_of(pack_begin(9))[0]]
            )
        self.assertEqual(records_of(pack_begin(9))[0][0], BEGIN_REQUEST)
