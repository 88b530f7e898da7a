"""A gateway for tests of what starts it: `attached_gateway.py serve fd:N --PROTOCOL fd:M ...`, as SLUICE_GATEWAY.

It takes a line with a path from each connection, has it answered by a worker, and sends back the body. Some paths are
for itself: `/die`, `/end`, `/words`, and `/more`, which asks for another worker first. It ends with status 7 if the
process that has started it is gone, and says so in the file `SLUICE_TEST_GONE`.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
from pathlib import Path
from select import POLLIN, poll

from sluice._wire import EXITED, FORKED, LOADED, MEETING, STOP, pack_frame
from tests.fork_gateway import Accepted, Asker, ForkedWorker
from tests.gateway import DEADLINE_SECONDS, FROM_FORK_SERVER


class AttachedGateway(Asker):
    """Serves with workers of the process at the other end of a descriptor, one connection after the other."""

    def __init__(self, words: list[str], directory: str) -> None:
        self.words = words
        self.threads = int(words[words.index("--threads") + 1])
        self.workers = []
        control = socket.socket(fileno=int(words[1][3:]))
        control.settimeout(DEADLINE_SECONDS)
        self.control = Accepted(control, FROM_FORK_SERVER)
        listening = next(word for word in words[2:] if word.startswith("fd:"))
        self.listening = socket.socket(fileno=int(listening[3:]))
        self.meeting = socket.socket(socket.AF_UNIX)
        self.meeting.bind(f"{directory}/meeting")
        self.meeting.listen(64)
        self.meeting.settimeout(DEADLINE_SECONDS)
        self.directory = directory

    def run(self) -> None:
        self.expect(LOADED, 0)
        self.control.send(pack_frame(MEETING, 0, f"{self.directory}/meeting".encode()))
        self.begin()
        poller = poll()
        poller.register(self.control.socket, POLLIN)
        poller.register(self.listening, POLLIN)
        while True:
            ready = [fd for fd, _ in poller.poll(DEADLINE_SECONDS * 1000)]
            if self.control.socket.fileno() in ready:
                self.expect(STOP, 0)
                break
            connection, _ = self.listening.accept()
            with connection, connection.makefile("rw") as file:
                file.write(self.answer(file.readline().strip()))
        self.stop()

    def begin(self) -> ForkedWorker:
        tag = len(self.workers) + 1
        worker = self.fork(tag)
        self.expect(FORKED, tag)
        worker.ready()
        return worker

    def answer(self, path: str) -> str:
        if path == "/die":
            os.kill(os.getpid(), signal.SIGKILL)
        if path == "/end":
            self.stop()
            sys.exit(0)
        if path == "/words":
            return " ".join(self.words)
        if path == "/more":
            self.begin()
        result = self.workers[-1].get(PATH_INFO=path)
        return result.body.decode() or f"failed: {result.failure}"

    def stop(self) -> None:
        """End the workers, release the process, and wait until it closes the channel."""
        for tag, worker in enumerate(self.workers, 1):
            worker.close()
            self.expect(EXITED, tag)
        self.release()
        try:
            self.control.receive()
        except EOFError:
            return
        raise AssertionError("a frame after RELEASE")


def main() -> None:
    if "SLUICE_TEST_STATUS" in os.environ:
        sys.exit(int(os.environ["SLUICE_TEST_STATUS"]))
    with tempfile.TemporaryDirectory() as directory:
        try:
            AttachedGateway(sys.argv[1:], directory).run()
        except EOFError:
            Path(os.environ["SLUICE_TEST_GONE"]).write_text("gone")
            sys.exit(7)


if __name__ == "__main__":
    main()
