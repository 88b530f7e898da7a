"""Real files through `wsgi.file_wrapper`, by the code of `examples/files.py`."""

import importlib.util
import os
from urllib.parse import parse_qs

EXAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "files.py")
spec = importlib.util.spec_from_file_location("example_files", EXAMPLE)
example = importlib.util.module_from_spec(spec)
spec.loader.exec_module(example)


def file(environ, start_response):
    """`?path=P` sends that file, with Range and If-None-Match."""
    return example.send_file(parse_qs(environ["QUERY_STRING"])["path"][0], environ, start_response)
