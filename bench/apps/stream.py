"""A response in 100 pieces, none of them known when the head is sent."""

PIECE = b"x" * 99 + b"\n"


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    for _ in range(100):
        yield PIECE
