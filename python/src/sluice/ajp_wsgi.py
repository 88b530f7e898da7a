"""The command `ajp-wsgi [options] module app`, for those who come from the program of that name: also `python -m`.

It starts the gateway, listening for AJP, with the application. `-B`, `-l`, PYTHONHOME and PYTHONPATH are those of the
old program; all other options are ours.
"""

from __future__ import annotations

import argparse
import os
import sys

from sluice import __version__
from sluice._background import start_in_background
from sluice._launch import gateway_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["main"]

_PROGRAM = "ajp-wsgi"
_EPILOG = """Options may come after the names. What follows "--" goes to the gateway: see sluice serve --help.
PYTHONPATH says where modules are, beside the current directory; PYTHONHOME may be a virtual environment."""


def main() -> NoReturn:
    """Run the command line of this process. Does not return: this process becomes the gateway, or ends."""
    words, for_gateway = _split(sys.argv[1:])
    options = _parser().parse_intermixed_args(words)
    environ = dict(os.environ)
    python = _interpreter(environ)
    command = [*gateway_command(_PROGRAM), *_serve(options, options.python or python), *for_gateway]
    if options.background:
        sys.exit(start_in_background(command, environ, has_log_file=options.log is not None))
    os.execve(command[0], command, environ)


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    if "--" not in words:
        return words, []
    at = words.index("--")
    return words[:at], words[at + 1 :]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        _PROGRAM,
        usage="%(prog)s [options] module app [-- gateway options]",
        description="Serve a WSGI application over AJP 1.3, through the Sluice gateway.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("module", help="the module of the application, such as mysite.wsgi, or the path of a file")
    parser.add_argument("app", help="the name of the application in it; or factory(), which is called once")
    parser.add_argument("--version", action="version", version=f"%(prog)s of sluice {__version__}")
    parser.add_argument("-B", "--background", action="store_true", help="return when it is ready, and go on serving")
    parser.add_argument("-l", "--log", metavar="FILE", help="append the log to FILE (default: standard error)")
    add = parser.add_argument_group("where it listens").add_argument
    add("-a", "--address", default="127.0.0.1", help="address, or unix:/PATH of a socket (default: %(default)s)")
    add("-p", "--port", type=int, default=8009, help="port, if the address is none of a Unix socket (default: 8009)")
    add("--secret-file", metavar="FILE", help="file with the secret that the web server has to send")
    add("--allow", metavar="NETWORK", action="append", help="who may connect, may be repeated (default: everybody)")
    add("-s", "--script-name", metavar="PATH", help="URL path of the application (default: the root)")
    add = parser.add_argument_group("how it runs").add_argument
    add("--processes", metavar="N", default="1", help="processes, or MIN-MAX (default: 1)")
    add("--threads", metavar="N", default="16", help="threads of each: requests at a time (default: 16)")
    add("--python", metavar="PATH", help="interpreter of the application (default: that of PYTHONHOME, or of ajp-wsgi)")
    add("--pid-file", metavar="FILE", help="write the process id of the gateway to FILE")
    return parser


def _serve(options: argparse.Namespace, python: str) -> list[str]:
    """Return the words for the gateway."""
    address: str = options.address
    if not address.startswith("unix:"):
        host = f"[{address}]" if ":" in address and not address.startswith("[") else address
        address = f"{host}:{options.port}"
    words = ["serve", f"{options.module}:{options.app}", "--must-load", "--ajp", address, "--python", python]
    words += ["--processes", options.processes, "--threads", options.threads]
    for flag, value in (
        ("--log-file", options.log),
        ("--ajp-secret-file", options.secret_file),
        ("--mount", options.script_name),
        ("--pid-file", options.pid_file),
        *(("--allow", network) for network in options.allow or ()),
    ):
        if value is not None:
            words += [flag, value]
    return words


def _interpreter(environ: dict[str, str]) -> str:
    """Return the interpreter of the application, and take PYTHONHOME out of `environ` where that only misleads it.

    For the old program PYTHONHOME named a virtual environment. Those of today have no standard library of their own,
    so no interpreter starts with it, neither this one: the script `ajp-wsgi` has put it into another variable.
    """
    home = environ.pop("SLUICE_PYTHONHOME", "") or environ.get("PYTHONHOME", "")
    if not home:
        return sys.executable
    environ["PYTHONHOME"] = home
    prefix = home.split(":")[0]
    own = os.path.join(prefix, "bin", "python3")
    if os.path.isfile(os.path.join(prefix, "pyvenv.cfg")):
        del environ["PYTHONHOME"]
        if not os.access(own, os.X_OK):
            print(f"{_PROGRAM}: PYTHONHOME is {home}, a virtual environment without {own}", file=sys.stderr)
            sys.exit(2)
        return own
    return own if os.access(own, os.X_OK) else sys.executable


if __name__ == "__main__":
    main()
