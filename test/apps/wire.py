"""An application that writes to the worker's own descriptors, as one with a bug in native code might."""

import os
import signal
import time
from urllib.parse import parse_qs

_CONTROL = 3
_FOREVER_SECONDS = 600


def writes(environ, start_response):
    """`?to=lane|control&bytes=HEX&then=die|stay`; in the bytes TTTT is the tag of the request and UUUU another one."""
    query = parse_qs(environ["QUERY_STRING"], keep_blank_values=True)
    lane = environ["wsgi.errors"]._lane
    tags = {"TTTT": lane.tag, "UUUU": lane.tag ^ 1}
    text = query["bytes"][0]
    for name, tag in tags.items():
        text = text.replace(name, f"{tag:04x}")
    data = bytes.fromhex(text)
    descriptor = _CONTROL if query["to"][0] == "control" else lane._fd
    while data:
        data = data[os.write(descriptor, data) :]
    if query["then"][0] == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(_FOREVER_SECONDS)
