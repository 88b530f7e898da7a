"""Reads the request body in pieces, as an application that keeps uploads does, and says how long it was."""

PIECE = 1 << 20


def application(environ, start_response):
    read = environ["wsgi.input"].read
    left = int(environ["CONTENT_LENGTH"])
    length = 0
    while left > 0:
        piece = read(min(left, PIECE))
        if not piece:
            break
        length += len(piece)
        left -= len(piece)
    body = b"%d bytes\n" % length
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
