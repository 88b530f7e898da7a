"""A WSGI application that passes its requests on to an SCGI server: flup.client.scgi_app, over again."""

from __future__ import annotations

from sluice.flup._scgi import pack_headers
from sluice.flup.client._client import TIMEOUT_SECONDS, Client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sluice.flup.client._body import Body
    from sluice.flup.client._client import Pairs
    from sluice.flup.client._link import Address
    from sluice.flup.client._reply import Receive

    Environ = dict[str, Any]

__all__ = ["SCGIApp"]


class SCGIApp(Client):
    """Each call is one request to the server at `connect`; arguments and errors are those of `FCGIApp`.

    A response ends where the connection ends, so one that was cut off can only be told by its Content-Length.
    """

    def __init__(
        self,
        connect: Address | None = None,
        host: str | None = None,
        port: int | None = None,
        filterEnviron: bool = True,
        *,
        timeout_seconds: float | None = TIMEOUT_SECONDS,
    ) -> None:
        super().__init__(connect, host, port, filterEnviron, timeout_seconds)

    def _outgoing(self, variables: Pairs, body: Body) -> Iterator[bytes]:
        return _pieces(pack_headers(body.length, variables), body)

    def _receiver(self, environ: Environ) -> Receive:
        return _receive


def _pieces(headers: bytes, body: Body) -> Iterator[bytes]:
    if not body.length:
        yield headers
    for piece, _ in body.pieces():
        yield headers + piece
        headers = b""


def _receive(data: bytes) -> tuple[bytes, bool]:
    return data, not data
