"""The sinks that are killed, and what each of them has in the end: its ledger."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

JSONL, SQLITE, WEBHOOK, PYTHON, PARQUET = "jsonl:", "sqlite:", "webhook", "python:", "parquet:"
NAMES = (JSONL, SQLITE, WEBHOOK, PYTHON, PARQUET)
NEVER_TWICE = (SQLITE, WEBHOOK)
"""The first shares the store's transaction; the other side of the second heeds the idempotency key."""

_FUNCTION = """
import json
import os

LEDGER = os.open("handled.txt", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

def handle(event):
    os.write(LEDGER, json.dumps(event["id"]).encode() + b"\\n")
"""


@dataclass
class Sink:
    """`argument` is what `--sink` gets."""

    name: str
    argument: str
    folder: Path
    taken: list[str] = field(default_factory=list)

    def ledger(self) -> list[str]:
        """The ids in the order they came."""
        if self.name == SQLITE:
            connection = sqlite3.connect(self.folder / "events.db")
            found = [row[0] for row in connection.execute("SELECT id FROM events ORDER BY sequence")]
            connection.close()
            return found
        if self.name == WEBHOOK:
            return list(self.taken)
        if self.name == PARQUET:
            return _ids_in_parquet(self.folder / "events")
        file = "handled.txt" if self.name == PYTHON else "events.jsonl"
        found = [json.loads(line) for line in (self.folder / file).read_bytes().splitlines()]
        return [line if self.name == PYTHON else line["id"] for line in found]


@contextmanager
def sink_of(name: str, folder: Path) -> Iterator[Sink]:
    """The sink with what it needs: a module, or another side that outlives every kill."""
    if name == WEBHOOK:
        with _heeding() as (url, taken):
            yield Sink(name, url, folder, taken)
        return
    if name == PYTHON:
        (folder / "ledger_of_kills.py").write_text(_FUNCTION)
    arguments = {
        JSONL: "jsonl:events.jsonl",
        SQLITE: "sqlite:",
        PYTHON: "python:ledger_of_kills:handle",
        # So small that a kill meets a conversion now and then.
        PARQUET: "parquet:events?rotate=2k&every=1s",
    }
    yield Sink(name, arguments[name], folder)


def _ids_in_parquet(folder: Path) -> list[str]:
    """What a reader of Parquet finds, without the spool: after an end in peace nothing is left there."""
    import pyarrow.parquet

    files = sorted(folder.glob("date=*/*.parquet"))
    return [found for path in files for found in pyarrow.parquet.ParquetFile(path).read(["id"])["id"].to_pylist()]


@contextmanager
def _heeding() -> Iterator[tuple[str, list[str]]]:
    """An endpoint that does what an idempotency key asks for: once for each key, and 200 also for the second time."""
    taken: list[str] = []
    keys: set[str] = set()
    lock = threading.Lock()

    class Heeding(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                if self.headers["Idempotency-Key"] not in keys:
                    keys.add(self.headers["Idempotency-Key"])
                    taken.append(event["id"])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

        def handle(self) -> None:
            # A kill cuts connections.
            with contextlib.suppress(OSError, ValueError):
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Heeding)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/events", taken
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
