"""A program that serves an object of its own: `serving.py KEYWORDS`, arguments of `sluice.serve` as JSON."""

import json
import os
import sys
import threading

import sluice


def make():
    gone_on = threading.Event()

    def application(environ, start_response):
        if environ["PATH_INFO"] == "/wait":
            gone_on.wait()
        elif environ["PATH_INFO"] == "/go":
            gone_on.set()
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"%d" % os.getpid()]

    return application


keywords = {name: tuple(value) if name == "threads" else value for name, value in json.loads(sys.argv[1]).items()}
print("returned", sluice.serve(make(), **keywords), flush=True)
