"""flup, over again: its servers and clients under their names, on the Sluice gateway.

`from sluice.flup.server.fcgi import WSGIServer` is one way to them. `install` is the other, for scripts that are not to
be touched: `import flup.server.fcgi` leads here from then on. `python -m sluice.flup script.py` does that, and runs the
script.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["install"]

_NAME = "flup"
_HERE = "sluice."


def install() -> None:
    """Have `import flup` and what is below it lead to this package, in this process.

    Raises `ImportError` if another flup has been imported already. A second call does nothing.
    """
    loaded = sys.modules.get(_NAME)
    if loaded is not None and loaded is not sys.modules[__name__]:
        raise ImportError(f"flup has been imported already, from {getattr(loaded, '__file__', 'elsewhere')}")
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    def find_spec(self, fullname: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        if fullname != _NAME and not fullname.startswith(_NAME + "."):
            return None
        found = find_spec(_HERE + fullname)
        if found is None:
            return None
        return ModuleSpec(fullname, _Alias(), is_package=found.submodule_search_locations is not None)


class _Alias(Loader):
    """Gives a module a second name."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = import_module(_HERE + spec.name)
        self._own = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # It has been executed under its own name, which it keeps.
        module.__spec__ = self._own
