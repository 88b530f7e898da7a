"""What was probably meant, for the messages about an application that cannot be loaded. Imported only then."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

_FACTORIES = ("create_app", "make_app")


def places() -> str:
    """Return where modules are looked for, in a few words."""
    return f"in {os.getcwd()}, the directory of the application, and in the packages of {sys.executable}"


def missing_module(name: str, missing: str) -> str:
    """Say that `missing`, which is `name` or a package that would hold it, is not there."""
    package, _, last = name.rpartition(".")
    if name == missing and hasattr(sys.modules.get(package), last):
        return f"No module named {name!r}; did you mean {package}:{last}?"
    if name == missing and package in sys.modules:
        return f"No module named {name!r}; {package} is in {_home(sys.modules[package])}"
    elsewhere = _elsewhere(missing.partition(".")[0])
    hint = f"; there is one in {elsewhere}: make that the directory of the application" if elsewhere else ""
    return f"No module named {missing!r} {places()}{hint}"


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
    for each in sorted(os.scandir(here), key=lambda entry: entry.name):
        is_ours = each.is_dir() and not each.name.startswith(".")
        if is_ours and any(os.path.exists(os.path.join(each.path, name + end)) for end in (".py", "/__init__.py")):
            return each.path
    return None
