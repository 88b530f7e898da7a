"""The `key=value` words of a worker's command line (wire section 1)."""

from __future__ import annotations


class Options:
    """What the command line says. Raises `ValueError`, with a sentence for the user, if it says something else."""

    __slots__ = ("app", "control", "directory", "is_multiprocess", "lanes", "sends_paths")

    def __init__(self, words: list[str]) -> None:
        given = {}
        for word in words:
            key, equals, value = word.partition("=")
            if not equals or key not in _KEYS:
                raise ValueError(f"{word!r} is not one of {', '.join(f'{each}=' for each in _KEYS)}")
            given[key] = value
        for key in ("control", "lanes", "app"):
            if not given.get(key):
                raise ValueError(f"{key}= is missing")
        self.app = given["app"]
        self.control = _descriptor(given["control"])
        self.lanes = [_descriptor(each) for each in given["lanes"].split(",")]
        self.directory = given.get("directory", "")
        self.is_multiprocess = _flag(given, "multiprocess")
        self.sends_paths = _flag(given, "files")
        _flag(given, "debug")  # the gateway makes the error pages


_KEYS = ("control", "lanes", "app", "directory", "multiprocess", "debug", "files")


def _descriptor(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"not a descriptor: {text!r}")
    return int(text)


def _flag(given: dict[str, str], key: str) -> bool:
    value = given.get(key, "0")
    if value not in ("0", "1"):
        raise ValueError(f"{key}= takes 0 or 1, not {value!r}")
    return value == "1"
