"""The `key=value` words of the command line of a worker or of a fork server (wire sections 1 and 10)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Options:
    """What the command line says. Raises `ValueError`, with a sentence for the user, if it says something else.

    `required` names the words that must be there; which words are known follows from it.
    """

    __slots__ = (
        "app",
        "control",
        "directory",
        "is_multiprocess",
        "lanes",
        "limits",
        "meeting",
        "sends_paths",
        "threads",
    )

    def __init__(self, words: list[str], required: Sequence[str] = ("control", "lanes", "app")) -> None:
        known = (*required, *_OPTIONAL)
        given = {}
        for word in words:
            key, equals, value = word.partition("=")
            if not equals or key not in known:
                raise ValueError(f"{word!r} is not one of {', '.join(f'{each}=' for each in known)}")
            given[key] = value
        for key in required:
            if not given.get(key):
                raise ValueError(f"{key}= is missing")
        self.app = given["app"]
        self.control = _number(given["control"])
        self.lanes = [_number(each) for each in given["lanes"].split(",")] if "lanes" in given else []
        self.threads = _number(given.get("threads", "0"))
        self.meeting = given.get("meeting", "")
        self.directory = given.get("directory", "")
        self.is_multiprocess = _flag(given, "multiprocess")
        self.sends_paths = _flag(given, "files")
        self.limits = parse_limits(given.get("limits", ""))
        _flag(given, "debug")  # the gateway makes the error pages


_OPTIONAL = ("directory", "multiprocess", "debug", "files", "limits")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"not a number: {text!r}")
    return int(text)


def parse_limits(text: str) -> dict[str, int]:
    """Return the limits in `nofile:4096,core:0`. Raises `ValueError`."""
    limits = {}
    for each in text.split(",") if text else ():
        name, _, value = each.partition(":")
        if not (name.isascii() and name.isalpha()):
            raise ValueError(f"not the name of a limit: {name!r}")
        limits[name] = _number(value)
    return limits


def _flag(given: dict[str, str], key: str) -> bool:
    value = given.get(key, "0")
    if value not in ("0", "1"):
        raise ValueError(f"{key}= takes 0 or 1, not {value!r}")
    return value == "1"
