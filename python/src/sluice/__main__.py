"""The worker's entry: `python .../sluice/__main__.py worker control=3 lanes=4 app=module:callable`."""

from __future__ import annotations

import os
import sys


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
    """Run the command that the command line names; `worker` is the only one."""
    if len(sys.argv) < 2 or sys.argv[1] != "worker":
        sys.exit("usage: python -m sluice worker control=FD lanes=FD,FD app=TARGET [directory=DIR] [multiprocess=1]")
    if not __package__:
        _find_package()
    from sluice._worker import main as run_worker

    run_worker(sys.argv[2:])


if __name__ == "__main__":
    main()
