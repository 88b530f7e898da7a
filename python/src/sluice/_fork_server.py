"""The fork server: imports the application once, and forks a worker for each FORK of the gateway (wire section 10).

It runs no thread of its own, because threads do not survive a fork. Its control channel is its life line: if that ends,
the gateway has died, and the workers are killed, as the kernel does it for workers that are nobody's children.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from select import POLLIN, poll

from sluice._connect import connect_channels
from sluice._descriptors import own
from sluice._exceptions import WireError
from sluice._exits import EXIT_USAGE, EXIT_WIRE, give_up
from sluice._options import Options
from sluice._parent import die_with_parent, outlive_parent
from sluice._process import ignore_signals, load_application, set_up, tell
from sluice._wire import (
    EXITED,
    FORK,
    FORK_FAILED,
    FORK_SIZES,
    FORKED,
    LOADED,
    FrameReader,
    check_fork,
    pack_block,
    pack_exit,
    pack_frame,
    pack_pid,
    pack_text,
)
from sluice._worker import introduction, open_lanes, serve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_READ_BYTES = 4096
_WORDS = ("control", "threads", "meeting", "app")


def main(words: list[str]) -> None:
    """Run a fork server with these `key=value` words. Returns in a worker only, when the gateway ends that."""
    try:
        options = Options(words, _WORDS)
        own([options.control])
    except (ValueError, OSError) as error:
        give_up(EXIT_USAGE, str(error))
    die_with_parent()  # as long as the application is loaded nobody reads the control channel
    set_up()
    application = load_application(options)
    outlive_parent()
    was_collecting = gc.isenabled()
    gc.disable()
    gc.collect()
    gc.freeze()
    tell(options.control, pack_frame(LOADED, 0, pack_block({**introduction(), **_threads()})))
    token = ForkServer(options.control).run()
    if token is None:
        _remove(options.meeting)
        os._exit(0)  # exit handlers and threads of the application are its workers' business
    if was_collecting:
        gc.enable()
    control, lane_descriptors = connect_channels(options.meeting, token, options.threads)
    lanes = open_lanes(control, lane_descriptors, options.sends_paths)
    serve(control, lanes, application, options.is_multiprocess)


class ForkServer:
    """The loop of a fork server. Its children are known by the tags of the FORK frames that asked for them."""

    def __init__(self, control: int) -> None:
        self._control = control
        self._reader = FrameReader(FORK_SIZES)
        self._children: dict[int, int] = {}
        self._is_released = False
        self._child_ended, self._wake_up = os.pipe()
        os.set_blocking(self._wake_up, False)
        own([self._child_ended])
        # The application may have had its own ideas of both; its workers get them back.
        self._handler: Any = signal.signal(signal.SIGCHLD, _do_nothing)
        self._wake_up_before = signal.set_wakeup_fd(self._wake_up, warn_on_full_buffer=False)

    def run(self) -> bytes | None:
        """Fork until the gateway wants no more and no child is left: None. In each child return its token."""
        poller = poll()
        poller.register(self._control, POLLIN)
        poller.register(self._child_ended, POLLIN)
        while not (self._is_released and not self._children):
            for fd, _ in poller.poll():
                if fd == self._child_ended:
                    os.read(fd, _READ_BYTES)
                    self._reap()
                    continue
                data = self._read_control()
                if not data:
                    self._kill_all()
                    return None
                token = self._obey(data)
                if token is not None:
                    return token
        return None

    def _read_control(self) -> bytes:
        try:
            return os.read(self._control, _READ_BYTES)
        except OSError:
            return b""  # ECONNRESET, if the gateway left something unread: it has gone all the same

    def _obey(self, data: bytes) -> bytes | None:
        try:
            for kind, tag, payload in self._reader.feed(data):
                check_fork(kind, payload)
                if kind != FORK:
                    self._is_released = True
                elif self._fork(tag):
                    return payload
        except WireError as error:
            give_up(EXIT_WIRE, f"fork server: {error}")
        return None

    def _fork(self, tag: int) -> bool:
        """Return True in the child."""
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()  # or it would be written twice
        try:
            pid = os.fork()
        except OSError as error:
            tell(self._control, pack_text(FORK_FAILED, tag, f"cannot fork: {error}"))
            return False
        if pid == 0:
            self._become_worker()
            return True
        self._children[pid] = tag
        tell(self._control, pack_frame(FORKED, tag, pack_pid(pid)))
        return False

    def _become_worker(self) -> None:
        signal.set_wakeup_fd(self._wake_up_before)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL if self._handler is None else self._handler)
        os.close(self._wake_up)
        os.setsid()  # a Ctrl-C at the terminal is the gateway's to act on
        ignore_signals()

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
                tell(self._control, pack_frame(EXITED, tag, b"" if status is None else pack_exit(status)))

    def _kill_all(self) -> None:
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)


def _do_nothing(_number: int, _frame: object) -> None:
    """Let the wake-up descriptor tell."""


def _threads() -> dict[str, str]:
    """Return the threads that will be missing in workers: their names, and how many there are."""
    from threading import enumerate as running
    from threading import main_thread

    names = [thread.name for thread in running() if thread is not main_thread()]
    try:
        count = len(os.listdir("/proc/self/task")) - 1
    except OSError:
        count = len(names)
    if count == 0:
        return {}
    text = ", ".join(names).encode("ascii", "backslashreplace").decode("ascii").replace("\0", "")
    return {"threads": str(count), "thread_names": text[:1024]}


def _remove(meeting: str) -> None:
    # The gateway does so too, if it still can.
    try:
        os.unlink(meeting)
        os.rmdir(os.path.dirname(meeting))
    except OSError:
        pass
