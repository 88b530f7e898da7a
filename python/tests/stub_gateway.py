"""Stands for the gateway where only its start matters: notes how it was started, and does what STUB says.

`STUB`: `exit:N`, `signal:N`, `wait`, which ends with 7 on SIGTERM, or `serve`, which besides tells that it is ready.
Before that it says `STUB_SAYS` on standard error. What it was started with is written to `STUB_RECORD`.
"""

from __future__ import annotations

import json
import os
import signal
import sys


def main() -> None:
    action, _, number = os.environ["STUB"].partition(":")
    signal.signal(signal.SIGTERM, lambda *_: os._exit(7))
    facts = {
        "words": sys.argv[1:],
        "environ": dict(os.environ),
        "pid": os.getpid(),
        "session": os.getsid(0),
        "directory": os.getcwd(),
        "streams": [os.readlink(f"/proc/self/fd/{fd}") for fd in range(3)],
    }
    record = os.environ["STUB_RECORD"]
    with open(f"{record}.new", "w", encoding="utf-8") as file:
        json.dump(facts, file)
    os.rename(f"{record}.new", record)
    sys.stderr.write(os.environ.get("STUB_SAYS", ""))
    sys.stderr.flush()
    if action == "exit":
        os._exit(int(number))
    if action == "signal":
        os.kill(os.getpid(), int(number))
    if action == "serve":
        ready = int(sys.argv[sys.argv.index("--ready-descriptor") + 1])
        os.write(ready, b"\n")
        os.close(ready)
    while True:
        signal.pause()


main()
