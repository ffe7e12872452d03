"""The servers that are measured, each a process of its own on a free port of 127.0.0.1, ended by its number.

CPU seconds and memory are read from /proc: the benchmark runs on Linux.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SECRET = "a-secret-of-the-benchmark-of-32-c"
ROOT = Path(__file__).parents[2]
_START_SECONDS = 60.0


@dataclass(frozen=True)
class Server:
    """A running server and its URL."""

    process: subprocess.Popen[bytes]
    url: str

    def cpu_seconds(self) -> float:
        """Of the process and of its children, all in all so far."""
        ticks = 0
        for number in (self.process.pid, *_children(self.process.pid)):
            fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        """Resident memory of the process, which serves alone."""
        found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{self.process.pid}/status").read_text(), re.MULTILINE)
        if found is None:
            raise RuntimeError("the process tells nothing of its memory")
        return int(found[1]) * 1024 / 1_000_000


def _children(number: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{number}/task/{number}/children").read_text().split()]


@contextmanager
def sketch(folder: Path) -> Iterator[Server]:
    """The Flask sketch under gunicorn with two workers."""
    line = ["gunicorn", "--workers", "2", "--bind", "127.0.0.1:0", "bench.receiver.sketch:application"]
    with _started(["-m", *line], folder, "sketch", rb"Listening at: (http://\S+)") as server:
        yield Server(server.process, f"{server.url}/genesys-events")


@contextmanager
def echo(folder: Path) -> Iterator[Server]:
    """The echo on the receiver's framework and server."""
    with _started(["-m", "bench.receiver.echo"], folder, "echo", rb"(http://\S+)") as server:
        yield server


@contextmanager
def receiver(folder: Path, sink: str, name: str, workers: int = 1) -> Iterator[Server]:
    """`gcsync receiver serve` with its defaults, a credential asked for; its store is folder/NAME/events.db."""
    (folder / name).mkdir()
    line = ["-m", "gcsync", "receiver", "serve", "--port", "0", "--drain", "0", "--sink", sink]
    line += ["--workers", str(workers)]
    with _started(line, folder / name, name, rb"(http://\S+)") as server:
        yield server


@contextmanager
def _started(arguments: Sequence[str], folder: Path, name: str, says: bytes) -> Iterator[Server]:
    """A server that says its URL, in a file: nobody would read a pipe."""
    environ = {**os.environ, "GCSYNC_RECEIVER_SECRET": SECRET, "PYTHONPATH": str(ROOT)}
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, *arguments], cwd=folder, env=environ, stdout=log, stderr=log)
    try:
        yield Server(process, _url(process, folder / f"{name}.log", says))
    finally:
        process.terminate()
        try:
            process.wait(_START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _url(process: subprocess.Popen[bytes], log: Path, says: bytes) -> str:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        found = re.search(says + rb"\s", log.read_bytes())
        if found is not None:
            return found[1].decode()
        time.sleep(0.05)
    raise RuntimeError(f"{log.stem} did not start: {log.read_text(errors='replace')[-500:]}")


def stored(folder: Path, name: str) -> int:
    """How many ids the receiver's store knows."""
    import json

    line = [sys.executable, "-m", "gcsync", "receiver", "stats", "--format", "json"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(line, cwd=folder / name, env=environ, check=True, capture_output=True, text=True)
    return int(json.loads(done.stdout)["ids"])
