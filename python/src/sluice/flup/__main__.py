"""`python -m sluice.flup script.py [arguments]`: runs a script that was written for flup, as it is."""

from __future__ import annotations

import os
import runpy
import sys

from sluice.flup import install


def main() -> None:
    """Run the script that the command line names, as Python would."""
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit("usage: python -m sluice.flup script.py [arguments]")
    del sys.argv[0]
    script = sys.argv[0]
    if not os.path.isfile(script):
        sys.exit(f"python -m sluice.flup: there is no file {script}")
    install()
    sys.path[0] = os.path.dirname(os.path.abspath(script))
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main()
