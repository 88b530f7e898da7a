"""What worker and fork server have in common: how the process is set up, and how the application is loaded."""

from __future__ import annotations

import faulthandler
import os
import sys
from io import TextIOWrapper

from sluice._exits import EXIT_LOAD_FAILED
from sluice._limits import apply_limits
from sluice._loader import enter, load
from sluice._output import write_all
from sluice._tracebacks import explain
from sluice._wire import LOAD_FAILED, pack_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from signal import SIG_DFL, SIGINT, SIGQUIT, SIGTERM, signal
    from typing import NoReturn

    from _typeshed.wsgi import WSGIApplication

    from sluice._options import Options
else:
    from _signal import SIG_DFL, SIGINT, SIGQUIT, SIGTERM, signal  # without the module around it: enumerations

_STDERR = 2


def set_up() -> None:
    """Prepare for crashes, signals and a standard output that is a log."""
    faulthandler.enable(_STDERR)  # a crash shows where, and SIGABRT is a way to ask
    # SIGQUIT is another, which the process survives. It works also while C code holds the interpreter.
    faulthandler.register(SIGQUIT, _STDERR, all_threads=True)
    ignore_signals()
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # it is a log, not a terminal


def ignore_signals(*more: int) -> None:
    """Leave it to the gateway when to end: systemd and a terminal signal every process of a service at once.

    A handler, because SIG_IGN would be passed on to the programs that the application starts. What the application
    forks gets the usual behaviour back. `more` names further signals. To be called again in a worker that has been
    forked.
    """
    own_pid = os.getpid()

    def ignore(number: int, _frame: object) -> None:
        if os.getpid() != own_pid:
            signal(number, SIG_DFL)
            os.kill(os.getpid(), number)

    for each in (SIGINT, SIGTERM, *more):
        signal(each, ignore)


def load_application(options: Options) -> WSGIApplication:
    """Load the application, or tell the gateway why that cannot be done and end the process."""
    sys.argv = ["sluice"]
    try:
        apply_limits(options.limits)
        enter(options.directory)
        return load(options.app)
    except BaseException as error:  # a module may call sys.exit() while it is imported
        _refuse(options.control, explain(error))


def _refuse(control: int, text: str) -> NoReturn:
    tell(control, pack_text(LOAD_FAILED, 0, text))
    # Not sys.exit(): threads that the module has started must not keep the process.
    os._exit(EXIT_LOAD_FAILED)


def tell(control: int, frame: bytes) -> None:
    """Send a frame on the control channel."""
    try:
        write_all(control, frame)
    except OSError:
        pass  # the gateway has gone; whoever reads the channel finds out and ends the process
