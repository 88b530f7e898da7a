"""A page of ordinary size, ready in memory."""

BODY = b"0123456789abcde\n" * 640


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(BODY)))])
    return [BODY]
