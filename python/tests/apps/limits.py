"""Tells its resource limits, as they were when it was imported and as they are now."""

from __future__ import annotations

import resource

NUMBERS = (resource.RLIMIT_NOFILE, resource.RLIMIT_CORE, resource.RLIMIT_CPU)


def limits():
    return ["({},{})".format(*resource.getrlimit(number)) for number in NUMBERS]


AT_IMPORT = limits()


def application(environ, start_response):
    start_response("200 OK", [])
    return [" ".join(AT_IMPORT + limits()).encode()]
