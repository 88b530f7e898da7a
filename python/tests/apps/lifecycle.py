"""Applications that look at, or meddle with, the process they run in. Exit handlers say when it ends."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
from collections import deque
from itertools import repeat

import gated

MODULES_AT_IMPORT = sorted(sys.modules)


@atexit.register
def at_exit():
    sys.stderr.write("exit handler ran\n")


def respond(start_response, text):
    start_response("200 OK", [])
    return [str(text).encode()]


def modules(environ, start_response):
    return respond(start_response, "\n".join(MODULES_AT_IMPORT))


def stuck(environ, start_response):
    """Never comes back, but lets other threads run."""
    gated.wait(environ, "stuck")
    signal.pause()


def stuck_in_c(environ, start_response):
    """Never comes back and never lets another thread run."""
    gated.wait(environ, "stuck")
    deque(repeat(None), maxlen=0)


def endless(environ, start_response):
    start_response("200 OK", [])
    while True:
        yield b"more" * 1000


def prints(environ, start_response):
    print("a line on standard output")
    return respond(start_response, "printed")


def crashes(environ, start_response):
    os.kill(os.getpid(), signal.SIGSEGV)


def child_program(environ, start_response):
    """Starts a program with everything a program can inherit."""
    code = (
        "import os, signal; "
        "print(signal.getsignal(signal.SIGTERM) == signal.SIG_DFL, "
        "signal.getsignal(signal.SIGINT) is signal.default_int_handler, "
        "sum(1 for fd in range(3, 100) if os.path.exists(f'/dev/fd/{fd}')))"
    )
    done = subprocess.run([sys.executable, "-c", code], close_fds=False, stdout=subprocess.PIPE, check=True)
    return respond(start_response, done.stdout.decode().strip())


def forked(environ, start_response):
    """Forks a process that waits for ever, and ends it as multiprocessing would."""
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        open_sockets = sum(1 for fd in range(3, 100) if is_socket(fd))
        os.write(writer, str(open_sockets).encode())
        while True:
            signal.pause()
    open_sockets = os.read(reader, 10).decode()
    os.close(reader)
    os.close(writer)
    os.kill(pid, signal.SIGTERM)
    _, status = os.waitpid(pid, 0)
    return respond(start_response, f"{open_sockets} {os.WTERMSIG(status) == signal.SIGTERM}")


def is_socket(fd):
    import stat

    try:
        return stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError:
        return False


def swallows(environ, start_response):
    """Reads a body and takes any error for its end."""
    try:
        environ["wsgi.input"].read()
    except Exception:
        return respond(start_response, "swallowed")
    return respond(start_response, "read")
