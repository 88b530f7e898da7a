"""A script the flup way: `serve.py PACKAGE SERVER [ARGUMENTS]`, with the arguments of the server as JSON.

PACKAGE is `flup`, or what stands in for it. The application is made when the script runs: nobody could import it. A
SIGHUP ends the script with 42, so that a loop in a shell may start it again.
"""

import importlib
import json
import sys

from made import make_application

package, server, arguments = (*sys.argv[1:], "{}")[:3]
WSGIServer = importlib.import_module(f"{package}.server.{server}").WSGIServer


def from_json(value):
    return tuple(value) if isinstance(value, list) else value


options = {name: from_json(value) for name, value in json.loads(arguments).items()}
ret = WSGIServer(make_application("made at run time"), **options).run()
sys.exit(42 if ret else 0)
