"""The `paste.server_runner` entry points of flup: servers that .ini files name by `use = egg:sluice#ajp`.

PasteDeploy passes every setting as a string; here they become what the servers take. Parameters have flup's names.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from _typeshed.wsgi import WSGIApplication

    Known = Mapping[str, Callable[[Any], object]]
    Settings = dict[str, Any]
    GlobalConf = Mapping[str, str] | None

__all__ = [
    "asbool",
    "aslist",
    "run_ajp_fork",
    "run_ajp_thread",
    "run_fcgi_fork",
    "run_fcgi_thread",
    "run_scgi_fork",
    "run_scgi_thread",
]

_TRUE = ("true", "yes", "on", "y", "t", "1")
_FALSE = ("false", "no", "off", "n", "f", "0")


def asbool(value: object) -> bool:
    """Return what a word such as `yes` or `off` means; other objects as Python has it. Raises `ValueError`."""
    if not isinstance(value, str):
        return bool(value)
    word = value.strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError(f"not a word for true or false: {value!r}")


def aslist(value: object) -> list[Any]:
    """Return the words of a string, the items of a sequence, nothing for None, or else the object alone."""
    if isinstance(value, str):
        return value.split()
    if isinstance(value, (list, tuple)):
        return list(value)
    return [] if value is None else [value]


def as_umask(value: object) -> int:
    """Return permission bits: octal where they begin with 0, as everybody writes them, else decimal as in flup."""
    text = str(value).strip()
    return int(text, 8 if text.startswith("0") else 10)


_AT_PORT: Known = {"host": str, "port": int, "scriptName": str, "allowedServers": aslist}
_FCGI: Known = {"host": str, "port": int, "socket": str, "umask": as_umask, "multiplexed": asbool}
_THREADS: Known = {"minSpare": int, "maxSpare": int, "maxThreads": int}
_FORK: Known = {"minSpare": int, "maxSpare": int, "maxChildren": int, "maxRequests": int}


def run_ajp_thread(wsgi_app: WSGIApplication, global_conf: GlobalConf, **settings: Any) -> None:
    """AJP, threads. Takes scriptName, host, port, allowedServers, debug, minSpare, maxSpare, maxThreads."""
    arguments = _convert("ajp", {**_AT_PORT, **_THREADS}, settings, global_conf)
    _serve("ajp", wsgi_app, _at_port(8009, arguments))


def run_ajp_fork(wsgi_app: WSGIApplication, global_conf: GlobalConf, **settings: Any) -> None:
    """AJP, processes: as with threads, but maxChildren and maxRequests in place of maxThreads."""
    arguments = _convert("ajp_fork", {**_AT_PORT, **_FORK}, settings, global_conf)
    _serve("ajp_fork", wsgi_app, _at_port(8009, arguments))


def run_scgi_thread(wsgi_app: WSGIApplication, global_conf: GlobalConf, **settings: Any) -> None:
    """SCGI, threads: settings as with AJP."""
    arguments = _convert("scgi", {**_AT_PORT, **_THREADS}, settings, global_conf)
    _serve("scgi", wsgi_app, _at_port(4000, arguments))


def run_scgi_fork(wsgi_app: WSGIApplication, global_conf: GlobalConf, **settings: Any) -> None:
    """SCGI, processes: settings as with AJP."""
    arguments = _convert("scgi_fork", {**_AT_PORT, **_FORK}, settings, global_conf)
    _serve("scgi_fork", wsgi_app, _at_port(4000, arguments))


def run_fcgi_thread(wsgi_app: WSGIApplication, global_conf: GlobalConf, **settings: Any) -> None:
    """FastCGI, threads. Takes host and port, or socket, or none of them for descriptor 0; umask, multiplexed, debug,
    minSpare, maxSpare, maxThreads.
    """
    arguments = _convert("fcgi", {**_FCGI, **_THREADS}, settings, global_conf)
    _serve("fcgi", wsgi_app, _somewhere(arguments))


def run_fcgi_fork(wsgi_app: WSGIApplication, global_conf: GlobalConf, **settings: Any) -> None:
    """FastCGI, processes: as with threads, but maxChildren and maxRequests in place of maxThreads."""
    arguments = _convert("fcgi_fork", {**_FCGI, **_FORK}, settings, global_conf)
    _serve("fcgi_fork", wsgi_app, _somewhere(arguments))


def _at_port(port: int, arguments: Settings) -> Settings:
    arguments.setdefault("allowedServers", ["127.0.0.1"])
    address = (arguments.pop("host", "localhost"), arguments.pop("port", port))
    return {"bindAddress": address, **arguments}


def _somewhere(arguments: Settings) -> Settings:
    host, port, socket = (arguments.pop(name, None) for name in ("host", "port", "socket"))
    if socket is not None and (host, port) != (None, None):
        raise ValueError("give socket, or host and port, but not both")
    if (host is None) != (port is None):
        raise ValueError("host and port belong together")
    return {"bindAddress": socket if host is None else (host, port), **arguments}


def _convert(module: str, known: Known, settings: Settings, global_conf: GlobalConf) -> Settings:
    """Return what the settings say, without those that are None. Raises `TypeError` for one that is not known."""
    known = {**known, "debug": asbool}
    arguments: Settings = {"debug": asbool((global_conf or {}).get("debug", False))}
    for name, value in settings.items():
        if name not in known:
            raise TypeError(f"{module} has no setting {name!r}; it has {', '.join(known)}")
        if value is not None:
            try:
                arguments[name] = known[name](value)
            except ValueError as error:
                raise ValueError(f"{name} = {value}: {error}") from None
    return arguments


def _serve(module: str, wsgi_app: WSGIApplication, arguments: Settings) -> None:
    import_module(f"sluice.flup.server.{module}").WSGIServer(wsgi_app, **arguments).run()
