"""The fork server: imports the application once, and forks a worker for each FORK of the gateway (wire section 10).

It runs no thread of its own, because threads do not survive a fork. Its control channel is its life line: if that ends,
the gateway has died, and the workers are killed, as the kernel does it for workers that are nobody's children.
"""

from __future__ import annotations

import gc
import os
import signal

from sluice._connect import connect_channels
from sluice._descriptors import own
from sluice._exits import EXIT_USAGE, give_up
from sluice._fork_loop import ForkLoop
from sluice._options import Options
from sluice._parent import die_with_parent, outlive_parent
from sluice._process import load_application, set_up, tell
from sluice._wake_up import WakeUp
from sluice._wire import LOADED, pack_block, pack_frame
from sluice._worker import introduction, open_lanes, serve

_WORDS = ("control", "threads", "meeting", "app")


def main(words: list[str]) -> None:
    """Run a fork server with these `key=value` words. Returns in a worker only, when the gateway ends that."""
    try:
        options = Options(words, _WORDS)
        own([options.control])
    except (ValueError, OSError) as error:
        give_up(EXIT_USAGE, str(error))
    die_with_parent()  # as long as the application is loaded nobody reads the control channel
    set_up()
    application = load_application(options)
    outlive_parent()
    was_collecting = gc.isenabled()
    gc.disable()
    gc.collect()
    gc.freeze()
    tell(options.control, pack_frame(LOADED, 0, pack_block({**introduction(), **threads_running()})))
    token = ForkLoop(options.control, WakeUp([signal.SIGCHLD])).run()
    if token is None:
        _remove(options.meeting)
        os._exit(0)  # exit handlers and threads of the application are its workers' business
    if was_collecting:
        gc.enable()
    control, lane_descriptors = connect_channels(options.meeting, token, options.threads)
    lanes = open_lanes(control, lane_descriptors, options.sends_paths)
    serve(control, lanes, application, len(lanes) > 1, options.is_multiprocess)


def threads_running() -> dict[str, str]:
    """Return the threads that will be missing in workers: their names, and how many there are."""
    from threading import enumerate as running
    from threading import main_thread

    names = [thread.name for thread in running() if thread is not main_thread()]
    try:
        count = len(os.listdir("/proc/self/task")) - 1
    except OSError:
        count = len(names)
    if count == 0:
        return {}
    text = ", ".join(names).encode("ascii", "backslashreplace").decode("ascii").replace("\0", "")
    return {"threads": str(count), "thread_names": text[:1024]}


def _remove(meeting: str) -> None:
    # The gateway does so too, if it still can.
    try:
        os.unlink(meeting)
        os.rmdir(os.path.dirname(meeting))
    except OSError:
        pass
