"""`gcsync apply --parallelism 16` of 1,000 creates against a server that answers after 50 ms: how near to the ideal.

The ideal is requests x latency / parallelism. Requests and seconds are what the server saw from the first POST on:
to the answer of the last write, and, a figure of its own, to the end of the read-back, whose first page nothing can run
beside. The whole command's time stands beside them.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlsplit

from bench.figures import Figure
from bench.organization import stack_text
from bench.slow_organization import STREAMS, Exchange, slow_server

OBJECTS = 1_000
LATENCY = 0.05
PARALLELISM = 16
ROUNDS = 5
LEAST_SHARE = 0.9
LEAST_WITH_READ_BACK = 0.87


def trigger_text(count: int) -> str:
    triggers = "".join(
        f"""\
  trigger_{number}:
    name: trigger number {number}
    topic: v2.detail.events.conversation.{{id}}.customer.end
    target: {{type: Workflow, id: 0f4b0d30-5e0c-4c5c-8a9e-3d8e4a4b7c11}}
    match_criteria: [{{json_path: mediaType, operator: Equal, value: VOICE}}]
"""
        for number in range(count)
    )
    return f"version: 1\nstack: bench\ntriggers:\n{triggers}"


def source_text(count: int) -> str:
    sources = "".join(
        f"""\
  source_{number}:
    name: source number {number}
    aws_account_id: '012345678901'
    aws_region: eu-west-1
    suffix: team-{number}
    topics: ['v2.detail.events.conversation.{{id}}.customer.end']
"""
        for number in range(count)
    )
    return f"version: 1\nstack: bench\neventbridge_sources:\n{sources}"


# The writes of one create.
KINDS: tuple[tuple[str, Callable[[int], str], int], ...] = (
    ("streams", stack_text, 1),
    ("triggers", trigger_text, 1),
    ("EventBridge sources, three writes each", source_text, 3),
)


@dataclass(frozen=True, slots=True)
class Run:
    """One apply: requests and seconds of its writes, and with the read-back, and the command's whole seconds."""

    writing: tuple[int, float]
    whole: tuple[int, float]
    reads: int
    command: float

    @property
    def share(self) -> float:
        """Of the ideal while it writes."""
        return _share(*self.writing)

    @property
    def whole_share(self) -> float:
        return _share(*self.whole)


def _share(requests: int, seconds: float) -> float:
    return requests * LATENCY / PARALLELISM / seconds


def measure() -> Iterator[Figure]:
    """For each kind the share of the ideal, and the requests that it took."""
    with tempfile.TemporaryDirectory() as folder, slow_server(LATENCY) as (url, pipe):
        for name, text, writes in KINDS:
            file = Path(folder) / "bench.yaml"
            file.write_text(text(OBJECTS), encoding="utf-8")
            bare, runs = [], []
            for _ in range(ROUNDS):
                bare.append(bare_share(url, pipe))
                runs.append(apply_once(file, url, pipe))
            yield from _figures(name, writes, runs, statistics.median(bare))


def _figures(name: str, writes: int, runs: list[Run], bare: float) -> Iterator[Figure]:
    runs = sorted(runs, key=lambda run: run.share)
    typical = runs[len(runs) // 2]
    detail = (
        f"median of {len(runs)}, {runs[0].share * 100:.0f} to {runs[-1].share * 100:.0f} %: "
        f"{typical.writing[1]:.2f} s for {typical.writing[0]:,} requests, the whole command {typical.command:.1f} s; "
        f"a bare client beside it {bare * 100:.0f} %"
    )
    what = f"of the ideal, {OBJECTS:,} {name}, {LATENCY * 1000:.0f} ms, {PARALLELISM} at once"
    yield Figure(what, typical.share * 100, LEAST_SHARE * 100, detail, "%", least=True)
    whole = statistics.median(run.whole_share for run in runs)
    detail = f"{typical.whole[1]:.2f} s for {typical.whole[0]:,} requests"
    yield Figure(
        f"the same, {name}, with the read-back", whole * 100, LEAST_WITH_READ_BACK * 100, detail, "%", least=True
    )
    yield Figure(
        f"reads that 1,000 {name} take after the first write",
        max(run.reads for run in runs) * 1000 / OBJECTS,
        OBJECTS / 100 if writes == 1 else OBJECTS + OBJECTS / 100,
        "the read-back in pages of 100" if writes == 1 else "one configuration each, and the read-back",
        "",
    )


def bare_share(url: str, pipe: Connection) -> float:
    """The share of the ideal that plain sockets reach, which do nothing between requests: what is to be had here."""
    host = urlsplit(url).netloc
    requests = OBJECTS // PARALLELISM
    said = f"POST {STREAMS} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 13\r\n\r\n".encode() + b'{"name": "n"}'

    def talk(_: int) -> None:
        with socket.create_connection(tuple(host.split(":"))) as connection:
            for _ in range(requests):
                connection.sendall(said)
                connection.recv(65536)

    with ThreadPoolExecutor(PARALLELISM) as pool:
        list(pool.map(talk, range(PARALLELISM)))
    pipe.send("take")
    return _run(pipe.recv(), 0.0).share


def apply_once(file: Path, url: str, pipe: Connection) -> Run:
    """One `gcsync apply`, a process of its own, to an empty organization."""
    start = time.perf_counter()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "gcsync", "apply", str(file)),
            *("--auto-approve", "--parallelism", str(PARALLELISM)),
        ],
        env=_environ(url),
        cwd=file.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    command = time.perf_counter() - start
    pipe.send("take")
    exchanges: list[Exchange] = pipe.recv()
    if done.returncode != 0:
        raise RuntimeError(f"apply ended with {done.returncode}: {done.stdout[-500:]}{done.stderr[-500:]}")
    return _run(exchanges, command)


def _run(exchanges: list[Exchange], command: float) -> Run:
    first = min(e.came for e in exchanges if e.method == "POST" and e.path.startswith("/api/"))
    span = [exchange for exchange in exchanges if exchange.came >= first]
    last_write = max(exchange.answered for exchange in span if exchange.method != "GET")
    writing = [exchange for exchange in span if exchange.came < last_write]
    reads = sum(exchange.method == "GET" for exchange in span)
    end = max(exchange.answered for exchange in span)
    return Run((len(writing), last_write - first), (len(span), end - first), reads, command)


def _environ(url: str) -> dict[str, str]:
    named = {"API_URL": url, "LOGIN_URL": url, "CLIENT_ID": "bench", "CLIENT_SECRET": "bench"}
    return {**os.environ, **{f"GENESYS_CLOUD_{name}": value for name, value in named.items()}}


if __name__ == "__main__":
    for figure in measure():
        print(figure, flush=True)
