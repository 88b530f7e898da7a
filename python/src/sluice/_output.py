"""Writes to a blocking descriptor until everything is written."""

from __future__ import annotations

import os
from errno import EINVAL, ENOSYS

_COPY_BYTES = 64 * 1024
# Up to here one copy is cheaper than a second buffer for the kernel to look at.
JOINED_BYTES_MAX = 32 * 1024


def write_all(fd: int, data: bytes | memoryview) -> None:
    """Write all of `data`. Raises `OSError`."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]


def write_both(fd: int, first: bytes, second: bytes) -> None:
    """Write `first` and then `second`, without joining them. Raises `OSError`."""
    sent = os.writev(fd, (first, second))
    if sent < len(first):
        write_all(fd, first[sent:])
        sent = len(first)
    write_all(fd, memoryview(second)[sent - len(first) :])


def copy_range(fd: int, source: int, offset: int, count: int) -> int:
    """Copy up to `count` bytes of the file `source` from `offset`; return how many there were. Raises `OSError`."""
    left = count
    try:
        while left:
            sent = os.sendfile(fd, source, offset, left)
            if not sent:
                break
            offset += sent
            left -= sent
    except OSError as error:
        if error.errno not in (EINVAL, ENOSYS):
            raise
        while left:  # a file system without sendfile
            data = os.pread(source, min(left, _COPY_BYTES), offset)
            if not data:
                break
            write_all(fd, data)
            offset += len(data)
            left -= len(data)
    return count - left
