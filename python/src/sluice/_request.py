"""Runs one request: environ, application, response."""

from __future__ import annotations

import os
from io import BytesIO

from sluice._environ import parse_request
from sluice._exceptions import ClientGone, LaneClosed, WireError
from sluice._input import open_streamed
from sluice._response import Response
from sluice._tracebacks import describe
from sluice._wire import REQUEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO

    from _typeshed.wsgi import WSGIApplication

    from sluice._environ import Environ
    from sluice._input import StreamedBody
    from sluice._lane import Lane, Request


def run_request(lane: Lane, application: WSGIApplication, base: Environ, request: Request) -> None:
    """Run `request` to its end, whatever the application does.

    Raises `LaneClosed` if the gateway has gone and `WireError` if it has sent nonsense.
    """
    kind, tag, payload, body = request
    lane.tag = tag
    if lane.cancelled and tag in lane.cancelled:
        lane.fail(tag, "")
        _clean_up(lane, tag, body, None)
        return
    stream: IO[bytes] | None = None
    try:
        environ, rest = parse_request(payload, base)
        response = Response(lane, tag, environ.get("REQUEST_METHOD") == "HEAD")
        if kind == REQUEST:
            environ["wsgi.input"] = rest if type(rest) is BytesIO else BytesIO(rest)
        else:
            stream = open_streamed(lane, body) if body is not None else open(os.fsdecode(rest), "rb")
            environ["wsgi.input"] = stream
        environ["sluice.client_gone"] = response.is_client_gone
        environ.setdefault("sluice.queue_ms", "0.0")  # the gateway sets it for a request that had to wait
        result = application(environ, response.start_response)
        if type(result) is list or type(result) is tuple:
            response.send_parts(result)
        else:
            response.send_iterable(result)
    except (LaneClosed, WireError):
        raise
    except BaseException as error:  # SystemExit too: it ends the request, not the worker
        is_expected = isinstance(error, ClientGone) and tag in lane.cancelled
        lane.fail(tag, "" if is_expected else describe(error))
    if kind != REQUEST or lane.cancelled:
        _clean_up(lane, tag, body, stream)


def _clean_up(lane: Lane, tag: int, body: StreamedBody | None, stream: IO[bytes] | None) -> None:
    if body is not None:
        lane.skip_body(body)
    if stream is not None:
        stream.close()
    lane.cancelled.discard(tag)
