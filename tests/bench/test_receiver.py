"""The arithmetic of the receiver's benchmark; and, in full, that it prints every line of its table."""

from __future__ import annotations

import asyncio
import json
import math
import sys
import threading
import time
import types
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bench.receiver
from bench.__main__ import main
from bench.figures import Figure
from bench.receiver import Plan, growth, throughput
from bench.receiver.growth import Slice
from bench.receiver.steady import _Sender, latencies, percentile, request_of
from bench.receiver.throughput import Round
from bench.receiver.wrk import Load, need_wrk, read

TOLD = """\
Running 5s test @ http://127.0.0.1:1/genesys-events
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    39.75ms   17.66ms 195.30ms   80.77%
    Req/Sec     1.64k   539.75     3.89k    70.00%
  Latency Distribution
     50%   35.11ms
     99%  {p99}
  19697 requests in 12.04s, 2.97MB read
Requests/sec:   1635.42
"""


@pytest.mark.parametrize(("p99", "milliseconds"), [("91.82ms", 91.82), ("1.04s", 1040.0), ("850.00us", 0.85)])
def test_wrk_is_read(p99: str, milliseconds: float) -> None:
    assert read(TOLD.format(p99=p99)) == Load(19697, 1635.42, pytest.approx(milliseconds))


@pytest.mark.parametrize(
    "told", ["", TOLD.format(p99="1.00ms") + "  Non-2xx or 3xx responses: 7\n", "unable to connect"]
)
def test_what_is_no_measurement_is_told(told: str) -> None:
    with pytest.raises(RuntimeError):
        read(told)


def round_of(sketch: float, echo: float, mine: float, p99: float) -> Round:
    loads = {"sketch": Load(1, sketch, 100.0), "echo": Load(1, echo, 1.0)}
    loads |= {"sqlite-2": Load(1, mine, 1.0), "sqlite-1": Load(1, mine / 2, 1.0)}
    return Round(loads, {"sqlite-2": p99})


def figures_of(*rounds: Round) -> list[Figure]:
    return [figure for workers in (2, 1) for figure in throughput.figures("sqlite", "sqlite:", workers, list(rounds))]


def test_ratios_are_taken_within_a_round_and_their_median_counts() -> None:
    # The machine was ten times slower in the second round, for all of them.
    rounds = [round_of(1000, 5000, 2000, 50), round_of(100, 500, 220, 500), round_of(1000, 5000, 2500, 40)]
    found = figures_of(*rounds)
    assert [round(figure.value, 3) for figure in found] == [2.2, 0.5, 0.22]
    assert [(figure.limit, figure.least) for figure in found] == [(1.5, True), (1.0, False), (0.3, True)]
    assert [figure.holds for figure in found] == [True, True, False]


def test_what_is_too_slow_does_not_hold() -> None:
    found = figures_of(round_of(1000, 5000, 1499, 101))
    assert [figure.holds for figure in found] == [False, False, False]


def slices(cost: float, latency: float, megabytes: float) -> list[Slice]:
    """Ten of 100 events each; the last nine take so many times the first's time, and the last so much more memory."""
    first = Slice(100, 1.0, 2.0, 50.0)
    return [first, *[Slice(100, cost, 2.0 * latency, 50.0 + megabytes * step / 9) for step in range(1, 10)]]


def test_growth_is_of_the_last_slice_beside_the_first() -> None:
    found = list(growth.figures(slices(1.2, 1.1, 9.0)))
    assert [figure.value for figure in found] == [pytest.approx(1.2), pytest.approx(1.1), pytest.approx(9.0)]
    assert all(figure.holds for figure in found)
    assert "10000.0 bytes per event" in found[2].detail
    assert not any(figure.holds for figure in growth.figures(slices(1.4, 1.6, 11.0)))


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.001, 1))
def test_a_percentile_is_one_of_the_values_and_not_exceeded_by_its_share(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= math.floor(share * len(values))
    assert sum(value < found for value in values) < share * len(values)


def test_an_event_of_the_constant_rate_is_1_kib() -> None:
    head, _, body = request_of("an-id").partition(b"\r\n\r\n")
    assert len(body) == 1024
    assert b"Content-Length: 1024" in head
    assert json.loads(body)["id"] == "an-id"


async def stall(listening: threading.Event, ports: list[int], end: threading.Event) -> None:
    """Answers at once, but for one pause of a quarter of a second that holds up everybody."""
    answered = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal answered
        while await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(1024)
            answered += 1
            if answered == 20:
                time.sleep(0.25)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    ports.append(server.sockets[0].getsockname()[1])
    listening.set()
    while not end.is_set():
        await asyncio.sleep(0.02)
    server.close()


@pytest.fixture
def stalling() -> Iterator[str]:
    listening, ports, end = threading.Event(), list[int](), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(stall(listening, ports, end)))
    thread.start()
    assert listening.wait(180)
    yield f"http://127.0.0.1:{ports[0]}/"
    end.set()
    thread.join()


def test_latency_counts_from_when_a_request_was_due_however_few_are_held_up(stalling: str) -> None:
    found = latencies(stalling, 1000, 0.4)
    assert len(found) == 400
    # Some two hundred were due early in the pause, of which only sixty-four could be sent.
    assert sum(latency > 50 for latency in found) >= 120


def test_the_sender_leaves_the_processor_to_the_server_between_two_requests() -> None:
    moments: list[float] = []
    loop = types.SimpleNamespace(
        time=lambda: 1.0, create_future=lambda: None, call_at=lambda when, _: moments.append(when)
    )
    sender = _Sender(loop, 100, 5000.0)  # type: ignore[arg-type]
    sender.free.append(types.SimpleNamespace(send=lambda due: sender.free.append(None)))  # type: ignore[arg-type]
    sender.begin()
    # uvloop counts in milliseconds: a timer that is nearer than that ends at once, again and again.
    assert moments
    assert min(moments) >= 1.001


def suite(monkeypatch: pytest.MonkeyPatch, *values: float) -> None:
    module = types.ModuleType("bench.of_the_test")
    module.measure = lambda: [Figure("a figure", value, 1.0, "told") for value in values]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bench.of_the_test", module)


def test_a_limit_that_is_missed_exits_with_1_and_the_rest_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    suite(monkeypatch, 1.0, 0.5)
    assert main(["of_the_test"]) == 0
    suite(monkeypatch, 1.1, 0.5)
    assert main(["of_the_test"]) == 1
    assert capsys.readouterr().out.count("a figure") == 4


def test_without_wrk_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SystemExit, match="apt-get install wrk"):
        need_wrk()


@pytest.mark.full
def test_the_table_has_every_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = list(bench.receiver.measure(Plan(rounds=1, seconds=1, events=2_000)))
    assert [figure.what.partition(" of the last tenth")[0].partition(" that")[0] for figure in found] == [
        "sqlite: 2 workers, requests per second / Flask sketch, 2 workers",
        "sqlite: 2 workers, p99 at the Flask sketch's rate / its own",
        "sqlite: 1 worker, requests per second / echo, 1 process",
        "jsonl: 2 workers, requests per second / Flask sketch, 2 workers",
        "jsonl: 2 workers, p99 at the Flask sketch's rate / its own",
        "jsonl: 1 worker, requests per second / echo, 1 process",
        "processor time per event",
        "latency",
        "memory",
    ]
    assert all(figure.value > 0 for figure in found[:8])
    assert list(tmp_path.iterdir()) == []
