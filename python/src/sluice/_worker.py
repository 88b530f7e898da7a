"""A worker process from its first step to its last: channels, application, threads, end."""

from __future__ import annotations

import os
import sys
from _thread import start_new_thread

from sluice import __version__
from sluice._control import watch
from sluice._descriptors import own
from sluice._environ import make_base
from sluice._exceptions import LaneClosed, WireError
from sluice._exits import EXIT_INTERNAL, EXIT_USAGE, EXIT_WIRE, give_up
from sluice._lane import Lane
from sluice._options import Options
from sluice._parent import die_with_parent
from sluice._process import load_application, set_up, tell
from sluice._request import run_request
from sluice._tracebacks import describe
from sluice._wire import READY, pack_block, pack_frame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from sluice._environ import Environ


def main(words: list[str]) -> None:
    """Run a worker with these `key=value` words; return when the gateway ends it."""
    try:
        options = Options(words)
        own([options.control, *options.lanes])
    except (ValueError, OSError) as error:
        give_up(EXIT_USAGE, str(error))
    die_with_parent()
    set_up()
    lanes = open_lanes(options.control, options.lanes, options.sends_paths)
    serve(options.control, lanes, load_application(options), len(lanes) > 1, options.is_multiprocess)


def open_lanes(control: int, descriptors: list[int], sends_paths: bool) -> list[Lane]:
    """Make the lanes, and have a thread serve the control channel from now on."""
    lanes = [Lane(fd, sends_paths) for fd in descriptors]
    start_new_thread(watch, (control, lanes))  # it runs nothing of the application, which need not see it
    return lanes


def serve(
    control: int, lanes: list[Lane], application: WSGIApplication, is_multithread: bool, is_multiprocess: bool
) -> None:
    """Tell the gateway that the worker is ready, and run requests until the lanes end."""
    bases = [make_base(lane.errors, is_multithread, is_multiprocess) for lane in lanes]
    if len(lanes) > 1:
        _start_threads(lanes, application, bases)
    tell_ready(control)
    _serve_lane(lanes[0], application, bases[0])


def _start_threads(lanes: list[Lane], application: WSGIApplication, bases: list[Environ]) -> None:
    from threading import Thread  # brings a lot that a worker of one thread does without

    for index in range(1, len(lanes)):
        args = (lanes[index], application, bases[index])
        Thread(target=_serve_lane, args=args, name=f"sluice-lane-{index}").start()


def tell_ready(control: int) -> None:
    """Tell the gateway that requests may come."""
    tell(control, pack_frame(READY, 0, pack_block(introduction())))


def introduction() -> dict[str, str]:
    """Return who this process is."""
    return {"pid": str(os.getpid()), "python": sys.version.split()[0], "worker": __version__}


def _serve_lane(lane: Lane, application: WSGIApplication, base: Environ) -> None:
    try:
        run_lane(lane, application, base)
    except LaneClosed:
        return
    except WireError as error:
        give_up(EXIT_WIRE, f"lane: {error}")
    except BaseException as error:
        give_up(EXIT_INTERNAL, describe(error))


def run_lane(lane: Lane, application: WSGIApplication, base: Environ) -> None:
    """Run one request after the other until the lane ends. Raises `LaneClosed` and `WireError`."""
    line = lane.line
    while line or lane.wait_for_request():
        try:
            request = line.popleft()
        except IndexError:
            continue  # no whole request yet, or it was recalled
        run_request(lane, application, base, request)
