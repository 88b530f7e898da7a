"""A WSGI application that passes its requests on to a FastCGI server: flup.client.fcgi_app, over again."""

from __future__ import annotations

from sluice.flup._fastcgi import (
    CANT_MPX_CONN,
    END_REQUEST,
    OVERLOADED,
    REQUEST_COMPLETE,
    STDERR,
    STDIN,
    STDOUT,
    UNKNOWN_ROLE,
    FastCgiError,
    RecordReader,
    pack_begin,
    pack_params,
    pack_record,
    unpack_end,
)
from sluice.flup.client._client import TIMEOUT_SECONDS, Client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO, Any

    from sluice.flup.client._body import Body
    from sluice.flup.client._client import Pairs
    from sluice.flup.client._link import Address
    from sluice.flup.client._reply import Receive

    Environ = dict[str, Any]

__all__ = ["FCGIApp"]

_REQUEST_ID = 1
_REFUSALS = {
    CANT_MPX_CONN: "cannot take another request on this connection",
    OVERLOADED: "is overloaded",
    UNKNOWN_ROLE: "is no responder",
}


class FCGIApp(Client):
    """Each call is one request to the server at `connect`, on a connection of its own.

    `connect` is the path of a Unix socket or (host, port); `host` and `port` say the same. With `filterEnviron` the
    server gets what CGI has of the environ, otherwise every variable in capitals, SCRIPT_FILENAME for php-fpm among
    them. `timeout_seconds` is how long connecting, and each later wait for the server, may take; 60 by default, and
    None is for ever. `command`, which flup accepts and then cannot do, is refused.

    Bodies are passed on as they come, both ways at once. A call raises `OSError` where the server cannot be reached,
    `TimeoutError`, `EOFError` where it hangs up, and `FastCgiError` or `CgiHeadError` for what it must not send; so
    does the iterable that it returns.
    """

    def __init__(
        self,
        command: str | None = None,
        connect: Address | None = None,
        host: str | None = None,
        port: int | None = None,
        filterEnviron: bool = True,
        *,
        timeout_seconds: float | None = TIMEOUT_SECONDS,
    ) -> None:
        if command is not None:
            raise NotImplementedError(
                "FCGIApp starts no servers, and flup's never did: start it with spawn-fcgi, and say connect="
            )
        super().__init__(connect, host, port, filterEnviron, timeout_seconds)

    def _outgoing(self, variables: Pairs, body: Body) -> Iterator[bytes]:
        opening = pack_begin(_REQUEST_ID) + b"".join(pack_params(_REQUEST_ID, variables))
        return _records(opening, body)

    def _receiver(self, environ: Environ) -> Receive:
        return _Receiver(environ["wsgi.errors"]).receive


def _records(opening: bytes, body: Body) -> Iterator[bytes]:
    """Yield a request. What is known at one time leaves at one time."""
    end = pack_record(STDIN, _REQUEST_ID)
    if not body.length:
        yield opening + end
    for piece, is_last in body.pieces():
        yield opening + pack_record(STDIN, _REQUEST_ID, piece) + (end if is_last else b"")
        opening = b""


class _Receiver:
    """Takes what the server sends for the one request."""

    def __init__(self, errors: IO[str]) -> None:
        self._reader = RecordReader()
        self._errors = errors

    def receive(self, data: bytes) -> tuple[bytes, bool]:
        """Return what the records hold of STDOUT, and whether the request has ended. STDERR goes to `wsgi.errors`."""
        if not data:
            raise EOFError("the FastCGI server closed the connection before the end of the response")
        output: list[bytes] = []
        for kind, request_id, content in self._reader.feed(data):
            if kind not in (STDOUT, STDERR, END_REQUEST):
                continue
            if request_id != _REQUEST_ID:
                raise FastCgiError("content", f"the FastCGI server answers request {request_id}; there is only 1")
            if kind == STDOUT:
                output.append(content)
            elif kind == STDERR:
                self._errors.write(content.decode("utf-8", "backslashreplace"))
                self._errors.flush()
            else:
                _check_end(content)
                return b"".join(output), True
        return b"".join(output), False


def _check_end(content: bytes) -> None:
    status, _ = unpack_end(content)
    if status != REQUEST_COMPLETE:
        meaning = _REFUSALS.get(status, f"ended the request with status {status}")
        raise FastCgiError("content", f"the FastCGI server {meaning}")
