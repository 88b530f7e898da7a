"""From flup's numbers of threads and children to those of the gateway."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sluice._gateway import Setting
    from sluice._server import Count

# More than that at once in one interpreter only wait for each other.
THREADS_MAX = 250
_CHILDREN_MAX = 1024


class Workers:
    """Threads or processes, in the terms of `sluice.Server`."""

    def __init__(
        self,
        *,
        threads: Count = 1,
        processes: Count = 1,
        fork: bool = False,
        main: bool = False,
        is_multithread: bool = False,
        is_multiprocess: bool = False,
        settings: dict[str, Setting] | None = None,
    ) -> None:
        self.threads = threads
        self.processes = processes
        self.fork = fork
        self.main = main
        self.is_multithread = is_multithread
        self.is_multiprocess = is_multiprocess
        self.settings: dict[str, Setting] = settings or {}

    @property
    def least(self) -> int:
        """How many there are at least."""
        return self._range()[0]

    @property
    def most(self) -> int:
        """How many there are at most."""
        return self._range()[1]

    def _range(self) -> tuple[int, int]:
        count = self.processes if self.fork else self.threads
        return count if isinstance(count, tuple) else (count, count)


def threaded(
    is_multithread: bool, is_multiprocess: bool, minSpare: int = 1, maxSpare: int = 5, maxThreads: int = sys.maxsize
) -> Workers:
    """Return flup's thread pool: `maxSpare` threads, and up to `maxThreads` as requests wait for one."""
    _check(minSpare, maxSpare)
    most = min(max(minSpare, maxThreads), THREADS_MAX) if is_multithread else 1
    threads = (min(maxSpare, most), most)
    return Workers(threads=threads, is_multithread=is_multithread, is_multiprocess=is_multiprocess)


def forked(
    timeout: float | None,
    minSpare: int = 1,
    maxSpare: int = 5,
    maxChildren: int = 50,
    maxRequests: int = 0,
    sockTimeout: float = 0,
) -> Workers:
    """Return flup's children: `maxSpare` processes, and up to `maxChildren` as requests wait for one."""
    _check(minSpare, maxSpare)
    if isinstance(sockTimeout, bool) or not isinstance(sockTimeout, (int, float)) or sockTimeout < 0:
        raise ValueError("sockTimeout must be a number, greater than or equal to 0")
    settings: dict[str, Setting] = {}
    if timeout:
        settings["request_timeout"] = f"{max(1, round(timeout * 1000))}ms"
    if maxRequests > 0:
        settings["recycle_requests"] = maxRequests
    most = min(max(maxSpare, maxChildren), _CHILDREN_MAX)
    return Workers(processes=(maxSpare, most), fork=True, is_multiprocess=True, settings=settings)


def single() -> Workers:
    """Return the one thread that calls `run`."""
    return Workers(main=True)


def without_jobs(arguments: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return arguments without those that flup drops unseen as well."""
    return {name: value for name, value in arguments.items() if name not in ("jobClass", "jobArgs", *names)}


def _check(minSpare: int, maxSpare: int) -> None:
    if minSpare < 1:
        raise ValueError("minSpare must be at least 1!")
    if maxSpare < minSpare:
        raise ValueError("maxSpare must be greater than, or equal to, minSpare!")
