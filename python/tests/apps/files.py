"""Applications that answer with wsgi.file_wrapper, one way each."""

from __future__ import annotations

import gzip
import io
import os
import tempfile


def respond(environ, start_response, filelike, length=None, *block_size):
    start_response("200 OK", [] if length is None else [("Content-Length", str(length))])
    return environ["wsgi.file_wrapper"](filelike, *block_size)


def plain(environ, start_response):
    length = environ.get("TEST_LENGTH")
    return respond(environ, start_response, open(environ["TEST_FILE"], "rb"), length)


def unbuffered(environ, start_response):
    return respond(environ, start_response, open(environ["TEST_FILE"], "rb", buffering=0))


def from_position(environ, start_response):
    file = open(environ["TEST_FILE"], "rb")
    file.readline()
    return respond(environ, start_response, file)


def past_the_end(environ, start_response):
    file = open(environ["TEST_FILE"], "rb")
    file.seek(1 << 30)
    return respond(environ, start_response, file)


def unflushed(environ, start_response):
    file = tempfile.TemporaryFile()
    file.write(b"skipped, written and not yet flushed")
    file.seek(9)
    file.write(b"WRITTEN")
    file.seek(9)
    return respond(environ, start_response, file)


def compressed(environ, start_response):
    raw = io.BytesIO()
    with gzip.GzipFile(fileobj=raw, mode="wb") as file:
        file.write(b"unpacked")
    raw.seek(0)
    return respond(environ, start_response, gzip.GzipFile(fileobj=raw))


def compressed_file(environ, start_response):
    """A file object with a descriptor, whose bytes are not those of the descriptor."""
    path = environ["TEST_FILE"] + ".gz"
    with gzip.open(path, "wb") as file:
        file.write(b"unpacked")
    opened = gzip.open(path)
    os.unlink(path)
    return respond(environ, start_response, opened)


def compressed_behind_a_buffer(environ, start_response):
    path = environ["TEST_FILE"] + ".gz"
    with gzip.open(path, "wb") as file:
        file.write(b"unpacked")
    opened = io.BufferedReader(gzip.open(path))
    os.unlink(path)
    return respond(environ, start_response, opened)


def pipe(environ, start_response):
    reader, writer = os.pipe()
    os.write(writer, b"through a pipe")
    os.close(writer)
    return respond(environ, start_response, open(reader, "rb"))


class Source:
    """No descriptor, no close(): only what PEP 3333 asks for."""

    def __init__(self, data):
        self.data = data

    def read(self, size):
        piece, self.data = self.data[:size], self.data[size:]
        return piece


def blocks(environ, start_response):
    return respond(environ, start_response, Source(b"abcdefgh"), None, 3)


def wrapped(environ, start_response):
    """A middleware that looks at each block."""
    for block in respond(environ, start_response, open(environ["TEST_FILE"], "rb"), None, 4):
        yield block.upper()


def after_write(environ, start_response):
    start_response("200 OK", [])(b"written, ")
    return environ["wsgi.file_wrapper"](open(environ["TEST_FILE"], "rb"))


def closes(environ, start_response):
    """Answers with a file whose close() the log shows."""

    class Tell(io.FileIO):
        def close(self):
            if not self.closed:
                environ["wsgi.errors"].write("closed\n")
            super().close()

    return respond(environ, start_response, Tell(environ["TEST_FILE"]))


def text(environ, start_response):
    return respond(environ, start_response, open(environ["TEST_FILE"], encoding="ascii"))


def shrinks(environ, start_response):
    """The file loses its second half between the look at its size and the end of the transfer."""
    file = open(environ["TEST_FILE"], "rb")
    size = os.fstat(file.fileno()).st_size
    real = os.sendfile

    def sendfile(out, source, offset, count):
        os.sendfile = real
        os.truncate(environ["TEST_FILE"], size // 2)
        return real(out, source, offset, count)

    os.sendfile = sendfile
    return respond(environ, start_response, file)


def no_sendfile(environ, start_response):
    """A file system that does not know sendfile."""
    import errno

    real = os.sendfile

    def sendfile(*_):
        os.sendfile = real
        raise OSError(errno.EINVAL, "not here")

    os.sendfile = sendfile
    return respond(environ, start_response, open(environ["TEST_FILE"], "rb"))


def tells_when_closed(environ, start_response):
    """A plain file with a close() of its own, as Django makes it."""
    file = open(environ["TEST_FILE"], "rb")
    close = file.close

    def tell():
        environ["wsgi.errors"].write("closed\n")
        close()

    file.close = tell
    return respond(environ, start_response, file)


def unlinked(environ, start_response):
    copy = environ["TEST_FILE"] + ".copy"
    with open(environ["TEST_FILE"], "rb") as source, open(copy, "wb") as target:
        target.write(source.read())
    file = open(copy, "rb")
    os.unlink(copy)
    return respond(environ, start_response, file)


def by_descriptor(environ, start_response):
    return respond(environ, start_response, open(os.open(environ["TEST_FILE"], os.O_RDONLY), "rb"))


def replaced(environ, start_response):
    """Another file has taken the name since this one was opened."""
    path = environ["TEST_FILE"]
    file = open(path, "rb")
    with open(path + ".new", "wb") as other:
        other.write(b"n" * 100_000)
    os.replace(path + ".new", path)
    return respond(environ, start_response, file)
