"""Answers one request by CGI (RFC 3875): variables from the environment, body from standard input."""

from __future__ import annotations

import os
import sys
from urllib.parse import unquote_to_bytes
from wsgiref.handlers import BaseCGIHandler

from sluice._head import make_head
from sluice.flup._application import FlupApplication

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from _typeshed.wsgi import WSGIApplication


def run_cgi(application: WSGIApplication, extra: Mapping[str, Any]) -> None:
    """Run `application` for the request that this process was started for."""
    handler = _Handler(sys.stdin.buffer, sys.stdout.buffer, sys.stderr, _variables(), False, True)
    handler.run(FlupApplication(application, extra, "flup.server.cgi"))


def _variables() -> dict[str, str]:
    variables = {
        os.fsencode(name).decode("latin-1"): os.fsencode(value).decode("latin-1") for name, value in os.environ.items()
    }
    if not variables.get("PATH_INFO"):
        script = variables.get("SCRIPT_NAME", "")
        path = unquote_to_bytes(variables.get("REQUEST_URI", "").partition("?")[0]).decode("latin-1")
        rest = path[len(script) :]
        is_under = path.startswith(script) and (not rest or rest.startswith("/"))
        variables["PATH_INFO"] = rest if is_under else ""
    return variables


class _Handler(BaseCGIHandler):
    wsgi_run_once = True
    os_environ: dict[str, str] = {}  # noqa: RUF012 (the variables of the request are all there is)
    has_body = True
    headers_sent: bool

    def start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        """Refuse what must not stand in a head, line ends above all."""
        _, self.has_body, _ = make_head(status, headers)
        return super().start_response(status, headers, exc_info)

    def set_content_length(self) -> None:
        """Say no length where there is no body (RFC 9110 section 8.6)."""
        if self.has_body:
            super().set_content_length()

    def finish_content(self) -> None:
        """The same for an application that has yielded nothing."""
        if self.has_body or self.headers_sent:
            super().finish_content()
        else:
            self.send_headers()
