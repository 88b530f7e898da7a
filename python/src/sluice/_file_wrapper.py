"""`wsgi.file_wrapper`: a file as a response (PEP 3333, "Optional Platform-Specific File Handling")."""

from __future__ import annotations

import os
from io import BufferedRandom, BufferedReader, FileIO
from os.path import samestat
from stat import S_ISREG

from sluice._wire import PATH_BYTES_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Readable(Protocol):
        """What PEP 3333 asks of a file-like object."""

        def read(self, size: int, /) -> bytes: ...

    Place = tuple[int, int, int, int]


_BUFFERED_FILES = (BufferedReader, BufferedRandom)


class FileWrapper:
    """Iterates a file-like object in blocks of `block_size` bytes (default 8192), from where it stands.

    If the application returns one of a regular file, the bytes go from the file to the gateway without passing
    through Python. `close()` closes the file, if it can be closed.
    """

    __slots__ = ("_block_size", "_file")

    def __init__(self, filelike: Readable, block_size: int = 8192) -> None:
        self._file = filelike
        self._block_size = block_size

    def __iter__(self) -> FileWrapper:
        return self

    def __next__(self) -> bytes:
        block = self._file.read(self._block_size)
        if block:
            return block
        raise StopIteration

    def close(self) -> None:
        """Close the file, if it has a `close()`."""
        close = getattr(self._file, "close", None)
        if close is not None:
            close()

    def plain_range(self) -> tuple[int, int, int] | None:
        """Return descriptor, offset and length of what is left of a regular file, or None if this is not one."""
        file = self._file
        # Bytes have to be those of the descriptor: a GzipFile has one too, of other bytes, and may be behind a buffer.
        raw = file.raw if type(file) in _BUFFERED_FILES else file  # type: ignore[attr-defined]
        if type(raw) is not FileIO:
            return None
        try:
            if type(file) is BufferedRandom:
                file.flush()
            descriptor: int = file.fileno()  # type: ignore[attr-defined]
            offset: int = file.tell()  # type: ignore[attr-defined]
            status = os.fstat(descriptor)
        except (OSError, ValueError):
            return None
        if not S_ISREG(status.st_mode):
            return None
        return descriptor, offset, max(0, status.st_size - offset)

    def place(self, descriptor: int, offset: int, size: int) -> tuple[Place, bytes] | None:
        """Return where others find a plain range: device, inode, offset and length, and the path of the file.

        None if the file has no path, or if its path leads to another file by now.
        """
        name = getattr(self._file, "name", None)
        if not isinstance(name, (str, bytes)):
            return None
        try:
            path = os.path.realpath(os.fsencode(name))
            opened, named = os.fstat(descriptor), os.stat(path)
        except (OSError, ValueError):
            return None
        if not samestat(opened, named) or len(path) > PATH_BYTES_MAX:
            return None
        return (opened.st_dev, opened.st_ino, offset, size), path
