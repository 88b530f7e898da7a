"""Ties the life of a worker to the gateway's, also where no Python code can run to notice the end of a channel."""

from __future__ import annotations

import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_SIGKILL = 9


def die_with_parent() -> None:
    """Have the kernel kill this process when the gateway dies (Linux; elsewhere the control channel alone must do).

    The kernel counts the thread that started the worker as the parent, so a gateway starts workers from its main
    thread. If the gateway died before this call, the end of the control channel says so. Without it an application
    stuck inside C code, holding the interpreter, would outlive a gateway that was killed.
    """
    _set_death_signal(_SIGKILL)


def outlive_parent() -> None:
    """Take that back."""
    _set_death_signal(0)


def _set_death_signal(number: int) -> None:
    if not sys.platform.startswith("linux"):
        return
    try:
        from _ctypes import call_function, dlopen, dlsym  # most of what ctypes weighs is what it has around these

        this_process = dlopen(None, 0)  # type: ignore[arg-type]
        call_function(dlsym(this_process, "prctl"), (_PR_SET_PDEATHSIG, number, 0, 0, 0))
    except (ImportError, OSError):
        pass  # a Python without ctypes: the control channel must do here too
