"""Says which application this is, in which interpreter and directory, and how it was asked."""

import json
import os
import sys


def application(environ, start_response):
    identity = {
        "name": os.environ.get("IDENTITY", ""),
        "prefix": sys.prefix,
        "directory": os.getcwd(),
        "script": environ["SCRIPT_NAME"],
        "path": environ["PATH_INFO"],
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(identity).encode()]
