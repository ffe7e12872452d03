"""The emulator delivers to the receiver over connections that are cut: every event is in the ledger, and once."""

from __future__ import annotations

import http.client
import json
import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from gcsync.emulator import EmulatorSettings, RunningEmulator, start
from tests.e2e.workplace import Hand
from tests.receiver.serving import LONGEST_SECONDS, SECRET, Served, served

ORIGIN = "https://events.example.com"
SECONDS_OF_ALL, MOST_SECONDS = 80_000.0, 400.0
"""Of the emulated day in which an event is retried, so many go by in a second, over the number of events; and the most:
a slow machine has minutes for it."""
WAYS = ("through", "cut before", "cut after")
MOST_CUTS = 8
"""Of one event, and of the handshakes: what is cut for a whole emulated day is given up, as it should be."""


@contextmanager
def cutting(receiver: Served, seed: int) -> Iterator[tuple[str, list[str]]]:
    """Something between the two that cuts connections before the receiver hears, or before the sender is answered."""
    moods, met, cuts = random.Random(seed), list[str](), Counter[object]()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            event_id = json.loads(body).get("id")
            way = moods.choice(WAYS) if cuts[event_id] < MOST_CUTS else "through"
            cuts[event_id] += way != "through"
            met.append(way)
            self.close_connection = True
            if way == "cut before":
                return
            with closing(http.client.HTTPConnection(*receiver.address, timeout=LONGEST_SECONDS)) as onward:
                onward.request("POST", self.path, body, dict(self.headers))
                answer = onward.getresponse()
                text = answer.read()
            if way == "cut after":
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_arguments: object) -> None:
            """Nothing is logged."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", met
        finally:
            server.shutdown()
            thread.join()


def call(emulator: RunningEmulator, method: str, path: str, body: Any = None) -> Any:
    host = emulator.url.removeprefix("http://")
    with closing(http.client.HTTPConnection(host, timeout=LONGEST_SECONDS)) as connection:
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text
        return json.loads(text)


def settled(emulator: RunningEmulator) -> list[str]:
    """How every delivery ended."""
    end = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < end:
        states = [one["state"] for one in call(emulator, "GET", "/emulator/deliveries")["deliveries"]]
        if "pending" not in states:
            return states
        time.sleep(0.02)
    raise AssertionError(states)


def ledger(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "events.db")) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM events ORDER BY id")]


@pytest.mark.parametrize("events", [40, pytest.param(300, marks=pytest.mark.full)])
def test_every_event_is_in_the_ledger_once_whatever_is_cut(tmp_path: Path, events: int) -> None:
    ids = sorted(f"e-{number:04}" for number in range(events))
    database = tmp_path / "emulator.db"
    with (
        served(tmp_path, "--sink", "sqlite:", "--auth", "header:X-Api-Key") as receiver,
        cutting(receiver, events) as (between, met),
    ):
        mapped = ((f"{ORIGIN}:443", between),)
        settings = EmulatorSettings(
            database=database, deliver_map=mapped, time_scale=min(MOST_SECONDS, SECONDS_OF_ALL / events)
        )
        with start(settings) as emulator:
            hand = Hand(emulator.url)
            hand.create("calls", f"{ORIGIN}/genesys-events")
            headers = {"X-Api-Key": SECRET}
            hand.change("calls", destinations=[{**hand.stream("calls")["destinations"][0], "headers": headers}])
            call(emulator, "POST", "/emulator/events", [{"id": i, "eventType": "conversation:start"} for i in ids])
            states = settled(emulator)
        receiver.end()
    assert states == ["delivered"] * events
    assert ledger(tmp_path) == ids
    assert set(met) == set(WAYS)
