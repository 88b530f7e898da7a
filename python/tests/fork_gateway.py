"""A gateway for tests of the fork server: asks for workers and is there when they open their channels."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile

from sluice._wire import FORK, HELLO, LOADED, READY, RELEASE, FrameReader, pack_block, pack_frame
from tests import SOURCE_DIRECTORY
from tests.gateway import (
    APPS_DIRECTORY,
    DEADLINE_SECONDS,
    FROM_CONTROL,
    FROM_FORK_SERVER,
    FROM_LANE,
    FROM_MEETING,
    VARIABLES,
    Channel,
    Result,
)

Frame = tuple[int, int, bytes]


class Accepted(Channel):
    """A channel that a worker has opened."""

    def __init__(self, connection: socket.socket, limits: dict[int, int]) -> None:
        self.socket = connection
        self._reader = FrameReader(limits)
        self._frames: list[Frame] = []


class ForkedWorker:
    """A worker that has said HELLO on all its channels."""

    def __init__(self, channels: dict[int, socket.socket]) -> None:
        self.control = Accepted(channels[0], FROM_CONTROL)
        self.stdout, self.stderr = channels[1], channels[2]
        self.lanes = [Accepted(channels[index], FROM_LANE) for index in range(3, len(channels))]

    def ready(self) -> dict[str, str]:
        kind, _, payload = self.control.receive()
        assert kind == READY, hex(kind)
        words = payload.decode("latin-1").split("\0")
        return dict(zip(words[:-1:2], words[1::2]))

    def start(self, tag: int = 1, **variables: str) -> None:
        block = pack_block({**VARIABLES, **variables})
        self.lanes[0].send(pack_frame(0x0100, tag, len(block).to_bytes(4, "big") + block))

    def get(self, tag: int = 1, **variables: str) -> Result:
        self.start(tag, **variables)
        result = Result()
        while True:
            kind, got, payload = self.lanes[0].receive()
            assert got == tag
            if result.take(kind, payload):
                return result

    def close(self) -> None:
        for channel in (self.control, *self.lanes):
            channel.socket.close()
        self.stdout.close()
        self.stderr.close()


class Asker:
    """The gateway's side of a control channel on which workers are asked for, and the place where they come."""

    control: Channel
    meeting: socket.socket
    threads: int
    workers: list[ForkedWorker]

    def fork(self, tag: int = 1) -> ForkedWorker:
        """Ask for a worker and wait until it has opened all its channels."""
        token = os.urandom(16).hex().encode()
        self.control.send(pack_frame(FORK, tag, token))
        channels: dict[int, socket.socket] = {}
        while len(channels) < 3 + self.threads:
            connection, _ = self.meeting.accept()
            connection.settimeout(DEADLINE_SECONDS)
            reader = FrameReader(FROM_MEETING)
            # Not a byte more: what follows belongs to the channel.
            ((kind, index, shown),) = reader.feed(connection.recv(40, socket.MSG_WAITALL))
            assert (kind, shown) == (HELLO, token)
            assert index not in channels
            channels[index] = connection
        worker = ForkedWorker(channels)
        self.workers.append(worker)
        return worker

    def expect(self, kind: int, tag: int = 1) -> bytes:
        """Return the payload of the next frame, which must be this one."""
        got, got_tag, payload = self.control.receive()
        assert (got, got_tag) == (kind, tag), (hex(got), got_tag, payload)
        return payload

    def release(self) -> None:
        self.control.send(pack_frame(RELEASE, 0))


class ForkGateway(Asker):
    """Starts a fork server with the application `app` from tests/apps. Use as a context manager."""

    def __init__(self, app: str, *, threads: int = 1, words: tuple[str, ...] = ()) -> None:
        self.directory = tempfile.mkdtemp()
        self.meeting = socket.socket(socket.AF_UNIX)
        self.meeting.bind(f"{self.directory}/meeting")
        self.meeting.listen(64)
        self.meeting.settimeout(DEADLINE_SECONDS)
        self.threads = threads
        self.control = Channel(FROM_FORK_SERVER)
        self.stderr = tempfile.TemporaryFile()
        self.workers: list[ForkedWorker] = []
        end = self.control.worker_end
        self.process = subprocess.Popen(
            [
                sys.executable,
                str(SOURCE_DIRECTORY / "sluice" / "__main__.py"),
                "preload",
                f"control={end.fileno()}",
                f"threads={threads}",
                f"meeting={self.directory}/meeting",
                f"app={app}",
                f"directory={APPS_DIRECTORY}",
                *words,
            ],
            pass_fds=[end.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self.stderr,
        )
        end.close()

    def __enter__(self) -> ForkGateway:
        self.loaded()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def loaded(self) -> dict[str, str]:
        kind, tag, payload = self.control.receive()
        assert (kind, tag) == (LOADED, 0), (hex(kind), payload.decode())
        words = payload.decode("latin-1").split("\0")
        self.facts = dict(zip(words[:-1:2], words[1::2]))
        return self.facts

    def error_text(self) -> str:
        return os.pread(self.stderr.fileno(), 1 << 20, 0).decode()

    def end(self) -> int:
        """Vanish, as a gateway that is killed, and return the exit status of the fork server."""
        self.control.socket.close()
        self.meeting.close()
        try:
            status: int = self.process.wait(DEADLINE_SECONDS)
            return status
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            for worker in self.workers:
                worker.close()
            self.stderr.close()
            if os.path.exists(self.directory):
                os.unlink(f"{self.directory}/meeting")
                os.rmdir(self.directory)
