"""Finds the application that `app=` names."""

from __future__ import annotations

import os
import sys

from sluice._calling import misfit
from sluice._exceptions import LoadError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from _typeshed.wsgi import WSGIApplication

_DEFAULT_NAMES = ("application", "app")


def enter(directory: str) -> None:
    """Make `directory` the current one, unless it is empty, and look for modules in the current one first."""
    if directory:
        try:
            os.chdir(directory)
        except OSError as error:
            raise LoadError(f"the directory of the application, {directory}: {error.strerror}") from None
    sys.path.insert(0, os.getcwd())


def load(target: str) -> WSGIApplication:
    """Import and return the application.

    `target` is `module:callable`, `module:factory()` with literal arguments, either with dots in the second part, or a
    path to a Python file in place of the module. Without a second part, `application` and `app` are tried. Raises
    `LoadError` where a name does not fit, and whatever the import raises.
    """
    place, name = _split(target)
    module = _run_file(place) if _is_path(place) else _import_module(place)
    if name:
        found = _evaluate(module, name, place)
    else:
        found = next((getattr(module, each) for each in _DEFAULT_NAMES if hasattr(module, each)), None)
        if found is None:
            from sluice._hints import missing_default

            raise LoadError(f"{place} has neither 'application' nor 'app'; {missing_default(module, place)}")
    if not callable(found):
        raise LoadError(f"{target} is not callable: it is of type {type(found).__name__}")
    if reason := misfit(found, target):
        raise LoadError(reason)
    application: WSGIApplication = found
    return application


def _split(target: str) -> tuple[str, str]:
    at = target.find(".py:")
    if at >= 0:
        return target[: at + 3], target[at + 4 :]
    place, _, name = target.partition(":")
    return place, name


def _is_path(place: str) -> bool:
    return place.endswith(".py") or "/" in place


def _import_module(name: str) -> ModuleType:
    if not all(part.isidentifier() for part in name.split(".")):
        raise LoadError(f"not a module name: {name!r}")
    try:
        __import__(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        from sluice._hints import missing_module

        raise LoadError(missing_module(name, error.name)) from None
    return sys.modules[name]


def _run_file(path: str) -> ModuleType:
    from importlib.machinery import SourceFileLoader
    from importlib.util import module_from_spec, spec_from_loader

    path = os.path.abspath(path)
    if not os.path.isfile(path):
        hint = f"; did you mean {path}.py?" if os.path.isfile(f"{path}.py") else ""
        raise LoadError(f"there is no file {path}{hint}")
    directory, file_name = os.path.split(path)
    if directory not in sys.path:
        sys.path.insert(0, directory)
    name, extension = os.path.splitext(file_name)
    # A shop.wsgi may import the module shop beside it; by that name it would get itself.
    if extension != ".py" or not name.isidentifier() or name in sys.modules:
        name = "_sluice_application"
    spec = spec_from_loader(name, SourceFileLoader(name, path))
    if spec is None or spec.loader is None:
        raise LoadError(f"{path} is not a Python file")
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _evaluate(module: ModuleType, expression: str, place: str) -> object:
    name, parenthesis, _ = expression.partition("(")
    found: object = module
    for part in name.strip().split("."):
        found = _get(found, part, place)
    if not parenthesis:
        return found
    if not callable(found):
        raise LoadError(f"{place}:{name} is not a factory: it is of type {type(found).__name__}")
    args, kwargs = _literal_arguments(expression)
    result: object = found(*args, **kwargs)
    return result


def _get(owner: object, name: str, place: str) -> object:
    if hasattr(owner, name):
        value: object = getattr(owner, name)
        return value
    from difflib import get_close_matches

    close = get_close_matches(name, [each for each in dir(owner) if not each.startswith("_")])
    hint = f"; did you mean {' or '.join(close)}?" if close else ""
    raise LoadError(f"{place} has no {name!r}{hint}")


def _literal_arguments(expression: str) -> tuple[list[object], dict[str, object]]:
    import ast

    try:
        call = ast.parse(expression.strip(), mode="eval").body
        if not isinstance(call, ast.Call) or any(each.arg is None for each in call.keywords):
            raise ValueError
        args = [ast.literal_eval(each) for each in call.args]
        kwargs = {each.arg: ast.literal_eval(each.value) for each in call.keywords if each.arg}
    except (SyntaxError, ValueError):
        raise LoadError(f"a factory takes literal arguments only: {expression}") from None
    return args, kwargs
