"""Opens the sockets that flup's arguments name."""

from __future__ import annotations

import os
import socket
import stat

from sluice.flup._handover import take

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Union

    BindAddress = Union[str, "tuple[Any, ...]"]

_BACKLOG = 2048
_LISTEN_DESCRIPTOR = 0


def bind(address: BindAddress, umask: int | None) -> socket.socket:
    """Return a listening socket at a path, a (host, port), or a longer tuple for IPv6.

    As with flup, a socket that is at the path is replaced, and `umask` is in force while the new one is made. Anything
    else at the path is left there. A socket that was kept for this address is taken as it is. Raises `OSError`, and
    `TypeError` for something that is no address.
    """
    if not isinstance(address, str) and (not isinstance(address, tuple) or len(address) < 2):
        raise TypeError(f"bindAddress is {address!r}; it has to be a path or a tuple of host and port")
    kept = take(address)
    if kept is not None and (not isinstance(address, str) or _is_socket(address)):
        return kept
    if isinstance(address, str):
        return _bind_path(address, umask)
    listening = socket.socket(socket.AF_INET6 if len(address) > 2 else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise OSError(error.errno, f"{error.strerror}: bindAddress {address!r}") from None
    return listening


def inherited() -> socket.socket | None:
    """Return the listening socket that is descriptor 0, under a descriptor of its own, or None if there is none."""
    try:
        if not stat.S_ISSOCK(os.fstat(_LISTEN_DESCRIPTOR).st_mode):
            return None
    except OSError:
        return None
    listening = socket.socket(fileno=os.dup(_LISTEN_DESCRIPTOR))
    try:
        listening.getpeername()
    except OSError:
        return listening
    listening.close()  # connected: the input of an inetd, not a socket to accept on
    return None


def is_internet(listening: socket.socket) -> bool:
    """Whether other machines might reach it, and `allow` makes sense."""
    return listening.family != socket.AF_UNIX


def _bind_path(path: str, umask: int | None) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = None if umask is None else os.umask(umask)
    try:
        if _is_socket(path):
            os.unlink(path)
        listening.bind(path)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise OSError(error.errno, f"{error.strerror}: bindAddress {path!r}") from None
    finally:
        if before is not None:
            os.umask(before)
    return listening


def _is_socket(path: str) -> bool:
    try:
        return stat.S_ISSOCK(os.lstat(path).st_mode)
    except OSError:
        return False


def remove(path: str, listening: socket.socket) -> None:
    """Remove the file of a Unix socket, unless another one has taken its place."""
    try:
        if listening.getsockname() == path and _is_socket(path):
            os.unlink(path)
    except OSError:
        pass
