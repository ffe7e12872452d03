"""The other sinks of one machine: the store's own table, a Python function, a webhook."""

from __future__ import annotations

import asyncio
import itertools
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.receiver.interface import Event, SinkFailure
from gcsync.receiver.sinks import AUTHORIZATION, open_sink
from gcsync.receiver.sinks.function import open_function
from gcsync.receiver.sinks.webhook import idempotency_key
from gcsync.receiver.stores import open_store
from tests.verify.endpoints import unheard

EVENT = Event("e-1", "x", "2026-11-25T09:30:00.000Z", {"id": "e-1"}, '{"id":"e-1"}')
_names = (f"sink_module_{number}" for number in itertools.count())


def handle(folder: Path, sink: str, times: int = 1, **environ: str) -> None:
    async def act() -> None:
        store = open_store(f"sqlite:///{folder}/events.db")
        try:
            opened = open_sink(sink, store, environ)
            try:
                for _ in range(times):
                    await opened.handle(EVENT)
            finally:
                await opened.close()
        finally:
            await store.close()

    asyncio.run(act())


def code_of(folder: Path, sink: str) -> str:
    with pytest.raises(DiagnosticError) as caught:
        handle(folder, sink)
    return caught.value.diagnostics[0].code


@pytest.mark.parametrize(
    "text",
    [
        *("", "events.jsonl", "jsonl:", "sqlite:///other.db", "python:", "python:module", "ftp://x", "https://"),
        *(
            "jsonl:x?keep=1",
            "sqlite:other.db",
            "https:x",
            "http://events.example.com/x",
            "https://[x",
            "python::f",
            "python:m:",
        ),
    ],
)
def test_what_is_no_sink_is_told(tmp_path: Path, text: str) -> None:
    assert code_of(tmp_path, text) == "GC804"


class NoTable:
    """A store without a table of events, as far as a sink looks."""

    async def close(self) -> None:
        pass


def test_the_stores_own_table_needs_a_store_that_has_one() -> None:
    with pytest.raises(DiagnosticError) as caught:
        open_sink("sqlite:", NoTable(), {})  # type: ignore[arg-type]
    assert caught.value.diagnostics[0].code == "GC804"


def test_a_replay_writes_a_row_whatever_the_store_knows(tmp_path: Path) -> None:
    handle(tmp_path, "sqlite:", times=2)
    connection = sqlite3.connect(tmp_path / "events.db")
    assert connection.execute("SELECT count(*) FROM events").fetchone() == (2,)
    connection.close()


class TestFunction:
    @pytest.fixture
    def module(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("sys.path", [entry for entry in __import__("sys").path if entry])
        name = next(_names)
        (tmp_path / f"{name}.py").write_text(
            "calls = []\n"
            "def plain(event):\n    calls.append(event)\n"
            "async def waiting(event):\n    calls.append(event)\n"
            "class Callable:\n    async def __call__(self, event):\n        calls.append(event)\n"
            "instance = Callable()\n"
            "def failing(event):\n    raise ValueError(event)\n"
            "def leaving(event):\n    raise SystemExit(3)\n"
            "def interrupting(event):\n    raise KeyboardInterrupt\n"
            "def decorated(event):\n    return waiting(event)\n"
            "def generator(event):\n    yield event\n"
            "async def async_generator(event):\n    yield event\n"
            "async def giving_up(event):\n    import asyncio\n    raise asyncio.CancelledError\n"
            "async def sleeping(event):\n    import asyncio\n    await asyncio.sleep(60)\n"
            "number = 1\n"
        )
        return name

    @pytest.mark.parametrize("function", ["plain", "waiting", "instance", "decorated"])
    def test_of_the_current_folder_is_called_with_the_event(self, tmp_path: Path, module: str, function: str) -> None:
        import sys

        handle(tmp_path, f"python:{module}:{function}")
        assert sys.modules[module].calls == [{"id": "e-1"}]

    def test_that_raises_is_a_failure_that_tells_nothing_of_the_event(self, tmp_path: Path, module: str) -> None:
        with pytest.raises(SinkFailure, match=r"\Athe function raised ValueError\Z"):
            handle(tmp_path, f"python:{module}:failing")

    def test_that_wants_to_end_the_process_is_a_failure_too(self, tmp_path: Path, module: str) -> None:
        with pytest.raises(SinkFailure, match="SystemExit"):
            handle(tmp_path, f"python:{module}:leaving")
        with pytest.raises(SinkFailure, match="KeyboardInterrupt"):
            handle(tmp_path, f"python:{module}:interrupting")

    def test_that_cancels_itself_is_a_failure_too(self, tmp_path: Path, module: str) -> None:
        with pytest.raises(SinkFailure, match="CancelledError"):
            handle(tmp_path, f"python:{module}:giving_up")

    def test_that_is_cancelled_from_without_is_ended(self, tmp_path: Path, module: str) -> None:
        async def cut() -> None:
            sink = open_function(f"{module}:sleeping")
            event = Event("e-1", "x", "2026-11-25T09:30:00.000Z", {"id": "e-1"}, "{}")
            task = asyncio.create_task(sink.handle(event))
            await asyncio.sleep(0)
            task.cancel()
            await task

        with pytest.raises(asyncio.CancelledError):
            asyncio.run(cut())

    def test_that_is_not_there_or_none_is_told(self, tmp_path: Path, module: str) -> None:
        assert code_of(tmp_path, f"python:{module}:missing") == "GC806"
        assert code_of(tmp_path, f"python:{module}:number") == "GC806"
        assert code_of(tmp_path, f"python:{module}:generator") == "GC806"
        assert code_of(tmp_path, f"python:{module}:async_generator") == "GC806"
        assert code_of(tmp_path, "python:no_such_module_at_all:f") == "GC806"


@contextmanager
def endpoint(status: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append({name.lower(): value for name, value in self.headers.items()} | {"body": json.loads(body)})
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/hook", got
        finally:
            server.shutdown()
            thread.join()


class TestWebhook:
    @pytest.mark.parametrize("status", [200, 202, 204])
    def test_gets_the_event_and_its_id_as_idempotency_key(self, tmp_path: Path, status: int) -> None:
        with endpoint(status) as (url, got):
            handle(tmp_path, url, **{AUTHORIZATION: "Bearer t"})
        (one,) = got
        assert one["body"] == {"id": "e-1"}
        assert (one["idempotency-key"], one["authorization"]) == ("e-1", "Bearer t")
        assert one["content-type"] == "application/json"

    @pytest.mark.parametrize("status", [302, 307, 400, 404, 500])
    def test_that_does_not_take_it_is_a_failure_and_redirects_lead_nowhere(self, tmp_path: Path, status: int) -> None:
        with endpoint(status) as (url, got):
            with pytest.raises(SinkFailure, match=f"answered {status}"):
                handle(tmp_path, url)
            assert len(got) == 1

    def test_that_is_not_there_is_a_failure_without_its_address(self, tmp_path: Path) -> None:
        with unheard() as port, pytest.raises(SinkFailure, match=r"\Athe webhook cannot be reached: ConnectionError\Z"):
            handle(tmp_path, f"http://127.0.0.1:{port}/hook")

    @pytest.mark.parametrize("event_id", ["a\r\nX-Other: 1", "ü", "a b", "", "x" * 300])
    def test_an_id_that_no_header_carries_goes_as_its_digest(self, event_id: str) -> None:
        assert idempotency_key(event_id).startswith("sha256:")
        assert idempotency_key(event_id) != idempotency_key(event_id + "x")
