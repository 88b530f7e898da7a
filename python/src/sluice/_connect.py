"""Opens the channels of a worker that has been forked: it connects to the gateway and says whose each is."""

from __future__ import annotations

import os
from _socket import AF_UNIX, SOCK_STREAM, socket  # without the module around it, which takes milliseconds

from sluice._descriptors import own
from sluice._exits import EXIT_INTERNAL, give_up
from sluice._output import write_all
from sluice._wire import HELLO, pack_frame

_STDOUT = 1
_STDERR = 2
_LANES_FROM = 3
"""Channels are numbered: 0 is control, 1 and 2 are what the worker prints, and then come the lanes."""


def connect_channels(meeting: str, token: bytes, threads: int) -> tuple[int, list[int]]:
    """Connect to the socket at `meeting` and return the control channel and the lanes.

    Standard output and standard error lead to the gateway from then on. Ends the process if the gateway is not there.
    """
    try:
        control, output, errors, lanes = open_channels(meeting, token, threads)
        os.dup2(output, _STDOUT)
        os.dup2(errors, _STDERR)
        os.close(output)
        os.close(errors)
    except OSError as error:
        give_up(EXIT_INTERNAL, f"the gateway cannot be reached: {error}")
    return control, lanes


def connect_quietly(meeting: str, token: bytes, threads: int) -> tuple[int, list[int]]:
    """Do the same for a worker that prints where its parent does. Raises `OSError`."""
    control, output, errors, lanes = open_channels(meeting, token, threads)
    os.close(output)
    os.close(errors)
    return control, lanes


def open_channels(meeting: str, token: bytes, threads: int) -> tuple[int, int, int, list[int]]:
    """Connect, and return the control channel, both outputs and the lanes. Raises `OSError`, with nothing left open."""
    channels: list[int] = []
    try:
        for index in range(_LANES_FROM + threads):
            channels.append(_connect(meeting, token, index))
        control, output, errors, *lanes = channels
        own([control, *lanes])
    except OSError:
        for fd in channels:
            os.close(fd)
        raise
    return control, output, errors, lanes


def _connect(meeting: str, token: bytes, index: int) -> int:
    channel = socket(AF_UNIX, SOCK_STREAM)
    channel.connect(meeting)
    write_all(channel.fileno(), pack_frame(HELLO, index, token))
    return channel.detach()
