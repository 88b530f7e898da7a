"""What the tests ask of an application: PATH_INFO says what to do, QUERY_STRING with what."""

import os
import signal
import sys
from threading import Event


def application(environ, start_response):
    """Do what the path says, then answer with the pid of the worker."""
    action = ACTIONS[environ["PATH_INFO"]]
    body = action(environ) or str(os.getpid()).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


def hello(environ):
    return b"hello"


def echo(environ):
    return environ["wsgi.input"].read()


def slow(environ):
    """Say on one FIFO that the request runs, and wait at another for leave to go on."""
    begun, leave = environ["QUERY_STRING"].split(",")
    with open(begun, "w") as announcement:
        announcement.write("begun\n")
    with open(leave) as permission:
        permission.read()


def exits(environ):
    os._exit(7)


def kills_itself(environ):
    os.kill(os.getpid(), signal.SIGKILL)


def garbage(environ):
    for fd in lane_descriptors():
        os.write(fd, b"garbage!" * 2)
    Event().wait()


def closes_its_lane(environ):
    for fd in lane_descriptors():
        os.close(fd)
    Event().wait()


def lane_descriptors():
    with open("/proc/self/cmdline") as command:
        lanes = next(word for word in command.read().split("\0") if word.startswith("lanes="))
    return [int(fd) for fd in lanes[len("lanes=") :].split(",")]


def prints(environ):
    print("to stdout", flush=True)
    print("to stderr", file=sys.stderr, flush=True)
    environ["wsgi.errors"].write("to wsgi.errors\n")
    environ["wsgi.errors"].flush()


def raises(environ):
    raise ValueError("on purpose")


def large(environ):
    """More than the gateway reads at once, little enough for the socket to hold the rest."""
    return b"x" * 200_000


def marks_and_exits(environ):
    """Leave a mark in a file for each time it is begun, and die."""
    with open(environ["QUERY_STRING"], "a") as marks:
        marks.write("begun\n")
    os._exit(1)


ACTIONS = {
    "/hello": hello,
    "/echo": echo,
    "/slow": slow,
    "/exits": exits,
    "/kills-itself": kills_itself,
    "/garbage": garbage,
    "/closes-its-lane": closes_its_lane,
    "/prints": prints,
    "/raises": raises,
    "/large": large,
    "/marks-and-exits": marks_and_exits,
    "/pid": lambda environ: None,
}
