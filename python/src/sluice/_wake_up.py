"""Turns signals into something that `poll` waits for, as long as they are ours to act on."""

from __future__ import annotations

import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_READ_BYTES = 4096


class WakeUp:
    """A pipe that becomes readable when one of `numbers` arrives, or when `send` is called.

    Signals have to be taken over in the main thread. `restore` gives their handlers back.
    """

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        self.descriptor, self._writer = os.pipe()
        os.set_blocking(self.descriptor, False)
        os.set_blocking(self._writer, False)
        # Whoever had these had ideas of both; they get them back.
        self._handlers: dict[int, Any] = {number: signal.signal(number, _do_nothing) for number in numbers}
        self._descriptor_before: int | None = None
        if self._handlers:
            self._descriptor_before = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)

    def read(self) -> bytes:
        """Return what has come: the numbers of signals, and what was sent, one byte each."""
        try:
            return os.read(self.descriptor, _READ_BYTES)
        except BlockingIOError:
            return b""

    def send(self, number: int) -> None:
        """Do as a signal does. From any thread, and after `close` to no effect."""
        try:
            os.write(self._writer, bytes((number,)))
        except OSError:
            pass  # full: whoever reads has enough to do

    def restore(self) -> None:
        """Give the handlers back."""
        if self._descriptor_before is not None:
            signal.set_wakeup_fd(self._descriptor_before)
            self._descriptor_before = None
        for number, handler in self._handlers.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        self._handlers = {}

    def close(self) -> None:
        """Give the handlers back and close the pipe. Also for a process that has been forked."""
        self.restore()
        for fd in (self.descriptor, self._writer):
            if fd >= 0:
                os.close(fd)
        self.descriptor = self._writer = -1


def _do_nothing(_number: int, _frame: object) -> None:
    """Let the wake-up descriptor tell."""
