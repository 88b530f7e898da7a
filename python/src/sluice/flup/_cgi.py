"""Answers one request by CGI (RFC 3875): variables from the environment, body from standard input."""

from __future__ import annotations

import sys
from wsgiref.handlers import BaseCGIHandler, read_environ

from sluice.flup._application import FlupApplication

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from _typeshed.wsgi import WSGIApplication


def run_cgi(application: WSGIApplication, extra: Mapping[str, Any]) -> None:
    """Run `application` for the request that this process was started for."""
    handler = _Handler(sys.stdin.buffer, sys.stdout.buffer, sys.stderr, read_environ(), False, True)
    handler.run(FlupApplication(application, extra, "flup.server.cgi"))


class _Handler(BaseCGIHandler):
    wsgi_run_once = True
    os_environ: dict[str, str] = {}  # noqa: RUF012 (the variables of the request are all there is)
