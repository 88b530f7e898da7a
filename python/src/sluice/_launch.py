"""Turns this process into the gateway: what the console scripts do in the end."""

from __future__ import annotations

import os
import sys

from sluice import __version__
from sluice._locate import GatewayNotFound, find_gateway, gateway_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

EXIT_NOT_FOUND = 127


def gateway_command(program: str) -> list[str]:
    """Return the first words of the command line of the gateway, or say what is missing and end with 127.

    `program` stands before messages. A gateway of another version works, because it brings its own copy of this
    package for the workers, but it is remarked on.
    """
    try:
        command = find_gateway()
    except GatewayNotFound as error:
        print(f"{program}: {error}", file=sys.stderr)
        sys.exit(EXIT_NOT_FOUND)
    version = gateway_version(command)
    if version is not None and version != __version__:
        print(
            f"{program}: the gateway {command[-1]} is version {version}, this Python package is {__version__}. "
            f"Workers run the copy that came with the gateway; install the same version of both",
            file=sys.stderr,
        )
    return command


def main() -> NoReturn:
    """The console script `sluice`: the gateway, which by default runs workers in the interpreter of this script."""
    command = [*gateway_command("sluice"), *sys.argv[1:]]
    if sys.executable:
        os.environ["SLUICE_DEFAULT_PYTHON"] = sys.executable
    os.execv(command[0], command)
