"""One connection to a server: sends while it receives, and waits no longer than it may. Knows no protocol."""

from __future__ import annotations

import select
import socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Union

    Address = Union[str, bytes, tuple[str, int]]

_PIECE_BYTES_MAX = 64 * 1024


def describe(address: Address) -> str:
    """Return an address as messages show it."""
    if isinstance(address, bytes):
        address = address.decode("utf-8", "backslashreplace")
    return f"unix:{address}" if isinstance(address, str) else f"{address[0]}:{address[1]}"


class Link:
    """A connection for one request. Use `exchange` until it returns nothing, and `close` it in any case.

    `timeout_seconds` is how long connecting, and every later wait for the server, may take; None is for ever. Raises
    `OSError` that names the address, and `TimeoutError`.
    """

    def __init__(self, address: Address, timeout_seconds: float | None) -> None:
        self._name = describe(address)
        self._timeout_seconds = timeout_seconds
        self._unsent = memoryview(b"")
        self._is_sending = True
        self._socket = self._connect(address)
        self._socket.setblocking(False)
        self._poll = select.poll()

    def _connect(self, address: Address) -> socket.socket:
        try:
            if not isinstance(address, (str, bytes)):
                connected = socket.create_connection(address, self._timeout_seconds)
                # A request that comes in two pieces would wait for the acknowledgement of the first.
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return connected
            connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connected.settimeout(self._timeout_seconds)
                connected.connect(address)
            except BaseException:
                connected.close()
                raise
            return connected
        except socket.timeout:
            raise self._timeout("connecting") from None
        except OSError as error:
            # The same class for the same number, with the address in it.
            raise OSError(error.errno, f"{error.strerror or error}: cannot connect to {self._name}") from error

    def exchange(self, outgoing: Iterator[bytes]) -> bytes:
        """Send what `outgoing` yields until something comes, and return that; nothing at the end of the connection."""
        while True:
            if self._is_sending and not self._unsent:
                self._take(outgoing)
            self._poll.register(self._socket, select.POLLIN | (select.POLLOUT if self._is_sending else 0))
            ready = self._poll.poll(None if self._timeout_seconds is None else self._timeout_seconds * 1000)
            if not ready:
                raise self._timeout("waiting")
            events = ready[0][1]
            if events & select.POLLOUT and self._is_sending:
                self._send()
            if events & ~select.POLLOUT:
                try:
                    return self._socket.recv(_PIECE_BYTES_MAX)
                except BlockingIOError:
                    continue
                except OSError as error:
                    raise OSError(error.errno, f"{error.strerror}: {self._name} broke the connection") from error

    def close(self) -> None:
        """Close the connection. May be called more than once."""
        self._socket.close()

    def _take(self, outgoing: Iterator[bytes]) -> None:
        piece = next(outgoing, None)
        self._is_sending = piece is not None
        self._unsent = memoryview(piece or b"")

    def _send(self) -> None:
        try:
            self._unsent = self._unsent[self._socket.send(self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            # It takes no more of the request, but may have answered.
            self._is_sending = False
            self._unsent = memoryview(b"")

    def _timeout(self, doing: str) -> TimeoutError:
        return TimeoutError(f"{self._name} did not answer in {self._timeout_seconds} seconds ({doing})")
