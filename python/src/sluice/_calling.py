"""Whether a callable can be called as WSGI calls an application, as far as can be seen without calling it."""

from __future__ import annotations

import sys

_VARIABLE = 0x04  # *args
# CO_COROUTINE, CO_ITERABLE_COROUTINE, CO_ASYNC_GENERATOR; the module inspect is slow to import.
_ASYNCHRONOUS = 0x80 | 0x100 | 0x200
_COUNT_GIVEN = 2  # environ, start_response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FunctionType, MethodType
    from typing import Any
else:
    FunctionType = type(lambda: None)
    MethodType = type(FunctionType.__get__(lambda: None, 0))


def misfit(found: object, target: str) -> str:
    """Return why `found`, which is callable and was named by `target`, is no application; "" if it may be one."""
    function, bound_count = _python_function(found)
    if function is None:
        return ""
    if function.__code__.co_flags & _ASYNCHRONOUS:
        return f"{target} is asynchronous, an ASGI application, and Sluice runs those of WSGI{_synchronous_one(target)}"
    count_max = function.__code__.co_argcount - bound_count
    count_min = count_max - len(function.__defaults__ or ())
    if count_min <= _COUNT_GIVEN and (count_max >= _COUNT_GIVEN or function.__code__.co_flags & _VARIABLE):
        return ""
    count = count_min if count_min > _COUNT_GIVEN else count_max
    arguments = f"{count} argument{'' if count == 1 else 's'}"
    text = f"{target} takes {arguments}, and WSGI gives an application 2, environ and start_response"
    is_factory = count_min <= 0 and ":" in target and not target.endswith(")")
    return f'{text}; if it makes the application, write "{target}()"' if is_factory else text


def _python_function(found: Any) -> tuple[FunctionType | None, int]:
    """Return what runs when `found` is called, and how many of its arguments are given by then."""
    # By its type, because attributes of a proxy may raise anything.
    kind = type(found)
    if kind is FunctionType:
        return found, 0
    method: Any = None
    if kind is MethodType:
        method = found.__func__
    elif kind is not type:
        method = getattr(kind, "__call__", None)  # noqa: B004
    elif found.__new__ is object.__new__:
        method = found.__init__
    return (method, 1) if type(method) is FunctionType else (None, 0)


def _synchronous_one(target: str) -> str:
    # Django makes both files.
    from importlib.util import find_spec

    package, _, last = target.partition(":")[0].rpartition(".")
    if package in sys.modules and last == "asgi" and find_spec(f"{package}.wsgi"):
        return f"; did you mean {package}.wsgi?"
    return "; the package a2wsgi can wrap it"
