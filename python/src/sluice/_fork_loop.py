"""The loop of a process that the gateway asks for workers, on its control channel (wire sections 10 and 11)."""

from __future__ import annotations

import os
import signal
import sys
from select import POLLIN, poll

from sluice._exceptions import WireError
from sluice._exits import EXIT_WIRE, give_up
from sluice._process import ignore_signals, tell
from sluice._wire import (
    EXITED,
    FORK,
    FORK_FAILED,
    FORK_SIZES,
    FORKED,
    RELEASE,
    FrameReader,
    check_fork,
    pack_exit,
    pack_frame,
    pack_pid,
    pack_text,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from sluice._wake_up import WakeUp

_READ_BYTES = 4096


class ForkLoop:
    """Forks a worker for each FORK. Its children are known by the tags of the frames that asked for them.

    `wake_up` tells of SIGCHLD. It runs no thread of its own, because threads do not survive a fork.
    """

    def __init__(self, control: int, wake_up: WakeUp, limits: Mapping[int, int] = FORK_SIZES) -> None:
        self._control = control
        self._wake_up = wake_up
        self._reader = FrameReader(limits)
        self._children: dict[int, int] = {}
        self._is_released = False

    def run(self) -> bytes | None:
        """Work until the gateway wants no more and no worker is left: None. In each forked child return its token."""
        poller = poll()
        poller.register(self._control, POLLIN)
        poller.register(self._wake_up.descriptor, POLLIN)
        while not (self._is_released and not self._children):
            for fd, _ in poller.poll():
                if fd != self._control:
                    self.woken(self._wake_up.read())
                    continue
                data = self._read_control()
                if not data:
                    self.lost()
                    return None
                token = self._obey(data)
                if token is not None:
                    return token
        return None

    def woken(self, numbers: bytes) -> None:
        """Act on signals."""
        self._reap()

    def lost(self) -> None:
        """Act on the end of the gateway."""
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)

    def begin(self, tag: int, _token: bytes) -> bool:
        """Have a new worker. Return True in the worker itself, if that is a process."""
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()  # or it would be written twice
        try:
            pid = os.fork()
        except OSError as error:
            self._tell(pack_text(FORK_FAILED, tag, f"cannot fork: {error}"))
            return False
        if pid == 0:
            self.become_worker()
            return True
        self._children[pid] = tag
        self._tell(pack_frame(FORKED, tag, pack_pid(pid)))
        return False

    def become_worker(self) -> None:
        """Shed what is the parent's."""
        self._wake_up.close()
        os.setsid()  # a Ctrl-C at the terminal is the gateway's to act on
        ignore_signals()

    def other(self, kind: int, payload: bytes) -> None:
        """Act on a frame that only some of these processes get."""

    def _tell(self, frame: bytes) -> None:
        tell(self._control, frame)

    def _read_control(self) -> bytes:
        try:
            return os.read(self._control, _READ_BYTES)
        except OSError:
            return b""  # ECONNRESET, if the gateway left something unread: it has gone all the same

    def _obey(self, data: bytes) -> bytes | None:
        payload: bytes
        try:
            for kind, tag, payload in self._reader.feed(data):
                check_fork(kind, payload)
                if kind == RELEASE:
                    self._is_released = True
                elif kind != FORK:
                    self.other(kind, payload)
                elif self.begin(tag, payload):
                    return payload
        except WireError as error:
            give_up(EXIT_WIRE, f"fork server: {error}")
        return None

    def _reap(self) -> None:
        # Each by its id: other children are the application's.
        for pid, tag in list(self._children.items()):
            status: int | None
            try:
                ended, status = os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                ended, status = pid, None  # something in the application has taken it, and nobody will ever know
            if ended:
                del self._children[pid]
                self._tell(pack_frame(EXITED, tag, b"" if status is None else pack_exit(status)))
