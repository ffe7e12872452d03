"""Several workers on one port: one receiver to whoever looks at it, whichever worker answers."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
import time
from pathlib import Path

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.receiver.limits import Full, Limits
from gcsync.receiver.listening import bind_for
from gcsync.receiver.metrics import Metrics
from gcsync.receiver.shared import SharedRoom, Table, share_of
from tests.receiver.serving import LONGEST_SECONDS, Served, body_of, deliver, launched, listens, look, served, until

TWO = ("--workers", "2", "--drain", "0", "--grace", "5")
pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="workers are found by /proc")


def workers_of(one: Served) -> list[int]:
    number = one.process.pid
    return sorted(int(child) for child in Path(f"/proc/{number}/task/{number}/children").read_text().split())


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def received(one: Served) -> float:
    found = re.search(r"^gcsync_receiver_events_received_total (\S+)$", look(one, "/metrics")[1], re.MULTILINE)
    assert found
    return float(found[1])


def test_workers_are_one_receiver_and_a_dead_one_is_replaced(tmp_path: Path) -> None:
    with served(tmp_path, *TWO) as one:
        before = workers_of(one)
        assert len(before) == 2
        for number in range(12):
            assert json.loads(deliver(one, body_of(f"e-{number}"))[1])["status"] == "success"
        # Over connections of their own, so that some come to the other worker.
        assert {deliver(one, body_of(f"e-{number}"))[1] for number in range(12)} == {b'{"status": "duplicate"}'}
        assert {received(one) for _ in range(8)} == {24.0}
        os.kill(before[0], signal.SIGKILL)
        until(lambda: len(set(workers_of(one)) - {before[0]}) == 2)
        assert deliver(one, body_of("e-12"))[0] == 200
        # What the dead one has counted is not forgotten.
        assert {received(one) for _ in range(8)} == {25.0}
        assert {look(one, path)[0] for path in ("/readyz", "/healthz") for _ in range(4)} == {200}
        code, said = one.end()
    assert code == 0
    assert re.fullmatch(
        rf"E gcsync.receiver.workers: worker [01] \(process {before[0]}\) was ended by signal 9: .*\n", said
    )
    lines = [json.loads(line)["id"] for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert sorted(lines) == sorted(f"e-{number}" for number in range(13))


def test_no_worker_outlives_its_parent(tmp_path: Path) -> None:
    with served(tmp_path, *TWO) as one:
        workers = workers_of(one)
        one.process.kill()
        until(lambda: not any(alive(worker) for worker in workers))


def test_all_workers_drain_and_end_with_0(tmp_path: Path) -> None:
    (tmp_path / "slowly.py").write_text(
        "import os, time\n\ndef handle(event):\n    while not os.path.exists('go'):\n        time.sleep(0.02)\n"
    )
    # Longer than any of this takes: nothing here is decided by a clock.
    more = ("--drain", "600", "--grace", "600", "--sink", "python:slowly:handle")
    with served(tmp_path, *TWO, *more) as one:
        answers: list[int] = []
        threads = [
            threading.Thread(target=lambda number=number: answers.append(deliver(one, body_of(f"e-{number}"))[0]))
            for number in range(6)
        ]
        for thread in threads:
            thread.start()
        until(lambda: "in_handling 6.0" in look(one, "/metrics")[1])
        workers = workers_of(one)
        # As a service manager does, which signals every process, in whatever order.
        for worker in workers:
            os.kill(worker, signal.SIGTERM)
        until(lambda: {look(one, "/readyz")[0] for _ in range(8)} == {503})
        one.process.send_signal(signal.SIGTERM)
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            assert look(one, "/readyz")[0] == 503
        assert workers_of(one) == workers
        # A second time to the first process: no load balancer is waited for, but those that wait for an answer are.
        # Again and again, since two signals that come at once are one.
        until(lambda: one.process.send_signal(signal.SIGTERM) or not listens(one))
        assert (workers_of(one), answers) == (workers, [])
        (tmp_path / "go").touch()
        for thread in threads:
            thread.join()
        assert one.process.wait(LONGEST_SECONDS) == 0
        assert (answers, one.said()) == ([200] * 6, "")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(("--sink", "carrier-pigeon:"), "GC804", id="no such sink"),
        pytest.param(("--sink", "python:fatal:handle"), "GC870", id="a sink that kills", marks=pytest.mark.full),
        pytest.param(("--store", "sqlite:///text"), "GC802", id="no database", marks=pytest.mark.full),
    ],
)
def test_what_no_worker_can_do_is_told_once(tmp_path: Path, arguments: tuple[str, str], told: str) -> None:
    (tmp_path / "fatal.py").write_text("import os\n\nos._exit(3)\n")
    (tmp_path / "text").write_text("something else, and long enough that nobody takes it for an empty file")
    line = ("gcsync", "receiver", "serve", "--port", "0", *TWO, *arguments)
    with pytest.raises(AssertionError) as caught, launched(tmp_path, *line):
        pass
    assert str(caught.value).count(f"error[{told}]") == 1


def test_a_port_that_another_receiver_has_is_not_shared_with_it() -> None:
    ours = bind_for(2, "127.0.0.1", 0)
    port = ours[0].getsockname()[1]
    assert {listener.getsockname()[1] for listener in ours} == {port}
    for listener in ours:
        listener.listen()
    for workers in (1, 2):
        with pytest.raises(DiagnosticError) as caught:
            bind_for(workers, "127.0.0.1", port)
        assert caught.value.diagnostics[0].code == "GC810"
    for listener in ours:
        listener.close()


def test_numbers_are_those_of_all_workers_and_outlive_one() -> None:
    table = Table(2)
    one, two = Metrics(table.row(0)), Metrics(table.row(1))
    for metrics, seconds in ((one, 0.2), (two, 0.2), (two, 3.0)):
        metrics.answered(200, seconds)
    for metrics in (one, two, Metrics(table.row(1))):
        told = metrics.text(None).decode()
        assert 'gcsync_receiver_answers_total{status="200"} 3.0' in told
        assert 'gcsync_receiver_seconds_bucket{le="0.25"} 2.0' in told
        assert "gcsync_receiver_seconds_count 3.0" in told
        assert "gcsync_receiver_seconds_sum 3.4" in told
    alone = Metrics()
    assert 'gcsync_receiver_answers_total{status="200"} 0.0' in alone.text(None).decode()


def test_room_is_full_when_that_of_all_workers_is() -> None:
    table = Table(2)
    limits = share_of(Limits(requests=3, held=100, body=10), 2)
    one, two = SharedRoom(limits, table.row(0)), SharedRoom(limits, table.row(1))
    shares = [one.enter(), one.enter()]
    with pytest.raises(Full):
        one.enter()
    assert (one.full, two.full, two.under_way) == (False, False, 2)
    shares += [two.enter(), two.enter()]
    assert (one.full, two.full, one.under_way) == (True, True, 4)
    with shares[0]:
        pass
    assert (one.full, two.full, two.under_way) == (False, False, 3)
    # Its place is empty when a worker dies.
    table.row(1).free()
    assert one.under_way == 1


def test_a_worker_takes_every_body_that_one_process_would() -> None:
    assert share_of(Limits(), 4) == Limits(requests=128, held=16 * 1024 * 1024)
    assert share_of(Limits(body=40, held=64), 2).held == 40
    assert share_of(Limits(body=100, held=64), 2).held == 64
