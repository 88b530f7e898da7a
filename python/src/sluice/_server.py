"""Serves the application of the running process: `sluice.serve` and what stands behind it."""

from __future__ import annotations

import os
import signal
import socket
import sys
from queue import SimpleQueue
from threading import Thread, current_thread, main_thread
from time import monotonic

from sluice._attached import ENDING, AttachedLoop, Serving, ThreadLoop
from sluice._gateway import GatewayFailed, GatewayProcess, words_of
from sluice._wake_up import WakeUp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Callable, Union

    from _typeshed.wsgi import WSGIApplication

    from sluice._gateway import Setting

    Address = Union[str, socket.socket]
    Listen = Mapping[str, Union[Address, "list[Address]"]]
    Count = Union[int, "tuple[int, int]"]

# Nobody may end this process for a request, and there is no other to give its requests to.
_INSIDE: dict[str, Setting] = {"request_timeout": "24h", "stuck_after": "1h"}
# A gateway that dies sooner after it was ready has died early; so many times in a row are enough.
_EARLY_SECONDS = 5.0
_EARLY_DEATHS_MAX = 3


class Server:
    """Serves `application`, an object of this process, through a gateway that is started for it.

    `listen` maps protocols (`http`, `fastcgi`, `ajp`, `scgi`, `uwsgi`) to addresses as they stand on the command line
    of the gateway, or to listening sockets; a list has several. Requests run in up to `threads` threads of this
    process; with `fork`, in processes forked from it, each with so many threads. Both numbers may be a pair, a minimum
    and a maximum. `main` has the only thread be the one that calls `run`. `settings` are those of the gateway, by the
    names of their flags with underscores: `{"queue_timeout": "10s"}`; `defaults` the same for where the environment
    (`SLUICE_QUEUE_TIMEOUT`) says nothing.
    """

    def __init__(
        self,
        application: WSGIApplication,
        *,
        listen: Listen,
        threads: Count = 1,
        processes: Count = 1,
        fork: bool = False,
        main: bool = False,
        is_multithread: bool | None = None,
        is_multiprocess: bool | None = None,
        settings: Mapping[str, Setting] | None = None,
        defaults: Mapping[str, Setting] | None = None,
    ) -> None:
        if not callable(application):
            raise TypeError(f"the application is not callable: it is of type {type(application).__name__}")
        if not listen:
            raise ValueError("listen= names no address")
        if fork and isinstance(threads, tuple):
            raise ValueError("with fork, processes are what there may be more and fewer of; threads is one number")
        if not fork and processes != 1:
            raise ValueError("processes= goes with fork=True")
        if main and (fork or threads != 1):
            raise ValueError("main=True goes with one thread, without fork")
        each, workers = (threads, processes) if fork else split(threads)
        threads_max = threads[1] if isinstance(threads, tuple) else threads
        processes_max = processes[1] if isinstance(processes, tuple) else processes
        self._serving = Serving(
            application,
            each if isinstance(each, int) else each[1],
            threads_max > 1 if is_multithread is None else is_multithread,
            processes_max > 1 if is_multiprocess is None else is_multiprocess,
        )
        self._fork = fork
        self._main = main
        self._listen = listen
        self._settings = {**(settings or {}), "threads": self._serving.threads, "processes": _range(workers)}
        self._defaults: dict[str, Setting] = {**({} if fork else _INSIDE), **(defaults or {})}
        self._wake_up: WakeUp | None = None
        self._is_stopped = False
        self._ended_by: int | None = None
        self._early_deaths = 0

    def run(self, install_signal_handlers: bool = True) -> bool:
        """Serve until SIGHUP: True, or until SIGINT, SIGTERM or `stop`: False.

        The handlers of these signals are given back before it returns; elsewhere than in the main thread, or if that
        is not wanted, they are left alone. A gateway that dies is started again. Raises `GatewayNotFound`,
        `GatewayFailed` if it cannot serve, and `OSError`.
        """
        is_main = current_thread() is main_thread()
        if self._fork and not is_main:
            raise RuntimeError("processes can only be forked from the main thread")
        numbers: list[int] = list(ENDING) if is_main and install_signal_handlers else []
        self._wake_up = WakeUp([*numbers, signal.SIGCHLD] if self._fork else numbers)
        try:
            while not self._is_stopped:
                if not self._serve_once(self._wake_up):
                    return False
            return self._ended_by == signal.SIGHUP
        finally:
            self._wake_up.close()
            self._wake_up = None

    def stop(self) -> None:
        """Have `run` finish the requests there are and return False; twice, and it cuts them off. For any thread."""
        self._is_stopped = True
        if self._wake_up is not None:
            self._wake_up.send(signal.SIGTERM)

    def _serve_once(self, wake_up: WakeUp) -> bool:
        """Serve with one gateway, to its end. Return whether another is wanted, unless the server is stopped."""
        words, descriptors = _listeners(self._listen)
        words += words_of(self._settings, self._defaults)
        gateway = GatewayProcess(words, descriptors)
        started = monotonic()
        loop = self._loop(gateway.control, wake_up)
        try:
            token = loop.run()
        except BaseException:  # a KeyboardInterrupt, where nobody has taken the signals over
            gateway.wait()
            raise
        if token is not None:
            loop.work(token, descriptors)
        status = gateway.wait()
        if self._ended_by is None:
            self._ended_by = loop.ended_by
        if self._ended_by is not None or self._is_stopped:
            self._is_stopped = True
            return True
        how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
        if status == 0:
            _say(f"the gateway, process {gateway.pid}, was stopped by somebody else, and so is this server")
            return False
        if not loop.is_begun:
            raise GatewayFailed(f"the gateway {how} before it could serve; why is on standard error")
        self._early_deaths = self._early_deaths + 1 if monotonic() - started < _EARLY_SECONDS else 0
        if self._early_deaths >= _EARLY_DEATHS_MAX:
            raise GatewayFailed(f"the gateway {how}, for the {self._early_deaths}th time in a row")
        _say(f"the gateway, process {gateway.pid}, {how}; requests that it had are lost, and it is started again")
        return True

    def _loop(self, control: int, wake_up: WakeUp) -> Loop:
        if self._fork:
            return AttachedLoop(control, wake_up, self._serving)
        if self._main:
            return MainThreadLoop(control, wake_up, self._serving)
        return ThreadLoop(control, wake_up, self._serving)


class MainThreadLoop:
    """Runs the lane in the thread that calls `run`, and everything else in another."""

    def __init__(self, control: int, wake_up: WakeUp, serving: Serving) -> None:
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._loop = ThreadLoop(control, wake_up, serving, self._jobs.put)

    @property
    def ended_by(self) -> int | None:
        """As of `AttachedLoop`."""
        return self._loop.ended_by

    @property
    def is_begun(self) -> bool:
        """As of `AttachedLoop`."""
        return self._loop.is_begun

    def run(self) -> None:
        """Serve until the gateway ends."""
        thread = Thread(target=self._watch, name="sluice", daemon=True)
        thread.start()
        while True:
            job = self._jobs.get()
            if job is None:
                break
            job()
        thread.join()

    def work(self, _token: bytes, _lent: list[int]) -> None:
        """Nothing is ever forked."""

    def _watch(self) -> None:
        try:
            self._loop.run()
        finally:
            self._jobs.put(None)


if TYPE_CHECKING:
    Loop = Union[AttachedLoop, MainThreadLoop]


def serve(
    application: WSGIApplication,
    *,
    listen: Listen | None = None,
    threads: Count = 1,
    processes: Count = 1,
    fork: bool = False,
    **settings: Setting,
) -> bool:
    """Serve `application`, an object of this process, until a signal ends it: see `Server` and `Server.run`.

    `listen` is `{"http": "127.0.0.1:8000"}` by default. Further arguments are settings of the gateway, by the names of
    their flags: `queue_timeout="10s"`.
    """
    listen = {"http": "127.0.0.1:8000"} if listen is None else listen
    server = Server(application, listen=listen, threads=threads, processes=processes, fork=fork, settings=settings)
    return server.run()


def split(threads: Count) -> tuple[int, Count]:
    """Return the threads of each worker and the number of workers: exactly the maximum in all, about the minimum."""
    if isinstance(threads, int):
        return threads, 1
    least, most = threads
    if not 1 <= least <= most:
        raise ValueError(f"threads={threads!r}: not a minimum and a maximum")
    each = max(divisor for divisor in range(1, least + 1) if most % divisor == 0)
    return each, (max(1, least // each), most // each)


def _range(count: Count) -> str:
    return str(count) if isinstance(count, int) else f"{count[0]}-{count[1]}"


def _listeners(listen: Listen) -> tuple[list[str], list[int]]:
    words: list[str] = []
    descriptors: list[int] = []
    for protocol, addresses in listen.items():
        for address in addresses if isinstance(addresses, list) else [addresses]:
            if isinstance(address, socket.socket):
                descriptors.append(address.fileno())
                words += (f"--{protocol}", f"fd:{address.fileno()}")
            else:
                words += (f"--{protocol}", address)
    return words, descriptors


def _say(text: str) -> None:
    if sys.stderr is not None:
        print(f"sluice {os.getpid()}: {text}", file=sys.stderr, flush=True)
