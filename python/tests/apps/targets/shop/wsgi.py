"""The one for WSGI."""

from named import app as application

__all__ = ["application"]
