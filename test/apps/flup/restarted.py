"""A script for a loop of the shell: `restarted.py SERVER [ARGUMENTS]`, with the arguments of the server as JSON.

It says who it is, serves an application that is made when it runs, and ends with 42 after SIGHUP: once more, please.
"""

import importlib
import json
import os
import sys

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from ledger import entered
from made import make_application

server, arguments = (*sys.argv[1:], "{}")[:2]
WSGIServer = importlib.import_module(f"sluice.flup.server.{server}").WSGIServer


def make():
    others = make_application("made at run time")

    def application(environ, start_response):
        if environ["PATH_INFO"] == "/ledger":
            return entered(environ, start_response)
        return others(environ, start_response)

    return application


sys.stderr.write(f"script {os.getpid()}\n")
sys.stderr.flush()
sys.exit(42 if WSGIServer(make(), **json.loads(arguments)).run() else 0)
