"""Sends this very file, the way a download should be sent.

`wsgi.file_wrapper` hands the open file to the server, so the application is free again at once. `Range` lets a
broken download continue; `If-None-Match` lets a browser keep what it has.
"""

import os
import re

FILE = os.path.abspath(__file__)
BLOCK_SIZE = 64 * 1024
ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def application(environ, start_response):
    return send_file(FILE, environ, start_response)


def send_file(path, environ, start_response):
    """Answers a GET or HEAD for the file at `path`: 200, 206, 304 or 416."""
    stat = os.stat(path)
    etag = '"%x-%x"' % (stat.st_mtime_ns, stat.st_size)
    headers = [("ETag", etag), ("Accept-Ranges", "bytes")]

    if environ.get("HTTP_IF_NONE_MATCH") == etag:
        start_response("304 Not Modified", headers)
        return []

    wanted = parse_range(environ.get("HTTP_RANGE"), stat.st_size)
    if wanted == "unsatisfiable":
        headers += [("Content-Range", "bytes */%d" % stat.st_size), ("Content-Type", "text/plain")]
        start_response("416 Range Not Satisfiable", headers)
        return []

    headers.append(("Content-Type", "application/octet-stream"))
    file = open(path, "rb")
    wrap = environ.get("wsgi.file_wrapper", FileBlocks)
    if wanted is None:
        start_response("200 OK", headers + [("Content-Length", str(stat.st_size))])
        return wrap(file, BLOCK_SIZE)

    first, last = wanted
    headers.append(("Content-Range", "bytes %d-%d/%d" % (first, last, stat.st_size)))
    headers.append(("Content-Length", str(last - first + 1)))
    start_response("206 Partial Content", headers)
    file.seek(first)
    if last == stat.st_size - 1:
        return wrap(file, BLOCK_SIZE)
    return FileBlocks(file, BLOCK_SIZE, last - first + 1)


def parse_range(header, size):
    """The first and last byte of a single range; None for no (or no usable) range header."""
    match = ONE_RANGE.fullmatch(header or "")
    if not match or match.group(0) == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        first, last = max(size - int(last), 0), size - 1
    else:
        first, last = int(first), min(int(last or size), size - 1)
    return (first, last) if first <= last else "unsatisfiable"


class FileBlocks:
    """Iterates over a part of a file, for what `wsgi.file_wrapper` cannot express: an end before the file's own."""

    def __init__(self, file, block_size, size=None):
        self.file = file
        self.block_size = block_size
        self.left = size

    def __iter__(self):
        return self

    def __next__(self):
        wanted = self.block_size if self.left is None else min(self.block_size, self.left)
        block = self.file.read(wanted)
        if not block:
            raise StopIteration
        if self.left is not None:
            self.left -= len(block)
        return block

    def close(self):
        self.file.close()
