"""Resource limits of the process, setrlimit(2), set before the application is imported."""

from __future__ import annotations

from sluice._exceptions import LoadError

# CPU time is the only limit with a warning: SIGXCPU at the soft limit, SIGKILL at the hard one.
_CPU_WARNING_SECONDS = 5


def apply_limits(limits: dict[str, int]) -> None:
    """Set each limit, by its name in lower case, soft and hard alike. Raises `LoadError`, naming the limit."""
    if not limits:
        return
    import resource

    for name, value in limits.items():
        number = getattr(resource, f"RLIMIT_{name.upper()}", None)
        if number is None:
            raise LoadError(f"rlimits.{name}: this system has no such limit")
        hard = resource.getrlimit(number)[1]
        wanted = value + _CPU_WARNING_SECONDS if name == "cpu" else value
        if hard != resource.RLIM_INFINITY and value <= hard:
            wanted = min(wanted, hard)
        try:
            resource.setrlimit(number, (value, wanted))
        except (ValueError, OSError) as error:
            allowed = "unlimited" if hard == resource.RLIM_INFINITY else str(hard)
            raise LoadError(
                f"rlimits.{name} = {value} cannot be set: {error}; the hard limit of this process is {allowed}, "
                "and only root may raise it (systemd: Limit...=, elsewhere: ulimit -H)"
            ) from None
