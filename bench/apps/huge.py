"""64 mebibytes in pieces of one, with the length known."""

PIECE = b"0123456789abcde\n" * 65536
COUNT = 64


def application(environ, start_response):
    length = str(len(PIECE) * COUNT)
    start_response("200 OK", [("Content-Type", "application/octet-stream"), ("Content-Length", length)])
    for _ in range(COUNT):
        yield PIECE
