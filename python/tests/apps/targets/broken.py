"""Fails while it is imported."""

from __future__ import annotations


def explode():
    raise RuntimeError("while imported")


explode()
