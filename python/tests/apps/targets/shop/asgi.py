"""The one for ASGI."""

from unfit import asgi_object as application

__all__ = ["application"]
