"""Sluice: runs WSGI applications behind the Sluice gateway.

An application needs nothing from here. What it may want to catch is named below; both are `OSError`s.
"""

from __future__ import annotations

from sluice._exceptions import BodyIncomplete, ClientGone

__all__ = ["BodyIncomplete", "ClientGone", "__version__"]

__version__ = "0.1.0"
