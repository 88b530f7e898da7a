"""What was probably meant, for the messages about an application that cannot be loaded. Imported only then."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

_FACTORIES = ("create_app", "make_app")


def places(missing: str | None) -> str:
    """Return where modules are looked for, and where `missing` is instead, if that is near."""
    text = f"in {os.getcwd()}, the directory of the application, and in the packages of {sys.executable}"
    elsewhere = _elsewhere(missing.partition(".")[0]) if missing else None
    return f"{text}; there is one in {elsewhere}: make that the directory (app.directory)" if elsewhere else text


def missing_module(name: str, missing: str) -> str:
    """Say that `missing`, which is `name` or a package that would hold it, is not there."""
    package, _, last = name.rpartition(".")
    if name == missing and hasattr(sys.modules.get(package), last):
        return f"No module named {name!r}; did you mean {package}:{last}?"
    if name == missing and package in sys.modules:
        return f"No module named {name!r}; {package} is in {_home(sys.modules[package])}"
    return f"No module named {missing!r} {places(missing)}"


def missing_default(module: ModuleType, place: str) -> str:
    """Return what to write where `module` has none of the usual names."""
    factory = next((name for name in _FACTORIES if callable(getattr(module, name, None))), None)
    if factory:
        return f'did you mean "{place}:{factory}()"?'
    if hasattr(module, "__path__"):
        from importlib.util import find_spec

        if find_spec(f"{module.__name__}.wsgi"):
            return f"did you mean {place}.wsgi?"
    return f"name it: {place}:NAME"


def _home(module: ModuleType) -> str:
    return str(getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", ())), "this interpreter"))


def _elsewhere(name: str) -> str | None:
    here = os.getcwd()
    if os.path.basename(here) == name:
        return os.path.dirname(here)
    try:
        beside = sorted(os.listdir(here))
    except OSError:
        return None
    for each in beside:
        path = os.path.join(here, each)
        if each[0] != "." and any(os.path.exists(os.path.join(path, name + end)) for end in (".py", "/__init__.py")):
            return path
    return None
