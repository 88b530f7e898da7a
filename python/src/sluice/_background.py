"""Starts a gateway in the background, and waits until it is ready or has given up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from selectors import EVENT_READ, DefaultSelector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_CHUNK_BYTES = 65_536
_STOPPING = (signal.SIGINT, signal.SIGTERM)


def start_in_background(command: list[str], environ: Mapping[str, str], *, has_log_file: bool) -> int:
    """Start a gateway that goes on when this process and its terminal have gone.

    Returns 0 when it is ready, else the exit status with which it has ended; 128 and the number of the signal if that
    was it. What it says on standard error comes out on that of this process: with a log file until it is ready, which
    is why it did not start; without one always, because that is its log.

    This process forks one that begins a session, and that one the gateway, which so has no terminal and can get none.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    starter = os.fork()
    if starter == 0:
        status = 1
        try:
            os.setsid()
            status = _start(command, environ, has_log_file)
        except OSError as error:
            os.write(2, f"cannot start {command[0]}: {error}\n".encode())
        finally:
            os._exit(status)
    before = [signal.signal(each, lambda *_: os.kill(starter, signal.SIGTERM)) for each in _STOPPING]
    _, ending = os.waitpid(starter, 0)
    for each, handler in zip(_STOPPING, before):
        signal.signal(each, handler)
    return _exit_status(os.waitstatus_to_exitcode(ending))


def _start(command: list[str], environ: Mapping[str, str], has_log_file: bool) -> int:
    ready, told = os.pipe()
    gateway = subprocess.Popen(
        [*command, "--ready-descriptor", str(told)],
        env=environ,
        pass_fds=[told],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE if has_log_file else None,
    )
    os.close(told)
    for each in _STOPPING:
        signal.signal(each, lambda *_: gateway.terminate())
    if _wait(ready, None if gateway.stderr is None else gateway.stderr.fileno()):
        return 0
    return _exit_status(gateway.wait())


def _wait(ready: int, stderr: int | None) -> bool:
    """Pass on what comes from `stderr` until there is something at `ready`: True for a line, False for its end.

    The gateway tries to load the application for no longer than its `startup_timeout`, so this ends.
    """
    with DefaultSelector() as selector:
        selector.register(ready, EVENT_READ)
        if stderr is not None:
            selector.register(stderr, EVENT_READ)
        while True:
            # What was said before the end is there when the end is: standard error is looked at first.
            found = sorted((key.fd for key, _ in selector.select()), key=lambda fd: fd == ready)
            for fd in found:
                chunk = os.read(fd, _CHUNK_BYTES)
                if fd == ready:
                    return chunk != b""
                if chunk:
                    os.write(2, chunk)
                else:
                    selector.unregister(fd)


def _exit_status(code: int) -> int:
    return code if code >= 0 else 128 - code
