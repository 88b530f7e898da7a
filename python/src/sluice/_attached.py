"""What a process does that runs the application itself and has started a gateway for it (wire section 11).

Its workers are threads of its own, or processes that it forks; either way they open their channels themselves.
"""

from __future__ import annotations

import os
import signal
import sys
from threading import Event, Thread

from sluice._connect import connect_quietly
from sluice._control import answer
from sluice._descriptors import close
from sluice._environ import make_base
from sluice._exceptions import LaneClosed, WireError
from sluice._fork_loop import ForkLoop
from sluice._lane import Lane
from sluice._process import ignore_signals, set_up
from sluice._tracebacks import describe
from sluice._wire import (
    ATTACHED_LIMITS,
    EXITED,
    FORK_FAILED,
    FORKED,
    LOADED,
    STOP,
    pack_block,
    pack_exit,
    pack_frame,
    pack_pid,
    pack_text,
)
from sluice._worker import introduction, open_lanes, run_lane, serve, tell_ready

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Callable

    from _typeshed.wsgi import WSGIApplication

    from sluice._wake_up import WakeUp

_STDIN = 0

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The signals that end it."""


class Serving:
    """What is served and how: the application, threads of each worker, and the flags of its environ."""

    def __init__(self, application: WSGIApplication, threads: int, is_multithread: bool, is_multiprocess: bool) -> None:
        self.application = application
        self.threads = threads
        self.is_multithread = is_multithread
        self.is_multiprocess = is_multiprocess


class AttachedLoop(ForkLoop):
    """Forks workers as a fork server does, and passes on to the gateway that the process is to end.

    `ended_by` is the first signal that asked for that, or None. `is_begun` is True once there has been a worker.
    """

    def __init__(self, control: int, wake_up: WakeUp, serving: Serving) -> None:
        super().__init__(control, wake_up, ATTACHED_LIMITS)
        self.serving = serving
        self.ended_by: int | None = None
        self.is_begun = False
        self.meeting = ""
        self._tell(pack_frame(LOADED, 0, pack_block(introduction())))

    def woken(self, numbers: bytes) -> None:
        """Act on signals."""
        for number in numbers:
            if number in ENDING:
                self.ended_by = self.ended_by or number
                self._tell(pack_frame(STOP, 0))
        super().woken(numbers)

    def lost(self) -> None:
        """The gateway has gone: so do the workers. Nothing is left of them when this returns."""
        super().lost()
        for pid in self._children:
            try:
                os.waitpid(pid, 0)
            except ChildProcessError:
                pass
        self._children.clear()

    def other(self, _kind: int, payload: bytes) -> None:
        """Take the place where workers open their channels."""
        self.meeting = os.fsdecode(payload)

    def begin(self, tag: int, token: bytes) -> bool:
        """Fork a worker."""
        self.is_begun = True
        return super().begin(tag, token)

    def become_worker(self) -> None:
        """Shed what is the parent's."""
        super().become_worker()
        ignore_signals(signal.SIGHUP)

    def work(self, token: bytes, lent: Iterable[int]) -> None:
        """Serve in a worker that has been forked, and end the process with the gateway's leave.

        `lent` are descriptors that the gateway has from the parent, and that the worker has no business with.
        """
        serving = self.serving
        status = 1
        try:
            for fd in lent:
                os.close(fd)
            _forget_input()
            control, descriptors = connect_quietly(self.meeting, token, serving.threads)
            set_up()
            lanes = open_lanes(control, descriptors, False)
            serve(control, lanes, serving.application, serving.is_multithread, serving.is_multiprocess)
            status = 0
        except OSError as error:
            print(f"sluice worker {os.getpid()}: the gateway cannot be reached: {error}", file=sys.stderr)
        finally:
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
            os._exit(status)  # what comes behind run() in the script is its parent's business


class ThreadLoop(AttachedLoop):
    """Has threads of this process for workers. `run_here` runs the first lane of each; default: a thread."""

    def __init__(
        self,
        control: int,
        wake_up: WakeUp,
        serving: Serving,
        run_here: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        super().__init__(control, wake_up, serving)
        self._run_here = run_here or _in_thread
        self._workers: dict[int, Inside] = {}

    def begin(self, tag: int, token: bytes) -> bool:
        """Have another worker inside of this process."""
        self.is_begun = True
        try:
            worker = Inside(self.meeting, token, self.serving)
        except OSError as error:
            self._tell(pack_text(FORK_FAILED, tag, f"cannot connect: {error}"))
            return False
        self._workers[tag] = worker
        self._children[-tag] = tag
        self._tell(pack_frame(FORKED, tag, pack_pid(os.getpid())))
        worker.start(self._run_here, lambda: self._wake_up.send(0))
        return False

    def woken(self, numbers: bytes) -> None:
        """Tell the gateway which workers have ended."""
        for tag, worker in list(self._workers.items()):
            if worker.is_over:
                del self._workers[tag], self._children[-tag]
                self._tell(pack_frame(EXITED, tag, pack_exit(0)))
        super().woken(numbers)

    def _reap(self) -> None:
        pass

    def lost(self) -> None:
        """The gateway has gone; each thread ends with the request that it runs."""


class Inside:
    """A worker that is threads of this process. `is_over` when the last of them has ended."""

    def __init__(self, meeting: str, token: bytes, serving: Serving) -> None:
        self._control, descriptors = connect_quietly(meeting, token, serving.threads)
        self._serving = serving
        self._lanes = [Lane(fd) for fd in descriptors]
        self._ended = [Event() for _ in self._lanes]
        self.is_over = False

    def start(self, run_here: Callable[[Callable[[], None]], None], ended: Callable[[], None]) -> None:
        """Start the threads; `ended` is called in one of them, at the end of all."""
        run_here(lambda: self._serve(0))
        for index in range(1, len(self._lanes)):
            _in_thread(lambda index=index: self._serve(index))  # type: ignore[misc]
        _in_thread(lambda: self._watch(ended))

    def _serve(self, index: int) -> None:
        serving, lane = self._serving, self._lanes[index]
        base = make_base(lane.errors, serving.is_multithread, serving.is_multiprocess)
        try:
            run_lane(lane, serving.application, base)
        except LaneClosed:
            pass
        except BaseException as error:
            _complain(describe(error))
        finally:
            self._ended[index].set()

    def _watch(self, ended: Callable[[], None]) -> None:
        try:
            tell_ready(self._control)
            answer(self._control, self._lanes)
        except WireError as error:
            _complain(f"control channel: {error}")
        except OSError:
            pass
        for lane in self._lanes:
            lane.close()
        for each in self._ended:
            each.wait()
        for fd in (self._control, *(lane.discard() for lane in self._lanes)):
            close(fd)
        self.is_over = True
        ended()


def _forget_input() -> None:
    # It may be the listening socket, and is nothing for the programs that the application starts.
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, _STDIN)
    os.close(null)


def _in_thread(run: Callable[[], None]) -> None:
    # Daemons: a request that never ends must not keep the process.
    Thread(target=run, name="sluice", daemon=True).start()


def _complain(text: str) -> None:
    if sys.__stderr__ is not None:
        sys.__stderr__.write(f"sluice {os.getpid()}: {text.rstrip()}\n")
