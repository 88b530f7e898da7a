"""The exceptions of this package; the first two reach applications, the others end a lane or the worker."""

from __future__ import annotations

__all__ = ["BodyIncomplete", "ClientGone", "LaneClosed", "LoadError", "WireError"]


class BodyIncomplete(OSError):
    """Raised by `wsgi.input` where a streamed request body stops short because its sender went away."""


class ClientGone(ConnectionError):
    """Raised by the `write()` callable once the client of the request has gone."""


class LaneClosed(ConnectionError):
    """The gateway does not read this lane any more: the lane ends, whatever its application thinks of it."""


class LoadError(Exception):
    """The application cannot be loaded, and the message says all there is to say: no traceback needed."""


class WireError(Exception):
    """The gateway broke the worker wire; the worker cannot go on.

    `reason` is one of `type`, `flags`, `length`, `payload` and `tag`, as in docs/reference/worker-wire.md section 2.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
