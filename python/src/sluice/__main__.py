"""The entry: `python .../sluice/__main__.py worker control=3 lanes=4 app=module:callable`, or `preload`."""

from __future__ import annotations

import os
import sys

_OPTIONS = "app=TARGET [directory=DIR] [multiprocess=1] [files=1] [limits=NAME:NUMBER,...]"
_USAGE = f"""usage: python -m sluice worker control=FD lanes=FD,FD {_OPTIONS}
       python -m sluice preload control=FD threads=NUMBER meeting=PATH {_OPTIONS}"""


def _find_package() -> None:
    """Make `sluice` importable, behind everything else, and its directory's file names unimportable.

    Started by its path, Python puts the directory of this file first on `sys.path`.
    """
    here = os.path.dirname(os.path.abspath(__file__))
    parent = os.path.dirname(here)
    sys.path[:] = [parent, *(each for each in sys.path if os.path.abspath(each) != here)]
    __import__("sluice._worker")
    sys.path.remove(parent)
    if parent not in sys.path:
        sys.path.append(parent)


def main() -> None:
    """Run the command that the command line names."""
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command not in ("worker", "preload"):
        sys.exit(_USAGE)
    if not __package__:
        _find_package()
    if command == "worker":
        from sluice._worker import main as run
    else:
        from sluice._fork_server import main as run
    run(sys.argv[2:])


if __name__ == "__main__":
    main()
