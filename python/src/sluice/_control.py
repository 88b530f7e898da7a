"""The control channel: answers RECALL, notes CANCEL, and ends the worker when the gateway ends the channel."""

from __future__ import annotations

import faulthandler
import os

from sluice._exceptions import WireError
from sluice._exits import EXIT_WIRE, give_up
from sluice._output import write_all
from sluice._wire import CONTROL_SIZES, RECALL, RETURNED, FrameReader, pack_frame, pack_tags, unpack_cancel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sluice._lane import Lane

_READ_BYTES = 4096
GRACE_SECONDS = 5.0
_STDERR = 2


def watch(fd: int, lanes: Sequence[Lane]) -> None:
    """Serve the control channel until it ends; the work of the control thread.

    Then the lanes end as soon as what they run ends. If that takes longer than the grace period, the stacks of all
    threads go to standard error and the process exits, even if a thread never lets go of the interpreter.
    """
    try:
        answer(fd, lanes)
    except WireError as error:
        give_up(EXIT_WIRE, f"control channel: {error}")
    except OSError:
        pass  # the gateway died while it was being answered: the same as the end of the channel
    faulthandler.dump_traceback_later(GRACE_SECONDS, exit=True, file=_STDERR)
    for lane in lanes:
        lane.close()


def answer(fd: int, lanes: Sequence[Lane]) -> None:
    """Answer what the gateway says until it ends the channel. Raises `WireError` and `OSError`."""
    reader = FrameReader(CONTROL_SIZES)
    while True:
        data = os.read(fd, _READ_BYTES)
        if not data:
            return
        for kind, index, payload in reader.feed(data):
            if index >= len(lanes):
                raise WireError("tag", f"there is no lane {index}")
            lane = lanes[index]
            if kind == RECALL:
                tags = pack_tags(lane.recall())
                write_all(fd, pack_frame(RETURNED, index, tags))
            else:
                lane.cancelled.add(unpack_cancel(kind, payload))
