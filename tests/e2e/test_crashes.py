"""`kill -9` at any request: the next apply puts everything right. Ctrl-C: what is under way is finished."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from gcsync.emulator import EmulatorSettings, start
from tests.e2e.gateway import Gateway, gateway
from tests.e2e.terminal import at_terminal
from tests.e2e.workplace import LONGEST_SECONDS, Hand, Inside, Workplace, clean_environment, command, credentials_for
from tests.faults.markers import marker_of
from tests.faults.organization import KINDS
from tests.receiver.serving import until

STREAMS, INTEGRATIONS, TRIGGERS = (
    "/api/v2/eventstreams",
    "/api/v2/integrations",
    "/api/v2/processautomation/triggers",
)
POINTS, ALL_POINTS = 20, 200
DESTINATIONS = "destinations: [{protocol: https, url: 'https://events.example.com/in'}]"
TARGET = "target: {type: Workflow, id: 4f9f3c55-3b3a-4f9c-8a4e-0e8f9d6b8c11}"
TOPIC = "v2.detail.events.conversation.{id}.customer.end"
SOURCE = "aws_account_id: '123456789012', aws_region: eu-west-1"
HEAD = "version: 1\nstack: contact-center\nsafety: {max_delete_percent: 100}\n"

EARLIER = f"""{HEAD}
streams:
  kept: {{event_types: [conversation:start], {DESTINATIONS}}}
  edited: {{event_types: [conversation:start], {DESTINATIONS}}}
  left: {{name: right, event_types: [conversation:start], {DESTINATIONS}}}
  right: {{name: left, event_types: [conversation:start], {DESTINATIONS}}}
  deleted: {{event_types: [conversation:start], {DESTINATIONS}}}
eventbridge_sources:
  replaced: {{suffix: one, {SOURCE}}}
  deleted: {{suffix: two, {SOURCE}}}
triggers:
  edited: {{topic: '{TOPIC}', {TARGET}}}
  deleted: {{topic: '{TOPIC}', {TARGET}}}
"""
WANTED = f"""{HEAD}
streams:
  kept: {{event_types: [conversation:start], {DESTINATIONS}}}
  edited: {{event_types: [conversation:end], {DESTINATIONS}}}
  left: {{name: left, event_types: [conversation:start], {DESTINATIONS}}}
  right: {{name: right, event_types: [conversation:start], {DESTINATIONS}}}
  created: {{event_types: [conversation:start], {DESTINATIONS}}}
  adopted: {{name: made by hand, event_types: [conversation:end], {DESTINATIONS}}}
eventbridge_sources:
  replaced: {{suffix: three, {SOURCE}}}
  created: {{suffix: four, notes: For analytics, {SOURCE}}}
triggers:
  edited: {{enabled: false, topic: '{TOPIC}', {TARGET}}}
  created: {{topic: '{TOPIC}', {TARGET}}}
"""
OWNED = {
    "eventstreams": {"kept", "edited", "left", "right", "created", "adopted"},
    "integrations": {"replaced", "created"},
    "triggers": {"edited", "created"},
}


@dataclass(frozen=True)
class Prepared:
    """The organization before the apply, as an emulator's file, and how many requests the apply takes."""

    database: Path
    requests: int
    first_stream: int
    first_read_back: int


@dataclass
class Site:
    """A folder whose commands speak to a copy of that organization, through a gateway."""

    work: Workplace
    hand: Hand
    gateway: Gateway

    def die_at(self, boundary: int, parallelism: int) -> int:
        """Kill an apply at a boundary; its exit code (-9, or that of an apply which needed fewer requests)."""
        started = Future[subprocess.Popen[bytes]]()
        self.gateway.strike = lambda: started.result().kill()
        self.gateway.at = boundary
        process = subprocess.Popen(
            command("apply", "--auto-approve", "--parallelism", str(parallelism)),
            cwd=self.work.folder,
            env=self.work.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.set_result(process)
        code = process.wait(LONGEST_SECONDS)
        self.gateway.settle()
        return code

    def go_round_the_gateway(self) -> None:
        """What follows speaks to the emulator: the gateway is a dead end for whatever the dead apply had sent."""
        self.work.environ |= credentials_for(self.hand.url)

    def objects(self, path: str) -> list[dict[str, Any]]:
        return self.hand.listing(f"{path}?pageSize=100&expand=config.current" if path == INTEGRATIONS else path)


@contextmanager
def site(folder: Path, database: Path, text: str) -> Iterator[Site]:
    folder.mkdir()
    with start(EmulatorSettings(database=database)) as running, gateway(running.url) as passing:
        work = Inside(folder, clean_environment() | credentials_for(passing.url))
        work.write("stacks/contact-center.yaml", text)
        yield Site(work, Hand(running.url), passing)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """EARLIER applied, beside objects that are not gcsync's; and a rehearsal that counts the requests."""
    folder = tmp_path_factory.mktemp("prepared")
    database = folder / "emulator.db"
    with site(folder / "earlier", database, EARLIER) as earlier:
        earlier.hand.create("made by hand")
        earlier.hand.create("not ours")
        assert earlier.work.gcsync("apply", "--auto-approve").code == 0
    copy = shutil.copy(database, folder / "rehearsal.db")
    with site(folder / "rehearsal", Path(copy), WANTED) as rehearsal:
        assert rehearsal.work.gcsync("apply", "--auto-approve", "--parallelism", "1").code == 0
        requests = rehearsal.gateway.requests
        last_write = max(number for number, line in enumerate(requests) if not line.startswith("GET"))
        return Prepared(database, len(requests), requests.index(f"POST {STREAMS}"), last_write + 1)


def crash_and_continue(prepared: Prepared, folder: Path, share: float, parallelism: int) -> None:
    """Kill an apply when it has come so far, from 0 to 1; the next one converges."""
    copy = Path(shutil.copy(prepared.database, folder / "emulator.db"))
    with site(folder / "work", copy, WANTED) as place:
        stranger = next(one for one in place.objects(STREAMS) if one["name"] == "not ours")
        boundary = round(share * (2 * prepared.requests - 1))
        code = place.die_at(boundary, parallelism)
        was_killed = place.gateway.at is None
        assert code == (-signal.SIGKILL if was_killed else 0)
        # With several writes at once the apply may need a request less than the rehearsal did.
        assert was_killed or (parallelism > 1 and share > 0.5)
        place.go_round_the_gateway()
        again = place.work.gcsync("apply", "--auto-approve")
        assert again.code == 0, again.out + again.err
        assert place.work.gcsync("plan", "--detailed-exitcode").code == 0
        for kind, path in zip(KINDS, (STREAMS, INTEGRATIONS, TRIGGERS), strict=True):
            assert sorted(addresses(kind, place.objects(path))) == sorted(OWNED[kind])
        assert stranger in place.objects(STREAMS)


def addresses(kind: Any, objects: list[dict[str, Any]]) -> Iterator[str]:
    """The keys that the markers of the objects name, each as often as there is an object."""
    for one in objects:
        mark = marker_of(kind, {"config": one["config"]["current"]} if kind == "integrations" else one)
        if mark is not None:
            yield mark.address.partition(".")[2]


@pytest.mark.parametrize("point", range(POINTS))
def test_after_kill_9_the_next_apply_converges(prepared: Prepared, tmp_path: Path, point: int) -> None:
    crash_and_continue(prepared, tmp_path, point / (POINTS - 1), parallelism=1)


@pytest.mark.full
@pytest.mark.parametrize("parallelism", [1, 8])
@pytest.mark.parametrize("point", range(ALL_POINTS // 2))
def test_after_kill_9_at_every_boundary(prepared: Prepared, tmp_path: Path, point: int, parallelism: int) -> None:
    crash_and_continue(prepared, tmp_path, point / (ALL_POINTS // 2 - 1), parallelism)


def test_every_boundary_is_among_them(prepared: Prepared) -> None:
    boundaries = 2 * prepared.requests
    reached = {round(point / (ALL_POINTS // 2 - 1) * (boundaries - 1)) for point in range(ALL_POINTS // 2)}
    assert reached == set(range(boundaries))


class Interrupted:
    """An apply that is sent SIGINT at a boundary; no request is lost."""

    def __init__(self, place: Site, boundary: int) -> None:
        self._started = Future[subprocess.Popen[str]]()
        self._said = place.work.folder.parent / "stderr"
        place.gateway.drops = False
        place.gateway.strike = self._interrupt
        place.gateway.at = boundary
        with self._said.open("wb") as said:
            self.process = self._start(place, said)
        self._started.set_result(self.process)
        self.out, _ = self.process.communicate(timeout=LONGEST_SECONDS)
        self.err = self._said.read_text(encoding="utf-8")

    def _start(self, place: Site, said: IO[bytes]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command("apply", "--auto-approve", "--parallelism", "1"),
            cwd=place.work.folder,
            env=place.work.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            encoding="utf-8",
        )

    def _interrupt(self) -> None:
        """The request goes on only once the signal has been heeded, which may be long after it was sent."""
        self._started.result().send_signal(signal.SIGINT)
        until(lambda: b"Stopping: " in self._said.read_bytes())


def test_ctrl_c_finishes_the_write_under_way_and_begins_no_other(prepared: Prepared, tmp_path: Path) -> None:
    copy = Path(shutil.copy(prepared.database, tmp_path / "emulator.db"))
    with site(tmp_path / "work", copy, WANTED) as place:
        ended = Interrupted(place, 2 * prepared.first_stream)
        assert ended.process.returncode == 130
        assert len(place.gateway.requests) == prepared.first_stream + 1
        assert "created" in {stream["name"] for stream in place.objects(STREAMS)}
    assert "0 deleted, 1 adopted, 0 failed, " in ended.out
    assert ", 0 skipped." not in ended.out
    assert "Stopping: nothing more is begun" in ended.err


def test_ctrl_c_during_the_read_back_takes_nothing_back(prepared: Prepared, tmp_path: Path) -> None:
    copy = Path(shutil.copy(prepared.database, tmp_path / "emulator.db"))
    with site(tmp_path / "work", copy, WANTED) as place:
        ended = Interrupted(place, 2 * prepared.first_read_back)
        assert ended.process.returncode == 130
        assert len(place.gateway.requests) == prepared.first_read_back + 1
    assert "0 failed, 0 skipped." in ended.out


def test_ctrl_c_ends_a_wait_for_the_rate_limit(offline: Workplace, tmp_path: Path) -> None:
    offline.stack(*"abcdefghijkl")
    settings = EmulatorSettings(database=tmp_path / "limited.db", rate_limit=12, rate_window=150.0)
    with start(settings) as running:
        limited = Workplace(offline.folder, offline.environ | credentials_for(running.url))
        with at_terminal(limited, "apply", "--auto-approve") as terminal:
            terminal.wait_for(" s (")
            began = time.monotonic()
            terminal.interrupt()
            assert terminal.end() == 130
        told = re.search(r"waiting (\d+) s \(", terminal.seen)
        assert told is not None, terminal.seen
        assert time.monotonic() - began < int(told[1]) / 2
    assert "0 failed" in terminal.seen
    assert " skipped." in terminal.seen
