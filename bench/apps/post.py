"""Reads the whole request body and says how long it was."""


def application(environ, start_response):
    length = len(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    body = b"%d bytes\n" % length
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
