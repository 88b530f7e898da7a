"""The application of the examples: it says a greeting, and where it is mounted."""

import os


def application(environ, start_response):
    lines = [os.environ.get("GREETING", "Hello"), f"mounted at {environ['SCRIPT_NAME'] or '/'}"]
    body = ("\n".join(lines) + "\n").encode()
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]
