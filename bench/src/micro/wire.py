"""How fast a worker reads requests and writes responses. A REQUEST frame comes by standard input; prints JSON."""

import json
import sys
import time

from sluice._environ import make_base, parse_request
from sluice._response import Response
from sluice._wire import LANE_LIMITS, FrameReader

ROUNDS = 5
ROUND_SECONDS = 0.4
COUNT = 200
BODY = b"Hello, world\n"


class SilentLane:
    """As much of a lane as a response needs."""

    cancelled = frozenset()
    size = 0

    def finish(self, prefix, body=b""):
        self.size = len(prefix) + len(body)


def read_requests(frame):
    base = make_base(None, False, True)
    data = frame * COUNT

    def work():
        frames = FrameReader(LANE_LIMITS).feed(data)
        for _kind, _tag, payload in frames:
            parse_request(payload, base)
        return len(frames)

    return work


def write_responses(lane):
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(BODY)))]

    def work():
        for tag in range(COUNT):
            response = Response(lane, tag, False)
            response.start_response("200 OK", headers)
            response.send_parts([BODY])
        return COUNT

    return work


def rounds(work):
    """Frames a second of CPU time, one number for each round."""
    work()
    speeds = []
    for _ in range(ROUNDS):
        count = 0
        start = time.process_time()
        while time.process_time() - start < ROUND_SECONDS:
            count += work()
        speeds.append(count / (time.process_time() - start))
    return speeds


def main():
    frame = sys.stdin.buffer.read()
    lane = SilentLane()
    reading = rounds(read_requests(frame))
    writing = rounds(write_responses(lane))
    results = [
        {"title": "read requests into environs", "verb": "parsed", "perSecond": reading, "bytes": len(frame)},
        {"title": "write responses of 13 bytes", "verb": "built", "perSecond": writing, "bytes": lane.size},
    ]
    json.dump(results, sys.stdout)


main()
