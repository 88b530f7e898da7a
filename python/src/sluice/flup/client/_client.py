"""What FCGIApp and SCGIApp have in common: the address, what a server gets of an environ, the course of a call."""

from __future__ import annotations

from sluice.flup.client._body import Body
from sluice.flup.client._link import Link
from sluice.flup.client._reply import Reply

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Callable

    from sluice.flup.client._link import Address
    from sluice.flup.client._reply import Receive

    Environ = dict[str, Any]
    Pairs = list[tuple[bytes, bytes]]

TIMEOUT_SECONDS = 60.0


class Client:
    """The arguments of flup's clients. The three attributes may be changed by subclasses, as with flup."""

    _environPrefixes = ("SERVER_", "HTTP_", "REQUEST_", "REMOTE_", "PATH_", "CONTENT_")
    _environCopies = ("SCRIPT_NAME", "QUERY_STRING", "AUTH_TYPE")
    _environRenames: dict[str, str] = {}  # noqa: RUF012 (never changed in place)

    def __init__(
        self,
        connect: Address | None,
        host: str | None,
        port: int | None,
        filterEnviron: bool,
        timeout_seconds: float | None,
    ) -> None:
        name = type(self).__name__
        if host is not None:
            if port is None:
                raise TypeError(f"{name}: host needs a port")
            connect = (host, port)
        if connect is None:
            raise TypeError(f"{name} needs connect: the path of a Unix socket, or (host, port)")
        if not isinstance(connect, (str, bytes)) and len(connect) != 2:
            raise TypeError(f"{name}: connect is {connect!r}; it has to be a path, or (host, port)")
        self._connect = connect
        self._filter_environ = filterEnviron
        self._timeout_seconds = timeout_seconds

    def __call__(self, environ: Environ, start_response: Callable[..., object]) -> Iterable[bytes]:
        """Pass one request on (PEP 3333)."""
        body = Body(environ)
        try:
            outgoing = self._outgoing(self._variables(environ, body.length), body)
            link = Link(self._connect, self._timeout_seconds)
        except BaseException:
            body.close()
            raise
        reply = Reply(link, body, outgoing, self._receiver(environ))
        reply.begin(start_response, environ["REQUEST_METHOD"])
        return reply

    def _outgoing(self, variables: Pairs, body: Body) -> Iterator[bytes]:
        """Return what is sent, in pieces. Raises `ValueError` for variables that cannot be."""
        raise NotImplementedError

    def _receiver(self, environ: Environ) -> Receive:
        """Return what takes the bytes that come."""
        raise NotImplementedError

    def _variables(self, environ: Environ, body_length: int) -> Pairs:
        # php-fpm reads no body without its length.
        chosen = {"GATEWAY_INTERFACE": "CGI/1.1", "QUERY_STRING": ""}
        if self._filter_environ:
            prefixes = tuple(self._environPrefixes)
            for name, value in environ.items():
                if name.startswith(prefixes) or name in self._environCopies:
                    chosen[name] = value
                if name in self._environRenames:
                    chosen[self._environRenames[name]] = value
        else:
            chosen.update((name, value) for name, value in environ.items() if name.upper() == name)
        if body_length:
            chosen["CONTENT_LENGTH"] = str(body_length)
        return [(_encode(name, name), _encode(name, value)) for name, value in chosen.items() if name]


def _encode(name: str, text: object) -> bytes:
    if not isinstance(text, str):
        raise TypeError(f"environ[{name!r}] is of type {type(text).__name__}; only str can be passed on")
    if "\0" in text:
        raise ValueError(f"environ[{name!r}] holds a NUL")
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise ValueError(f"environ[{name!r}] holds characters that are not latin-1") from None
