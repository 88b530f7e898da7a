"""A gateway that a test can kill: starts a worker, has its application get stuck, says so and waits for the end."""

from __future__ import annotations

import sys
import time

from tests.gate import Gate
from tests.gateway import DEADLINE_SECONDS, Gateway


def main(app: str) -> None:
    """Run until killed. The worker inherits standard output, so its reader knows when the worker is gone as well."""
    with Gate() as gate:
        gateway = Gateway("dispatch")
        gateway.ready()
        gateway.start(TEST_APP=app, TEST_GATE=gate.path)
        gate.wait().release()
        print("stuck", flush=True)
        time.sleep(DEADLINE_SECONDS)


if __name__ == "__main__":
    main(sys.argv[1])
