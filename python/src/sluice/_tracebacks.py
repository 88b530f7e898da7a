"""Tells what went wrong in an application, without the frames of this package around it."""

from __future__ import annotations

import os

from sluice._exceptions import LoadError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from traceback import TracebackException

_NOT_THE_USERS = (os.path.dirname(os.path.abspath(__file__)) + os.sep, "<frozen importlib")


def describe(error: BaseException) -> str:
    """Return the traceback of `error`, and of what it was raised from, with the user's frames only."""
    from traceback import TracebackException  # only now: it brings much that a worker without errors never needs

    report = TracebackException(type(error), error, error.__traceback__)
    _keep_users_frames(report)
    return "".join(report.format())


def explain(error: BaseException) -> str:
    """Return all there is to say of an application that could not be loaded."""
    if isinstance(error, LoadError):
        return f"{error}\n"
    if not isinstance(error, ModuleNotFoundError):
        return describe(error)
    from sluice._hints import places

    return f"{describe(error)}It was looked for {places(error.name)}.\n"


def _keep_users_frames(report: TracebackException | None) -> None:
    if report is not None:
        report.stack[:] = [frame for frame in report.stack if not frame.filename.startswith(_NOT_THE_USERS)]
        _keep_users_frames(report.__cause__)
        _keep_users_frames(report.__context__)
