"""Every argument of flup's servers and what becomes of it here; the guide has the same table."""

from __future__ import annotations

from typing import NamedTuple

ACCEPTED = "accepted"
IGNORED = "ignored"
PARTLY = "partly"
"""Some values are accepted, the others refused with an error that says what to do."""

_FCGI = ("fcgi", "fcgi_fork", "fcgi_single")
_AJP = ("ajp", "ajp_fork")
_SCGI = ("scgi", "scgi_fork")
_THREADS = ("fcgi", "ajp", "scgi")
_FORK = ("fcgi_fork", "ajp_fork", "scgi_fork")
_ALL = (*_FCGI, *_AJP, *_SCGI)


class Argument(NamedTuple):
    """One argument: its name, the modules of `flup.server` that have it, its fate, and what to know of it."""

    name: str
    servers: tuple[str, ...]
    fate: str
    note: str


ARGUMENTS = (
    Argument(
        "application", (*_ALL, "cgi"), ACCEPTED, "any callable of the running process; it needs no importable name"
    ),
    Argument("environ", _ALL, ACCEPTED, "put over the variables of every request; its `wsgi.` names are left out"),
    Argument(
        "multithreaded",
        _THREADS,
        ACCEPTED,
        "`wsgi.multithread`; False runs one request at a time",
    ),
    Argument("multiprocess", _THREADS, ACCEPTED, "`wsgi.multiprocess`, and nothing else"),
    Argument(
        "bindAddress",
        _ALL,
        PARTLY,
        "a path, (host, port), a longer tuple for IPv6; with FastCGI, None is the socket that is descriptor 0. An "
        "address that other machines can reach needs FCGI_WEB_SERVER_ADDRS or allowedServers, with AJP a secret",
    ),
    Argument("umask", (*_FCGI, *_SCGI), ACCEPTED, "in force while a Unix socket is made"),
    Argument("multiplexed", _FCGI, IGNORED, "requests of one connection always run beside each other"),
    Argument(
        "debug",
        _ALL,
        ACCEPTED,
        "error pages show the traceback. False by default, which the flup of Python 2 had not",
    ),
    Argument("roles", _FCGI, PARTLY, "(1,), the responder; authorizers and filters are refused"),
    Argument("forceCGI", _FCGI, ACCEPTED, "plain CGI, once; so does FCGI_FORCE_CGI=Y in the environment"),
    Argument(
        "timeout",
        _FORK,
        ACCEPTED,
        "seconds a request may take; then the client gets 504 and the process is replaced. None is a day",
    ),
    Argument(
        "scriptName",
        (*_AJP, *_SCGI),
        ACCEPTED,
        "where the application is mounted; a path elsewhere is answered with 404 and not cut all the same",
    ),
    Argument(
        "allowedServers",
        (*_AJP, *_SCGI),
        ACCEPTED,
        "addresses that may connect over TCP. None, the default, is everybody, if only this machine can",
    ),
    Argument(
        "loggingLevel",
        (*_AJP, *_SCGI),
        IGNORED,
        "the gateway logs on standard error; SLUICE_LOG_LEVEL is its level",
    ),
    Argument(
        "minSpare",
        (*_THREADS, *_FORK),
        IGNORED,
        "there are more as soon as requests have waited for 0.1 seconds",
    ),
    Argument("maxSpare", (*_THREADS, *_FORK), ACCEPTED, "how many threads, or processes, there are at least"),
    Argument(
        "maxThreads",
        _THREADS,
        ACCEPTED,
        "how many there are at most, 250 if nothing is said. Beyond that requests wait and no connection is dropped",
    ),
    Argument("maxChildren", _FORK, ACCEPTED, "the same for processes"),
    Argument(
        "maxRequests",
        _FORK,
        ACCEPTED,
        "a process is replaced after about so many; 0 is never. The new one is there before the old one goes",
    ),
    Argument("sockTimeout", _FORK, IGNORED, "a slow client holds the gateway and no process"),
)


def arguments_of(server: str) -> tuple[Argument, ...]:
    """Return those of one module of `flup.server`."""
    return tuple(argument for argument in ARGUMENTS if server in argument.servers)
