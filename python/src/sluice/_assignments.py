"""Prints, as JSON, what a Python file assigns at its top level; the command `sluice import` runs it.

`python _assignments.py FILE PROCESSORS` runs nothing in the file. With `run` behind it the file is run as well, for
those values that only that tells.
"""

from __future__ import annotations

import ast
import json
import math
import os
import sys
from pathlib import PurePosixPath

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from sluice._constants import Constants, Dotted, UnknownValueError, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_FUNCTION = object()


class _Missing(str):
    """A note about a part of a list that is not known; the rest is."""

    __slots__ = ()


class Assignments:
    """Reads a module from top to bottom."""

    def __init__(self, path: str, processors: int) -> None:
        self._processors = processors
        self._values: dict[str, object] = {"__file__": path, "__name__": "__config__"}
        self._notes: dict[str, list[str]] = {}
        self._lines: dict[str, int] = {}
        self._condition_notes: list[str] = []
        self.stars: list[dict[str, object]] = []

    def read(self, body: Iterable[ast.stmt]) -> None:
        """Takes in statements."""
        for statement in body:
            method = getattr(self, f"_{type(statement).__name__.lower()}", self._other)
            method(statement)

    def found(self) -> list[dict[str, object]]:
        """Each name with its last value, in the order of the file."""
        names = sorted(self._lines, key=lambda name: self._lines[name])
        return [self._describe(name, self._lines[name]) for name in names]

    def take(self, namespace: dict[str, object]) -> None:
        """Fills in what the file came to when it was run."""
        for name, value in namespace.items():
            if name.startswith("__") or isinstance(value, type(sys)):
                continue
            if name not in self._lines:
                self._lines[name] = int(str(self.stars[0]["line"])) if self.stars else 1
            elif not isinstance(self._values.get(name), (UnknownValueError, Dotted)):
                continue
            self._values[name] = _FUNCTION if callable(value) else value
            self._notes[name] = []

    def _describe(self, name: str, line: int) -> dict[str, object]:
        value = self._values[name]
        about: dict[str, object] = {"name": name, "line": line}
        if value is _FUNCTION:
            return {**about, "kind": "function"}
        notes = self._notes.get(name, [])
        if isinstance(value, Dotted):
            value = UnknownValueError(f"it is {value}")
        if value is None and notes:
            value = UnknownValueError("it comes from the environment; write it yourself")
        if not isinstance(value, UnknownValueError):
            try:
                return {**about, "kind": "value", "value": _plain(value), **_told(notes)}
            except ValueError as error:
                value = UnknownValueError(str(error))
        return {**about, "kind": "unknown", "why": str(value)}

    def _bind(self, name: str, line: int, value: object, notes: list[str]) -> None:
        self._values[name] = value
        self._lines[name] = line
        self._notes[name] = list(dict.fromkeys([*self._condition_notes, *notes]))

    def _evaluate(self, node: ast.expr) -> tuple[object, list[str]]:
        constants = Constants(self._values, self._processors)
        try:
            if isinstance(node, ast.List):
                value: object = self._known_parts(node, constants)
            else:
                value = _FUNCTION if isinstance(node, ast.Lambda) else constants.evaluate(node)
        except UnknownValueError as error:
            return error, []
        names = [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]
        return value, [note for name in names for note in self._notes.get(name, [])] + constants.notes

    def _known_parts(self, node: ast.List, constants: Constants) -> list[object]:
        parts: list[object] = []
        for each in node.elts:
            try:
                parts.append(constants.evaluate(each))
            except UnknownValueError as error:
                constants.notes.append(_Missing(f"without {shown(each)}: {error}"))
        if node.elts and not parts:
            raise UnknownValueError(constants.notes[0])
        return parts

    def _assign(self, statement: ast.Assign) -> None:
        value, notes = self._evaluate(statement.value)
        for target in statement.targets:
            self._bind_target(target, value, notes)

    def _annassign(self, statement: ast.AnnAssign) -> None:
        if statement.value is not None:
            self._bind_target(statement.target, *self._evaluate(statement.value))

    def _bind_target(self, target: ast.expr, value: object, notes: list[str]) -> None:
        if isinstance(target, ast.Name):
            self._bind(target.id, target.lineno, value, notes)
        elif isinstance(target, (ast.Tuple, ast.List)):
            unknown = UnknownValueError("it is one of several values that only running it tells")
            fits = isinstance(value, (list, tuple)) and len(value) == len(target.elts)
            values = value if fits and isinstance(value, (list, tuple)) else [unknown] * len(target.elts)
            for each, part in zip(target.elts, values):
                self._bind_target(each, part, notes)
        elif isinstance(target, (ast.Subscript, ast.Attribute)) and isinstance(target.value, ast.Name):
            self._put(target, target.value.id, value, notes)

    def _put(self, target: ast.Subscript | ast.Attribute, name: str, value: object, notes: list[str]) -> None:
        present = self._values.get(name)
        if isinstance(target, ast.Subscript) and isinstance(present, dict) and not isinstance(value, UnknownValueError):
            key, _ = self._evaluate(target.slice)
            if isinstance(key, str):
                self._bind(name, target.lineno, {**present, key: value}, [*self._notes.get(name, []), *notes])
                return
        self._change(name, target)

    def _augassign(self, statement: ast.AugAssign) -> None:
        if isinstance(statement.target, ast.Name):
            load = ast.Name(id=statement.target.id, ctx=ast.Load())
            whole = ast.BinOp(left=load, op=statement.op, right=statement.value)
            self._bind(statement.target.id, statement.lineno, *self._evaluate(whole))

    def _expr(self, statement: ast.Expr) -> None:
        call = statement.value
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            return
        owner = call.func.value
        if not isinstance(owner, ast.Name) or owner.id not in self._lines:
            return
        present = self._values[owner.id]
        if isinstance(present, list) and call.func.attr in {"append", "extend"} and len(call.args) == 1:
            added, notes = self._evaluate(call.args[0])
            more = [added] if call.func.attr == "append" else added
            if isinstance(more, (list, tuple)) and not isinstance(added, UnknownValueError):
                self._bind(owner.id, statement.lineno, [*present, *more], [*self._notes.get(owner.id, []), *notes])
                return
        if not isinstance(present, Dotted):
            self._change(owner.id, call)

    def _change(self, name: str, node: ast.expr) -> None:
        if name in self._lines:
            self._bind(name, node.lineno, UnknownValueError(f"{shown(node)} changes it"), [])

    def _functiondef(self, statement: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        self._bind(statement.name, statement.lineno, _FUNCTION, [])

    _asyncfunctiondef = _functiondef
    _classdef = _functiondef

    def _import(self, statement: ast.Import) -> None:
        for alias in statement.names:
            top = alias.name.split(".")[0]
            self._bind(alias.asname or top, statement.lineno, Dotted(alias.name if alias.asname else top), [])

    def _importfrom(self, statement: ast.ImportFrom) -> None:
        module = "." * statement.level + (statement.module or "")
        for alias in statement.names:
            if alias.name == "*":
                self.stars.append({"line": statement.lineno, "module": module})
            else:
                self._bind(alias.asname or alias.name, statement.lineno, Dotted(f"{module}.{alias.name}"), [])

    # What is taken from the environment counts as not set, and the note says so.
    def _if(self, statement: ast.If) -> None:
        value, notes = self._evaluate(statement.test)
        if isinstance(value, (UnknownValueError, Dotted)):
            self._forget(statement, f"it holds under a condition, {shown(statement.test)}")
            return
        before = self._condition_notes
        self._condition_notes = [*before, *notes]
        self.read(statement.body if value else statement.orelse)
        self._condition_notes = before

    # Usually it is an import that may fail.
    def _try(self, statement: ast.Try) -> None:
        for handler in statement.handlers:
            self._forget(handler, "it holds only if something fails")
        self.read([*statement.body, *statement.orelse, *statement.finalbody])

    def _with(self, statement: ast.With) -> None:
        for item in statement.items:
            if item.optional_vars is not None:
                self._forget(item.optional_vars, "it is opened when the file runs")
        self.read(statement.body)

    def _other(self, statement: ast.stmt) -> None:
        self._forget(statement, "it is assigned where only running the file tells")

    def _forget(self, node: ast.AST, why: str) -> None:
        for each in ast.walk(node):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                self._bind(each.id, each.lineno, UnknownValueError(why), [])
            elif isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self._bind(each.name, each.lineno, _FUNCTION, [])


def _told(notes: list[str]) -> dict[str, list[str]]:
    return {
        "notes": [note for note in notes if not isinstance(note, _Missing)],
        "missing": [note for note in notes if isinstance(note, _Missing)],
    }


def _plain(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"it is {value}")
    if value is None or (isinstance(value, (bool, int, float, str)) and not isinstance(value, Dotted)):
        return value
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, PurePosixPath):
        return str(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    raise ValueError(f"it holds something that is neither text nor number, of type {type(value).__name__}")


def main(path: str, processors: str, mode: str = "") -> None:
    """Prints what the file assigns. A file that is no Python ends with one line on standard error."""
    with open(path, "rb") as file:
        source = file.read()
    try:
        tree = ast.parse(source, path)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        sys.exit(f"it is not Python{'' if line is None else f', line {line}'}: {getattr(error, 'msg', error)}")
    assignments = Assignments(path, int(processors))
    assignments.read(tree.body)
    if mode == "run":
        assignments.take(_run(path, source))
    json.dump({"names": assignments.found(), "stars": assignments.stars}, sys.stdout)


# The answer goes to standard output, so nothing of the file may.
def _run(path: str, source: bytes) -> dict[str, object]:
    answer, sys.stdout = sys.stdout, sys.stderr
    sys.path[0] = os.path.dirname(path)
    module = type(sys)("__config__")
    module.__file__ = path
    sys.modules["__config__"] = module
    try:
        exec(compile(source, path, "exec"), module.__dict__)
    except Exception as error:
        sys.exit(f"running it fails: {type(error).__name__}: {error}")
    finally:
        sys.stdout = answer
    return module.__dict__


if __name__ == "__main__":
    main(*sys.argv[1:])
