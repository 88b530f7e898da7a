"""Puts flup's environ, and what flup let applications do, around a WSGI application."""

from __future__ import annotations

from sluice._file_wrapper import FileWrapper

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any, Callable, Union

    from _typeshed.wsgi import WSGIApplication

    Environ = dict[str, Any]
    Text = Union[str, bytes]

_REQUIRED = {
    "REQUEST_METHOD": "GET",
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.0",
}
_HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailers", "upgrade")
) | {"transfer-encoding", "status"}


class FlupApplication:
    """`application`, as flup's servers call it.

    The environ gets `extra` on top of the variables of the web server, and what PEP 3333 asks for where a web server
    has not sent it. Status, headers and body may be str or bytes, as with flup on Python 3, and hop-by-hop headers,
    which only the web server may send, are dropped and not passed on.
    """

    def __init__(self, application: WSGIApplication, extra: Mapping[str, object], server: str) -> None:
        self._application = application
        self._extra = {name: value for name, value in extra.items() if not name.startswith("wsgi.")}
        self._server = server

    def __call__(self, environ: Environ, start_response: Callable[..., Callable[[bytes], object]]) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        environ.update(self._extra)
        self._complete(environ)

        def start(status: Any, headers: Any, exc_info: Any = None, /) -> Callable[[Any], None]:
            if type(status) is not str or not all(map(_is_right, headers)):
                status, headers = _text(status), _repaired(headers)
            send = start_response(status, headers, exc_info)

            def write(data: Text) -> None:
                send(_bytes(data))

            return write

        result: Any = self._application(environ, start)
        kind = type(result)
        if kind is list or kind is tuple:
            return result if all(type(part) is bytes for part in result) else [_bytes(part) for part in result]
        return result if kind is FileWrapper else _Parts(result)

    def _complete(self, environ: Environ) -> None:
        if not environ.get("QUERY_STRING"):
            environ["QUERY_STRING"] = environ.get("REQUEST_URI", "").partition("?")[2]
        environ.setdefault("SCRIPT_NAME", "")
        environ.setdefault("PATH_INFO", "")
        for name, value in _REQUIRED.items():
            if name not in environ:
                environ["wsgi.errors"].write(
                    f"{self._server}: the web server has not sent {name}; {value} is assumed\n"
                )
                environ[name] = value


class _Parts:
    """What an application yields, as bytes."""

    def __init__(self, parts: Iterable[Text]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        return map(_bytes, self._parts)

    def close(self) -> None:
        close = getattr(self._parts, "close", None)
        if close is not None:
            close()


def _is_right(header: object) -> bool:
    # What is no pair at all is for the server to complain of.
    if not isinstance(header, tuple) or len(header) != 2:
        return True
    name, value = header
    return type(name) is str and type(value) is str and name.lower() not in _HOP_BY_HOP


def _text(value: Text) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _bytes(value: Text) -> bytes:
    return value.encode("latin-1") if isinstance(value, str) else value


def _repaired(headers: list[tuple[Text, Text]]) -> list[tuple[Text, Text]]:
    pairs = [(_text(name), _text(value)) for name, value in headers]
    return [(name, value) for name, value in pairs if name.lower() not in _HOP_BY_HOP]
