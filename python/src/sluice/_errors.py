"""`wsgi.errors`: text that the gateway logs with the request it was written for."""

from __future__ import annotations

import sys

from sluice._wire import LOG, TEXT_BYTES_MAX, pack_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from sluice._lane import Lane

_CHARACTERS_MAX = TEXT_BYTES_MAX // 8


class ErrorStream:
    """The `wsgi.errors` of one lane (PEP 3333): `write`, `writelines`, `flush`, usable from any thread.

    Whole lines leave at once, the rest with `flush()` or at the end of the request. Text written while the lane runs
    no request goes to `sys.stderr`.
    """

    __slots__ = ("_lane", "held")

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self.held = ""

    def write(self, text: str) -> int:
        """Take `text` and return how many characters it has. Raises `TypeError` for anything but str."""
        if not isinstance(text, str):
            raise TypeError(f"wsgi.errors takes str, not {type(text).__name__}")
        whole, newline, rest = text.rpartition("\n")
        with self._lane.write_lock:
            if newline:
                whole = self.held + whole + newline
                self.held = rest
                self.send_locked(whole)
            else:
                self.held += rest
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each of `lines`; like everywhere in Python, no line ends are added."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Send what is held of an unfinished line."""
        with self._lane.write_lock:
            self.flush_locked()

    def flush_locked(self) -> None:
        """Do the same for a caller that holds the lane's write lock."""
        if self.held:
            text, self.held = self.held, ""
            self.send_locked(text)

    def send_locked(self, text: str) -> None:
        """Send `text` in as many LOG frames as it takes."""
        tag = self._lane.tag
        if tag is None:
            if sys.__stderr__ is not None:
                sys.__stderr__.write(text)
            return
        for start in range(0, len(text), _CHARACTERS_MAX):
            self._lane.send_locked(pack_text(LOG, tag, text[start : start + _CHARACTERS_MAX]))
