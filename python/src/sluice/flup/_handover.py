"""Keeps a listening socket for the few seconds in which a script ends after SIGHUP and is started again.

Connections wait in the socket meanwhile, and none is refused. A process of its own holds it, and gives it to whoever
asks for the same address, if that is the same user. Linux only: its door has a name that is not in the file system.
"""

from __future__ import annotations

import hashlib
import os
import socket
import struct
import subprocess
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Union

    BindAddress = Union[str, "tuple[Any, ...]"]

_SECONDS = 10.0
_TAKE_WITHIN_SECONDS = 5.0
_CREDENTIALS = struct.Struct("3i")


def leave(listening: socket.socket, address: BindAddress) -> bool:
    """Have `listening` kept for whoever binds `address` next. Return whether it is; then this copy may be closed.

    SLUICE_HANDOVER_SECONDS says for how long, 10 by default; 0 turns it off.
    """
    seconds = _seconds()
    if not seconds or not sys.executable or not hasattr(socket, "SO_PEERCRED"):
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        try:
            door.bind(_door(address))
            door.listen(1)
            subprocess.Popen(
                [sys.executable, "-I", __file__, str(door.fileno()), str(listening.fileno()), str(seconds)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(door.fileno(), listening.fileno()),
                start_new_session=True,
                cwd="/",
            ).returncode = 0  # nobody waits for it
        except OSError:
            return False
    return True


def take(address: BindAddress) -> socket.socket | None:
    """Return the socket that was left for this address, or None if there is none."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        try:
            door.settimeout(_TAKE_WITHIN_SECONDS)
            door.connect(_door(address))
            if not _is_own(door):
                return None
            _, descriptors, _, _ = socket.recv_fds(door, 1, 1)
        except OSError:
            return None
    if not descriptors:
        return None
    # Whatever the keeper's end of it was, this is a socket of this program's making.
    os.set_inheritable(descriptors[0], False)
    return socket.socket(fileno=descriptors[0])


def _door(address: BindAddress) -> bytes:
    if isinstance(address, str):
        address = os.path.abspath(address)
    return b"\0sluice.handover." + hashlib.sha256(f"{os.getuid()} {address!r}".encode()).hexdigest().encode()


def _seconds() -> float:
    text = os.environ.get("SLUICE_HANDOVER_SECONDS", "")
    try:
        return max(0.0, float(text)) if text else _SECONDS
    except ValueError:
        raise ValueError(f"SLUICE_HANDOVER_SECONDS is {text!r}; it has to be a number of seconds") from None


def _is_own(connection: socket.socket) -> bool:
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    user: int = _CREDENTIALS.unpack(credentials)[1]
    return user == os.getuid()


def _keep(door: socket.socket, listening: int, seconds: float) -> None:
    from time import monotonic

    until = monotonic() + seconds
    while (left := until - monotonic()) > 0:
        door.settimeout(left)
        try:
            guest, _ = door.accept()
        except OSError:
            return  # nobody has come
        with guest:
            if _is_own(guest):
                socket.send_fds(guest, [b"!"], [listening])
                return


if __name__ == "__main__":
    _keep(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]), float(sys.argv[3]))
