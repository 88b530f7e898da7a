"""Needs a package that is not there."""

import no_such_package

__all__ = ["no_such_package"]
