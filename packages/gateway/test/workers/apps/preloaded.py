"""An application that knows in which process it was imported."""

import os
import threading
import time

from app import application as rest

IMPORTED_BY = os.getpid()
WHAT = os.environ.get("PRELOADED_DOES", "")

if WHAT == "thread":
    threading.Thread(target=threading.Event().wait, name="left behind", daemon=True).start()
elif WHAT == "hang":
    time.sleep(3600)
elif WHAT == "crash":
    os.abort()


def application(environ, start_response):
    """Say who imported this and who runs it, or do what `app.py` does."""
    if environ["PATH_INFO"] != "/who":
        return rest(environ, start_response)
    lines = [IMPORTED_BY, os.getpid(), os.getsid(0), len(os.listdir("/proc/self/task"))]
    body = ",".join(map(str, lines)).encode()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body]
