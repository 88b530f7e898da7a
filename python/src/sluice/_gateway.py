"""Starts a gateway for the application of this process, and hears of its end."""

from __future__ import annotations

import os
import subprocess
from socket import socketpair

from sluice import __version__, _descriptors
from sluice._locate import find_gateway

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Union

    Setting = Union[bool, int, float, str, "list[str]", "tuple[str, ...]"]

_END_WITHIN_SECONDS = 15.0


class GatewayFailed(Exception):
    """The gateway did not start, or died again and again. What it had to say is on standard error."""


class GatewayProcess:
    """A gateway that this process has started. `control` is the channel to it."""

    def __init__(self, words: Iterable[str], descriptors: Iterable[int]) -> None:
        """Start `sluice serve fd:N` with further `words`; it inherits `descriptors`. Raises `GatewayNotFound`."""
        ours, theirs = socketpair()
        with ours, theirs:
            self._process = subprocess.Popen(
                [*find_gateway(__version__), "serve", f"fd:{theirs.fileno()}", *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(), *descriptors),
                start_new_session=True,  # what the terminal sends is this process's to act on
            )
            self.control = ours.detach()
        _descriptors.own([self.control])

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def wait(self) -> int:
        """Close the channel and return the exit status, negative for a signal."""
        _descriptors.close(self.control)
        try:
            return self._process.wait(_END_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def words_of(settings: Mapping[str, Setting], defaults: Mapping[str, Setting]) -> list[str]:
    """Return flags for `settings`, and for those of `defaults` that neither they nor the environment give.

    A name is that of the flag with underscores. True and False turn a switch on and off, a list repeats the flag.
    """
    words: list[str] = []
    given = {name: value for name, value in defaults.items() if f"SLUICE_{name.upper()}" not in os.environ}
    for name, value in {**given, **settings}.items():
        flag = name.replace("_", "-")
        if value is True or value is False:
            words.append(f"--{flag}" if value else f"--no-{flag}")
            continue
        for each in value if isinstance(value, (list, tuple)) else (value,):
            words += (f"--{flag}", str(each))
    return words
