"""Ways of cutting bytes into pieces: what a decoder may be fed with."""

from __future__ import annotations

WHOLE_MAX = 2000


def cuts(data: bytes) -> list:
    """Return the pieces of each way: whole, byte by byte, and in two at each place (of long data: at some)."""
    step = len(data) // WHOLE_MAX + 1
    ways = [[data], [data[at : at + 1] for at in range(len(data))]]
    return ways + [[data[:at], data[at:]] for at in range(1, len(data), step)]
