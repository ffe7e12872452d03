"""A receiver as a process of its own, and what is sent to it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from tests.e2e.workplace import clean_environment

SECRET = "a-secret-for-tests"
LONGEST_SECONDS = 180


@dataclass
class Served:
    process: subprocess.Popen[str]
    url: str
    stderr: IO[bytes]

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        assert parts.hostname
        assert parts.port
        return parts.hostname, parts.port

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """The exit code, and what was said on stderr."""
        self.process.send_signal(number)
        self.process.communicate(timeout=LONGEST_SECONDS)
        return self.process.returncode, self.said()

    def said(self) -> str:
        """What it said on stderr until now."""
        return os.pread(self.stderr.fileno(), 1 << 20, 0).decode()


@contextmanager
def served(folder: Path, *arguments: str, **environ: str) -> Iterator[Served]:
    """As a user starts it."""
    with launched(folder, "gcsync", "receiver", "serve", "--port", "0", *arguments, **environ) as one:
        yield one


@contextmanager
def halting(folder: Path, sink: str, **how: Any) -> Iterator[Served]:
    """With settings that have no option: those of tests.kills.receiver."""
    with launched(folder, "tests.kills.receiver", json.dumps({"sink": sink} | how)) as one:
        yield one


@contextmanager
def launched(folder: Path, *arguments: str, **environ: str) -> Iterator[Served]:
    line = [sys.executable, "-W", "error", "-m", *arguments]
    env = clean_environment(GCSYNC_RECEIVER_SECRET=SECRET, PYTHONPATH=str(Path(__file__).parents[2])) | environ
    # What it says goes to a file: a pipe that nobody reads would stop it in the end.
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(line, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=said, text=True) as process,
    ):
        assert process.stdout
        one = Served(process, process.stdout.readline().strip(), said)
        try:
            assert one.url, one.said()
            yield one
        finally:
            process.kill()
            # Its workers have its stdout too: it ends with the last of them, and none of them writes behind that.
            process.communicate(timeout=LONGEST_SECONDS)


def body_of(event_id: str) -> bytes:
    return json.dumps({"id": event_id, "eventType": "conversation:start", "data": {"x": "y" * 200}}).encode()


def post(connection: http.client.HTTPConnection, body: bytes, **headers: str) -> tuple[int, bytes]:
    sent = {"Content-Type": "application/json", "X-Api-Key": SECRET} | headers
    connection.request("POST", "/genesys-events", body, sent)
    answer = connection.getresponse()
    return answer.status, answer.read()


def deliver(running: Served, body: bytes, **headers: str) -> tuple[int, bytes]:
    """The answer over a connection of its own."""
    with closing(http.client.HTTPConnection(*running.address, timeout=LONGEST_SECONDS)) as connection:
        return post(connection, body, **headers)


def look(one: Served, path: str) -> tuple[int, str]:
    with closing(http.client.HTTPConnection(*one.address, timeout=LONGEST_SECONDS)) as connection:
        connection.request("GET", path, headers={"X-Api-Key": SECRET})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def listens(one: Served) -> bool:
    """Whether new connections are taken."""
    try:
        socket.create_connection(one.address, LONGEST_SECONDS).close()
    except ConnectionRefusedError:
        return False
    except ConnectionResetError:
        pass
    return True


def until(holds: Callable[[], object]) -> None:
    """Wait as long as a slow machine may need."""
    end = time.monotonic() + LONGEST_SECONDS
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)
