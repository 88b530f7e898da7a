"""Writes down what becomes of each request, so that a test can compare what was sent, run and answered."""

import os
import time
from urllib.parse import parse_qs

from echoes import reply

_descriptors = {}


def entered(environ, start_response):
    """`?ledger=P&id=N&ms=T`: writes that it has begun, works for T milliseconds, and writes that it is done."""
    query = parse_qs(environ["QUERY_STRING"])
    path, request = query["ledger"][0], query["id"][0]
    _write(path, "begun", request)
    time.sleep(int(query["ms"][0]) / 1000)
    _write(path, "done", request)
    return reply(start_response, "text/plain", request.encode("ascii"))


def _write(path, what, request):
    if path not in _descriptors:
        _descriptors[path] = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    # One write: lines of several processes do not mix, and a process that is killed leaves none by half.
    os.write(_descriptors[path], f"{what} {request} {os.getpid()}\n".encode("ascii"))
