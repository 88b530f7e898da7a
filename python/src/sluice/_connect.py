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
        channels = [_connect(meeting, token, index) for index in range(_LANES_FROM + threads)]
        control, output, errors, *lanes = channels
        os.dup2(output, _STDOUT)
        os.dup2(errors, _STDERR)
        os.close(output)
        os.close(errors)
        own([control, *lanes])
    except OSError as error:
        give_up(EXIT_INTERNAL, f"the gateway cannot be reached: {error}")
    return control, lanes


def _connect(meeting: str, token: bytes, index: int) -> int:
    channel = socket(AF_UNIX, SOCK_STREAM)
    channel.connect(meeting)
    fd = channel.detach()
    write_all(fd, pack_frame(HELLO, index, token))
    return fd
