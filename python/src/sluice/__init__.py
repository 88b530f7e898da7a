"""Sluice: runs WSGI applications behind the Sluice gateway.

An application needs nothing from here. What it may want to catch is named below; `BodyIncomplete` and `ClientGone` are
`OSError`s. A program that serves an application of its own calls `serve`, or runs a `Server`.
"""

from __future__ import annotations

from sluice._exceptions import BodyIncomplete, ClientGone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sluice._gateway import GatewayFailed
    from sluice._locate import GatewayNotFound
    from sluice._server import Server, serve

__all__ = [
    "BodyIncomplete",
    "ClientGone",
    "GatewayFailed",
    "GatewayNotFound",
    "Server",
    "__version__",
    "serve",
]

__version__ = "0.1.0"

# A worker imports this package too, and none of these.
_PLACES = {
    "GatewayFailed": "sluice._gateway",
    "GatewayNotFound": "sluice._locate",
    "Server": "sluice._server",
    "serve": "sluice._server",
}


def __getattr__(name: str) -> object:
    place = _PLACES.get(name)
    if place is None:
        raise AttributeError(f"module 'sluice' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(place), name)
    globals()[name] = value
    return value
