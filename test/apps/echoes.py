"""What the application was given, told back."""

import hashlib
import json
from urllib.parse import parse_qs

PATTERN = bytes(range(251)) * 261  # 65511 bytes; a length prime to every buffer size, so that shifts show


def reply(start_response, content_type, body):
    start_response("200 OK", [("Content-Type", content_type), ("Content-Length", str(len(body)))])
    return [body]


def reply_json(start_response, value):
    return reply(start_response, "application/json", json.dumps(value).encode("ascii"))


def read_body(environ):
    return environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or -1))


def hello(environ, start_response):
    return reply(start_response, "text/plain", b"hello\n")


def count(environ, start_response):
    """`?file=P&id=N` adds a line to a file, so that the test can count how often this request was run."""
    query = parse_qs(environ["QUERY_STRING"])
    with open(query["file"][0], "a") as file:
        file.write(query["id"][0] + "\n")
    return reply(start_response, "text/plain", b"counted\n")


def environ(environ, start_response):
    """Every variable that is a string, as JSON; a character stands for a byte (latin-1)."""
    return reply_json(start_response, {k: v for k, v in environ.items() if isinstance(v, str)})


def echo(environ, start_response):
    return reply(start_response, environ.get("CONTENT_TYPE") or "application/octet-stream", read_body(environ))


def digest(environ, start_response):
    """Reads the body to its end, whether its length is known or not, and tells its size and hash."""
    hashed, size = hashlib.sha256(), 0
    while True:
        block = environ["wsgi.input"].read(64 * 1024)
        if not block:
            break
        hashed.update(block)
        size += len(block)
    return reply_json(start_response, {"size": size, "sha256": hashed.hexdigest()})


def form(environ, start_response):
    return reply_json(start_response, parse_qs(read_body(environ).decode("ascii"), keep_blank_values=True))


def json_sum(environ, start_response):
    numbers = json.loads(read_body(environ))["numbers"]
    return reply_json(start_response, {"sum": sum(numbers)})


def pattern(environ, start_response):
    """`?size=N` bytes of a pattern the test can make too, in blocks."""
    size = int(parse_qs(environ["QUERY_STRING"])["size"][0])
    start_response("200 OK", [("Content-Type", "application/octet-stream"), ("Content-Length", str(size))])
    return pattern_blocks(size)


def pattern_blocks(size):
    for sent in range(0, size, len(PATTERN)):
        yield PATTERN[: size - sent]
