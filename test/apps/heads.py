"""Response heads of all kinds."""

import hashlib
from http import HTTPStatus
from urllib.parse import parse_qs

from echoes import reply_json


def status(environ, start_response):
    """`?code=N` answers with that status."""
    chosen = HTTPStatus(int(parse_qs(environ["QUERY_STRING"])["code"][0]))
    start_response("%d %s" % (chosen.value, chosen.phrase), [("Content-Type", "text/plain")])
    return [b"as you wish\n"]


def not_found(environ, start_response):
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"no such page in this application\n"]


def cookies(environ, start_response):
    """Sets three cookies and tells what it was given."""
    cookie = environ.get("HTTP_COOKIE", "")
    set_cookies = [("Set-Cookie", "%s=%d; Path=/" % (name, i)) for i, name in enumerate(("a", "b", "c"))]

    def start(line, headers):
        return start_response(line, headers + set_cookies)

    hashed = hashlib.sha256(cookie.encode("latin-1")).hexdigest()
    return reply_json(start, {"size": len(cookie), "sha256": hashed})


def big_head(environ, start_response):
    """`?count=N&size=M`: N headers of M bytes."""
    query = parse_qs(environ["QUERY_STRING"])
    count, size = int(query["count"][0]), int(query["size"][0])
    headers = [("X-Big-%d" % i, chr(ord("a") + i % 26) * size) for i in range(count)]
    start_response("200 OK", [("Content-Type", "text/plain")] + headers)
    return [b"big head\n"]


def no_content(environ, start_response):
    start_response("204 No Content", [])
    return []


def written(environ, start_response):
    """Uses the write callable of PEP 3333 before it returns the rest."""
    write = start_response("200 OK", [("Content-Type", "text/plain")])
    write(b"written, ")
    write(b"then ")
    return [b"returned\n"]
