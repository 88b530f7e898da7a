"""As many bytes as the query asks for, in pieces of a mebibyte; or reads a body in such pieces and says how long it was."""

PIECE = b"0123456789abcde\n" * 65536


def application(environ, start_response):
    if environ["REQUEST_METHOD"] == "POST":
        return [answer_to_upload(environ, start_response)]
    length = int(environ["QUERY_STRING"] or 0)
    start_response("200 OK", [("Content-Type", "application/octet-stream"), ("Content-Length", str(length))])
    return pieces(length)


def pieces(left):
    while left >= len(PIECE):
        left -= len(PIECE)
        yield PIECE
    if left:
        yield PIECE[:left]


def answer_to_upload(environ, start_response):
    length = 0
    while True:
        piece = environ["wsgi.input"].read(len(PIECE))
        if not piece:
            break
        length += len(piece)
    body = b"%d bytes\n" % length
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return body
