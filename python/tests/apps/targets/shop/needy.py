"""Needs a module of a directory that is not searched."""

import leaf

__all__ = ["leaf"]
