"""The ways a worker ends early. A gateway that closes the control channel sees exit status 0."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

EXIT_USAGE = 2
EXIT_LOAD_FAILED = 3
EXIT_WIRE = 4
EXIT_INTERNAL = 5


def give_up(status: int, message: str) -> NoReturn:
    """Say why on standard error and end the process at once, from any thread, without running exit handlers."""
    if sys.__stderr__ is not None:
        sys.__stderr__.write(f"sluice worker {os.getpid()}: {message}\n")
        sys.__stderr__.flush()
    os._exit(status)
