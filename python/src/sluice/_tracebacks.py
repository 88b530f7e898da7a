"""Tells what went wrong in an application, without the frames of this package that led there."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

_PACKAGE_DIRECTORY = os.path.dirname(os.path.abspath(__file__)) + os.sep


def describe(error: BaseException) -> str:
    """Return the traceback of `error`, starting at the first frame that is not ours."""
    import traceback  # only now: it brings much that a worker without errors never needs

    return "".join(traceback.format_exception(type(error), error, _skip_own(error.__traceback__)))


def _skip_own(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if not name.startswith((_PACKAGE_DIRECTORY, "<frozen importlib")):
            break
        trace = trace.tb_next
    return trace
