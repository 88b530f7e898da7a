"""Finds the gateway, a program of Node, for Python programs that start it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess

__all__ = ["GatewayNotFound", "find_gateway", "gateway_version"]

NODE_OLDEST = (20, 19)
_NODE_DEADLINE_SECONDS = 30.0
_PACKAGE = "@sluice/gateway"
_HERE = os.path.dirname(os.path.abspath(__file__))


class GatewayNotFound(Exception):
    """There is no gateway on this machine that could be started; the message says what to install."""


def find_gateway(version: str | None = None) -> list[str]:
    """Return the command of the gateway: the first words of a command line.

    The first of these that is there:

    1. what the environment variable `SLUICE_GATEWAY` says: a path, or the words of a command;
    2. the gateway that this package came with, in its own package of npm or in a checkout, if it is built;
    3. `sluice` on `PATH`, unless that is a Python script, as ours of the same name is;
    4. `node_modules/.bin/sluice` of the working directory, or of the next directory above it that has one.

    Raises `GatewayNotFound` where there is none, or no Node to run it, or where it is known to be of another version
    than `version`, for those who speak with it themselves.
    """
    command = _find()
    found = None if version is None else gateway_version(command)
    if found not in (None, version):
        raise GatewayNotFound(
            f"the gateway {command[-1]} is version {found}, this Python package is {version}. "
            "They have to be of the same version, because they speak with each other"
        )
    return command


def gateway_version(command: list[str]) -> str | None:
    """Return the version in the manifest of the gateway's package, or None if `command` does not lead there."""
    import json

    manifest = os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(command[-1]))), "package.json")
    try:
        with open(manifest, encoding="utf-8") as file:
            content = json.load(file)
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict) or content.get("name") != _PACKAGE:
        return None
    version = content.get("version")
    return version if isinstance(version, str) else None


def _find() -> list[str]:
    explicit = os.environ.get("SLUICE_GATEWAY", "")
    if explicit.strip():
        return _from_variable(explicit)
    path = _of_this_package() or _on_path() or _in_node_modules()
    if path is None:
        if _checkout() is not None:
            raise GatewayNotFound("the gateway of this checkout is not built (run: npm start), and there is no other")
        raise GatewayNotFound(
            "there is no gateway on this machine. Install it with: npm install -g @sluice/gateway "
            f"(it needs Node {_dotted(NODE_OLDEST)} or later), or name it in the environment variable SLUICE_GATEWAY"
        )
    _check_node()
    return [path]


def _from_variable(text: str) -> list[str]:
    words = [text] if os.path.exists(text) else shlex.split(text)
    program = shutil.which(words[0])
    if program is None:
        raise GatewayNotFound(f"SLUICE_GATEWAY is {text!r}, but there is no program {words[0]}")
    # Several words bring an interpreter, or a container, of their own.
    if len(words) == 1:
        _check_node()
    return [program, *words[1:]]


def _of_this_package() -> str | None:
    bundled = os.path.dirname(os.path.dirname(_HERE))
    for package in (bundled, _checkout()):
        if package is not None and os.path.isfile(os.path.join(package, "dist", "bundle", "main.js")):
            program = os.path.join(package, "bin", "sluice")
            if gateway_version([program]) is not None:
                return program
    return None


def _checkout() -> str | None:
    """The directory of the gateway in the repository that this file is in, or None."""
    top = os.path.dirname(os.path.dirname(os.path.dirname(_HERE)))
    package = os.path.join(top, "packages", "gateway")
    return package if os.path.isfile(os.path.join(package, "bin", "sluice")) else None


def _on_path() -> str | None:
    for directory in os.get_exec_path():
        path = shutil.which("sluice", path=directory) if directory else None
        if path is not None and not _is_python_script(path):
            return path
    return None


def _in_node_modules() -> str | None:
    directory = os.getcwd()
    while True:
        path = os.path.join(directory, "node_modules", ".bin", "sluice")
        if os.access(path, os.X_OK) and os.path.isfile(path):
            return path
        above = os.path.dirname(directory)
        if above == directory:
            return None
        directory = above


def _is_python_script(path: str) -> bool:
    """Whether pip, or a tool like it, has written this script: what starts it is an interpreter of Python.

    Where the path of the interpreter is long, `sh` comes first and the interpreter is in the second line.
    """
    try:
        with open(path, "rb") as file:
            lines = file.read(1024).split(b"\n")[:2]
    except OSError:
        return False
    return lines[0].startswith(b"#!") and any(b"python" in line or b"pypy" in line for line in lines)


def _check_node() -> None:
    node = shutil.which("node")
    wanted = f"Node {_dotted(NODE_OLDEST)} or later, which runs the gateway"
    if node is None:
        raise GatewayNotFound(f"there is no node on PATH. Install {wanted}: https://nodejs.org/")
    try:
        answer = subprocess.run(
            [node, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_NODE_DEADLINE_SECONDS,
            check=True,
        ).stdout.decode("ascii", "replace")
        version = tuple(int(part) for part in answer.strip().lstrip("v").split(".")[:2])
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise GatewayNotFound(f"{node} --version fails ({error}). Install {wanted}: https://nodejs.org/") from error
    if version < NODE_OLDEST:
        raise GatewayNotFound(f"{node} is Node {_dotted(version)}. Install {wanted}: https://nodejs.org/")


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
