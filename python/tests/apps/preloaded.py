"""An application for the fork server: it knows what has happened to it since it was imported."""

from __future__ import annotations

import atexit
import gc
import json
import os
import random
import signal
import subprocess
import sys
import threading

IMPORTED_BY = os.getpid()
FREED: list[int] = []
CHILDREN: list[int] = []

helper = subprocess.Popen(["/bin/sleep", "3600"])
atexit.register(sys.stderr.write, "exit handler ran\n")
atexit.register(helper.kill)
signal.signal(signal.SIGCHLD, lambda *_: CHILDREN.append(1))
print("imported")
sys.stdout.write("held back")


def process(environ, start_response):
    seen = {
        "imported_by": IMPORTED_BY,
        "pid": os.getpid(),
        "session": os.getsid(0),
        "threads": sorted(thread.name for thread in threading.enumerate()),
        "random": random.random(),
        "is_collecting": gc.isenabled(),
        "frozen": gc.get_freeze_count(),
        "multiprocess": environ["wsgi.multiprocess"],
        "open": sorted(int(name) for name in os.listdir("/dev/fd")),
    }
    start_response("200 OK", [])
    return [json.dumps(seen).encode()]


def hears_of_children(environ, start_response):
    subprocess.run(["/bin/true"], check=True)
    start_response("200 OK", [])
    return [str(len(CHILDREN)).encode()]


def prints(environ, start_response):
    print("from a worker")
    print("error of a worker", file=sys.stderr, flush=True)
    start_response("200 OK", [])
    return [b"printed"]


def exits(environ, start_response):
    os._exit(7)


def application(environ, start_response):
    return globals()[environ["PATH_INFO"][1:]](environ, start_response)
