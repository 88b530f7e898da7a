"""A worker process from its first step to its last: channels, application, threads, end."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from io import TextIOWrapper
from threading import Thread

from sluice import __version__
from sluice._control import watch
from sluice._environ import make_base
from sluice._exceptions import LaneClosed, LoadError, WireError
from sluice._exits import EXIT_INTERNAL, EXIT_LOAD_FAILED, EXIT_USAGE, EXIT_WIRE, give_up
from sluice._lane import Lane
from sluice._loader import load
from sluice._options import Options
from sluice._output import write_all
from sluice._parent import die_with_parent
from sluice._request import run_request
from sluice._tracebacks import describe
from sluice._wire import LOAD_FAILED, READY, pack_block, pack_frame, pack_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from _typeshed.wsgi import WSGIApplication

    from sluice._environ import Environ

_STDERR = 2


def main(words: list[str]) -> None:
    """Run a worker with these `key=value` words; return when the gateway ends it."""
    try:
        options = Options(words)
        _own_descriptors([options.control, *options.lanes])
    except (ValueError, OSError) as error:
        give_up(EXIT_USAGE, str(error))
    die_with_parent()
    faulthandler.enable(_STDERR)  # a crash shows where, and SIGABRT is a way to ask
    _ignore_signals()
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # it is a log, not a terminal
    lanes = [Lane(fd, options.sends_paths) for fd in options.lanes]
    Thread(target=watch, args=(options.control, lanes), name="sluice-control", daemon=True).start()
    application = _load(options)
    bases = [make_base(lane.errors, len(lanes) > 1, options.is_multiprocess) for lane in lanes]
    for index in range(1, len(lanes)):
        Thread(target=_serve, args=(lanes[index], application, bases[index]), name=f"sluice-lane-{index}").start()
    ready = {"pid": str(os.getpid()), "python": sys.version.split()[0], "worker": __version__}
    _tell(options.control, pack_frame(READY, 0, pack_block(ready)))
    _serve(lanes[0], application, bases[0])


def _own_descriptors(descriptors: list[int]) -> None:
    """Keep the channels from programs that the application starts and from processes that it forks."""
    for fd in descriptors:
        os.set_inheritable(fd, False)
        os.set_blocking(fd, True)

    def close_all() -> None:
        for fd in descriptors:
            os.close(fd)

    os.register_at_fork(after_in_child=close_all)


def _ignore_signals() -> None:
    """Leave it to the gateway when to end: systemd and a terminal signal every process of a service at once.

    A handler, because SIG_IGN would be passed on to the programs that the application starts. What the application
    forks gets the usual behaviour back.
    """
    worker_pid = os.getpid()

    def ignore(number: int, _frame: object) -> None:
        if os.getpid() != worker_pid:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    signal.signal(signal.SIGINT, ignore)
    signal.signal(signal.SIGTERM, ignore)


def _load(options: Options) -> WSGIApplication:
    sys.argv = ["sluice"]
    try:
        if options.directory:
            os.chdir(options.directory)
        sys.path.insert(0, os.getcwd())
        return load(options.app)
    except LoadError as error:
        _refuse(options.control, f"{error}\n")
    except BaseException as error:  # a module may call sys.exit() while it is imported
        _refuse(options.control, describe(error))


def _refuse(control: int, text: str) -> NoReturn:
    _tell(control, pack_text(LOAD_FAILED, 0, text))
    # Not sys.exit(): threads that the module has started must not keep the process.
    os._exit(EXIT_LOAD_FAILED)


def _tell(control: int, frame: bytes) -> None:
    try:
        write_all(control, frame)
    except OSError:
        pass  # the gateway has gone; the control thread finds out and ends the worker


def _serve(lane: Lane, application: WSGIApplication, base: Environ) -> None:
    line = lane.line
    try:
        while line or lane.wait_for_request():
            try:
                request = line.popleft()
            except IndexError:
                continue  # no whole request yet, or it was recalled
            run_request(lane, application, base, request)
    except LaneClosed:
        return
    except WireError as error:
        give_up(EXIT_WIRE, f"lane: {error}")
    except BaseException as error:
        give_up(EXIT_INTERNAL, describe(error))
