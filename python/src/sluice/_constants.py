"""Tells what an expression comes to without running it: literals, and the few calls that configurations are made of."""

from __future__ import annotations

import ast
import operator
import os.path
from pathlib import PurePosixPath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SIZE_MAX = 1_000_000
_TEXT_MAX = 60


class UnknownValueError(Exception):
    """What an expression comes to is known only when it runs. The message says why, as one clause."""


class Dotted(str):
    """A name that an import, or Python itself, gives, such as `os.path.join`."""

    __slots__ = ()


class Constants:
    """Evaluates expressions. `notes` collects what a value depends on besides the file."""

    def __init__(self, names: Mapping[str, object], processors: int) -> None:
        self._names = names
        self._processors = processors
        self.notes: list[str] = []

    def evaluate(self, node: ast.expr) -> object:
        """What the expression comes to. Raises `UnknownValueError`."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise UnknownValueError(f"what {shown(node)} comes to is known only when it runs")
        try:
            return method(node)
        except UnknownValueError:
            raise
        except Exception as error:
            raise UnknownValueError(f"{shown(node)} fails: {error}") from error

    def _constant(self, node: ast.Constant) -> object:
        return node.value

    def _name(self, node: ast.Name) -> object:
        value = self._names.get(node.id, Dotted(node.id))
        if isinstance(value, UnknownValueError):
            raise value
        return value

    def _attribute(self, node: ast.Attribute) -> object:
        value = self.evaluate(node.value)
        if isinstance(value, Dotted):
            return Dotted(f"{value}.{node.attr}")
        if isinstance(value, PurePosixPath) and node.attr in {"parent", "name", "stem", "suffix"}:
            found: object = getattr(value, node.attr)
            return found
        raise UnknownValueError(f"what {shown(node)} comes to is known only when it runs")

    def _list(self, node: ast.List) -> list[object]:
        return [self.evaluate(each) for each in node.elts]

    def _tuple(self, node: ast.Tuple) -> tuple[object, ...]:
        return tuple(self.evaluate(each) for each in node.elts)

    def _set(self, node: ast.Set) -> set[object]:
        return {self.evaluate(each) for each in node.elts}

    def _dict(self, node: ast.Dict) -> dict[object, object]:
        found: dict[object, object] = {}
        for key, value in zip(node.keys, node.values):
            if key is None:
                found.update(self.evaluate(value))  # type: ignore[call-overload]
            else:
                found[self.evaluate(key)] = self.evaluate(value)
        return found

    def _joinedstr(self, node: ast.JoinedStr) -> str:
        return "".join(str(self.evaluate(each)) for each in node.values)

    def _formattedvalue(self, node: ast.FormattedValue) -> str:
        conversions: dict[int, Callable[[object], object]] = {-1: _same, 97: ascii, 114: repr, 115: str}
        specification = "" if node.format_spec is None else str(self.evaluate(node.format_spec))
        return format(conversions[node.conversion](self._plain(node.value)), specification)

    def _binop(self, node: ast.BinOp) -> object:
        operate = _OPERATORS.get(type(node.op))
        if operate is None:
            raise UnknownValueError(f"what {shown(node)} comes to is known only when it runs")
        left, right = self._plain(node.left), self._plain(node.right)
        if isinstance(node.op, ast.Mult) and _repeated_size(left, right) > _SIZE_MAX:
            raise UnknownValueError(f"{shown(node)} is too large")
        return operate(left, right)

    def _unaryop(self, node: ast.UnaryOp) -> object:
        return _UNARY[type(node.op)](self._plain(node.operand))

    def _boolop(self, node: ast.BoolOp) -> object:
        value: object = None
        for each in node.values:
            value = self._plain(each)
            if bool(value) == isinstance(node.op, ast.Or):
                break
        return value

    def _compare(self, node: ast.Compare) -> bool:
        left = self._plain(node.left)
        for operation, each in zip(node.ops, node.comparators):
            right = self._plain(each)
            if not _COMPARISONS[type(operation)](left, right):
                return False
            left = right
        return True

    def _ifexp(self, node: ast.IfExp) -> object:
        return self.evaluate(node.body if self._plain(node.test) else node.orelse)

    def _subscript(self, node: ast.Subscript) -> object:
        value = self.evaluate(node.value)
        if value == "os.environ" and isinstance(value, Dotted):
            raise UnknownValueError(f"it comes from the environment ({shown(node)}); write it yourself")
        if isinstance(value, Dotted):
            raise UnknownValueError(f"what {shown(node)} comes to is known only when it runs")
        if isinstance(node.slice, ast.Slice):
            parts = (node.slice.lower, node.slice.upper, node.slice.step)
            index: object = slice(*(None if part is None else self._plain(part) for part in parts))
        else:
            index = self._plain(node.slice)
        found: object = value[index]  # type: ignore[index]
        return found

    def _call(self, node: ast.Call) -> object:
        if any(isinstance(each, ast.Starred) for each in node.args) or any(each.arg is None for each in node.keywords):
            raise UnknownValueError(f"what {shown(node)} comes to is known only when it runs")
        if isinstance(node.func, ast.Attribute):
            owner = self.evaluate(node.func.value)
            if not isinstance(owner, Dotted):
                return self._method(node, owner, node.func.attr)
        function = self.evaluate(node.func)
        if function in {"os.environ.get", "os.getenv"}:
            return self._variable(node)
        if function in _PROCESSORS:
            self.notes.append(f"{shown(node)} is {self._processors} on this machine")
            return list(range(self._processors)) if function == "os.sched_getaffinity" else self._processors
        call = _FUNCTIONS.get(function) if isinstance(function, Dotted) else None
        if call is None:
            raise UnknownValueError(f"what {shown(node)} comes to is known only when it runs")
        return call(*self._arguments(node), **self._keywords(node))

    def _method(self, node: ast.Call, owner: object, name: str) -> object:
        if isinstance(owner, PurePosixPath) and name in {"resolve", "absolute", "expanduser"}:
            return owner
        allowed = _METHODS.get(type(owner), set())
        if name not in allowed:
            raise UnknownValueError(f"what {shown(node)} comes to is known only when it runs")
        found: object = getattr(owner, name)(*self._arguments(node), **self._keywords(node))
        return found

    # The environment of whoever imports the file is not that of the service, and what is in it may be secret.
    def _variable(self, node: ast.Call) -> object:
        given = [*node.args[1:], *(each.value for each in node.keywords if each.arg == "default")]
        self.notes.append(f"taken as if the environment variable {self._plain(node.args[0])} were not set")
        return self.evaluate(given[0]) if given else None

    def _arguments(self, node: ast.Call) -> list[object]:
        return [self._plain(each) for each in node.args]

    def _keywords(self, node: ast.Call) -> dict[str, object]:
        return {each.arg or "": self._plain(each.value) for each in node.keywords}

    def _plain(self, node: ast.expr) -> object:
        value = self.evaluate(node)
        if isinstance(value, Dotted):
            raise UnknownValueError(f"what {shown(node)} comes to is known only when it runs")
        return value


def shown(node: ast.AST) -> str:
    """An expression as text, short enough for a message."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= _TEXT_MAX else f"{text[: _TEXT_MAX - 3]}..."


def _same(value: object) -> object:
    return value


def _repeated_size(left: object, right: object) -> int:
    for whole, count in ((left, right), (right, left)):
        if isinstance(whole, (str, list, tuple, bytes)) and isinstance(count, int):
            return len(whole) * count
    return 0


def _path(*parts: object) -> PurePosixPath:
    return PurePosixPath(*(str(part) for part in parts))


_UNARY: dict[type, Callable[..., object]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
    ast.Invert: operator.invert,
}

_OPERATORS: dict[type, Callable[..., object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
}

_COMPARISONS: dict[type, Callable[..., object]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}

_PROCESSORS = {
    "multiprocessing.cpu_count",
    "os.cpu_count",
    "os.process_cpu_count",
    "os.sched_getaffinity",
    "psutil.cpu_count",
}

_FUNCTIONS: dict[str, Callable[..., object]] = {
    **{each.__name__: each for each in (abs, bool, dict, float, int, len, max, min, round, str, sum)},
    "list": list,
    "tuple": tuple,
    "set": set,
    "sorted": sorted,
    "os.path.abspath": os.path.normpath,
    "os.path.realpath": os.path.normpath,
    "os.path.normpath": os.path.normpath,
    "os.path.basename": os.path.basename,
    "os.path.dirname": os.path.dirname,
    "os.path.join": os.path.join,
    "os.fspath": str,
    "pathlib.Path": _path,
    "pathlib.PurePath": _path,
}

_METHODS: dict[type, set[str]] = {
    str: {
        *("endswith", "format", "join", "lower", "lstrip", "removeprefix", "removesuffix", "replace"),
        *("rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "title", "upper"),
    },
    dict: {"get"},
    PurePosixPath: {"as_posix", "joinpath", "with_name", "with_suffix"},
}
