"""The descriptors that belong to this process alone: its channels to the gateway."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_owned: list[int] = []


def own(descriptors: Iterable[int]) -> None:
    """Keep descriptors from programs that the application starts and from processes that it forks.

    Raises `OSError` if one of them is not open.
    """
    for fd in descriptors:
        os.set_inheritable(fd, False)
        os.set_blocking(fd, True)
        _owned.append(fd)


def close(fd: int) -> None:
    """Close one of them."""
    if fd in _owned:
        _owned.remove(fd)
        os.close(fd)


def disown_all() -> None:
    """Close them; also done in every process that is forked."""
    while _owned:
        try:
            os.close(_owned.pop())
        except OSError:
            pass  # an application that closes everything has been here


os.register_at_fork(after_in_child=disown_all)
