"""A receiver as a process of its own, and senders who remember what was acknowledged to them."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.e2e.workplace import clean_environment

SECRET = "a-secret-for-tests"
LONGEST_SECONDS = 60


@dataclass
class Served:
    process: subprocess.Popen[str]
    url: str

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        assert parts.hostname
        assert parts.port
        return parts.hostname, parts.port

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """The exit code, and what was said on stderr."""
        self.process.send_signal(number)
        _, err = self.process.communicate(timeout=LONGEST_SECONDS)
        return self.process.returncode, err


@contextmanager
def served(folder: Path, *arguments: str, **environ: str) -> Iterator[Served]:
    line = [sys.executable, "-W", "error", "-m", "gcsync", "receiver", "serve", "--port", "0", *arguments]
    env = clean_environment(GCSYNC_RECEIVER_SECRET=SECRET, PYTHONPATH=str(Path(__file__).parents[2])) | environ
    with subprocess.Popen(
        line, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        try:
            url = process.stdout.readline().strip()
            assert url, process.stderr.read()
            yield Served(process, url)
        finally:
            process.kill()


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


@dataclass
class Senders:
    """`count` of them, each with ids of its own; one that was not answered is sent again, as Genesys Cloud would."""

    count: int = 8
    acknowledged: set[str] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)
    _number: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> str:
        """An id that is under way from now on: one whose fate is unknown, else a new one."""
        with self._lock:
            if self.unknown:
                return self.unknown.pop()
            self._number += 1
            return f"e-{self._number}"

    def until_it_dies(self, running: Served, seconds: float) -> None:
        """Send, and kill the process with SIGKILL in the midst of it."""
        threads = [threading.Thread(target=self._send, args=(running.address,)) for _ in range(self.count)]
        for thread in threads:
            thread.start()
        threading.Event().wait(seconds)
        os.kill(running.process.pid, signal.SIGKILL)
        for thread in threads:
            thread.join()

    def _send(self, address: tuple[str, int]) -> None:
        connection = http.client.HTTPConnection(*address, timeout=LONGEST_SECONDS)
        event_id = self.next()
        try:
            while True:
                status, _ = post(connection, body_of(event_id))
                with self._lock:
                    (self.acknowledged.add if status == 200 else self.unknown.append)(event_id)
                event_id = self.next()
        except (OSError, http.client.HTTPException):
            with self._lock:
                self.unknown.append(event_id)
        finally:
            connection.close()
