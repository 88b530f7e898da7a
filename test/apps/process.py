"""Tells what the process it runs in may do, and holds it up."""

import ctypes
import json
import os
import resource
from urllib.parse import parse_qs

from stage import Stage


def rights(environ, start_response):
    """User, groups and limits; and the permissions of a file made in the directory that the query names."""
    path = os.path.join(parse_qs(environ["QUERY_STRING"])["directory"][0], "made by %d" % os.getpid())
    with open(path, "w"):
        pass
    status = os.stat(path)
    seen = {
        "users": os.getresuid(),
        "group": os.getgid(),
        "groups": sorted(os.getgroups()),
        "file": {"mode": oct(status.st_mode & 0o777), "uid": status.st_uid, "gid": status.st_gid},
        "nofile": resource.getrlimit(resource.RLIMIT_NOFILE),
        "core": resource.getrlimit(resource.RLIMIT_CORE),
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(seen).encode()]


def grips(environ, start_response):
    """Waits in C for the test to say a word, and lets no other thread run meanwhile."""
    stage = Stage(environ)
    stage.tell("begun")
    holding_the_interpreter = ctypes.PyDLL(None)
    word = ctypes.create_string_buffer(1)
    while word.raw != b"\n" and holding_the_interpreter.read(stage.fileno(), word, 1) > 0:
        pass
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"let go\n"]


def parent(environ, start_response):
    """Which process has imported the application, if it is another."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"%d" % os.getppid()]
