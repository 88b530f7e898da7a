"""Applications that show what the worker gives them."""

from __future__ import annotations

import json
import sys
import threading


def show(environ, start_response):
    start_response("200 OK", [])
    seen = {name: value for name, value in environ.items() if isinstance(value, (str, bool, tuple))}
    seen["type"] = type(environ).__name__
    seen["callables"] = [name for name, value in environ.items() if callable(value)]
    return [json.dumps(seen).encode()]


def spoil(environ, start_response):
    """Changes everything it can reach; the next request must not notice."""
    for name in list(environ):
        environ[name] = "spoiled"
    environ["HTTP_SPOILED"] = "1"
    start_response("200 OK", [])
    return []


def process(environ, start_response):
    import os

    import sluice

    start_response("200 OK", [])
    seen = {
        "argv": sys.argv,
        "path": sys.path,
        "directory": os.getcwd(),
        "thread": threading.current_thread().name,
        "is_main": threading.current_thread() is threading.main_thread(),
        "sluice": sluice.__file__,
        "stdin": sys.stdin.read(),
        "modules": sorted(sys.modules),
    }
    return [json.dumps(seen).encode()]
