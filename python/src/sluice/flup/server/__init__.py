"""flup's servers, over again: `fcgi`, `fcgi_fork`, `fcgi_single`, `ajp`, `ajp_fork`, `scgi`, `scgi_fork` and `cgi`."""


class NoDefault:
    """The default of arguments for which None has a meaning of its own."""


__all__ = ["NoDefault"]
