"""Two real applies at once without a lock that both know: the preconditions hold, and one more apply converges.

The emulator's latency and a delay between the two starts vary how their requests fall among each other.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gcsync.emulator import EmulatorSettings, start
from tests.e2e.workplace import LONGEST_SECONDS, Hand, Workplace, command, credentials_for

STACK = """\
version: 1
stack: real
safety: {{max_delete_percent: 100}}
streams:
  calls:
    description: {text}
    event_types: [conversation:start]
    destinations: [{{protocol: https, url: https://events.example.com/calls}}]
triggers:
  survey:
    description: {text}
    topic: v2.detail.events.conversation.{{id}}.customer.end
    target: {{type: Workflow, id: 0f4b0d30-5e0c-4c5c-8a9e-3d8e4a4b7c11}}
  mail:
    description: {text}
    topic: v2.detail.events.conversation.{{id}}.customer.start
    target: {{type: Workflow, id: 0f4b0d30-5e0c-4c5c-8a9e-3d8e4a4b7c11}}
eventbridge_sources:
  main:
    notes: {text}
    aws_account_id: '123456789012'
    aws_region: eu-west-1
    suffix: main
    topics: ['v2.detail.events.conversation.{{id}}.customer.start']
"""
ADDRESSES = ["eventbridge_source.main", "stream.calls", "trigger.mail", "trigger.survey"]
MARKED = re.compile(r"(?P<text>\w+)?\s*\[gcsync1:real:(?P<address>[a-z_.]+):")

# Latency in seconds, and how much later the second one starts: the writes of both overlap in most of them.
SCHEDULES = [(0.05, 0.0), (0.15, 0.1)]
MANY = [(0.1, 0.3)] + [(latency, delay / 10) for latency in (0.02, 0.1, 0.3) for delay in (0, 2, 4, 6)]

schedules = pytest.mark.parametrize(
    ("latency", "delay"), [*SCHEDULES, *[pytest.param(*one, marks=pytest.mark.full) for one in MANY]]
)


@contextmanager
def slow(offline: Workplace, tmp_path: Path, latency: float) -> Iterator[Hand]:
    """An emulator that keeps each request waiting, and a hand on it."""
    with start(EmulatorSettings(database=tmp_path / "slow.db", latency=latency)) as running:
        offline.environ |= credentials_for(running.url)
        yield Hand(running.url)


def declare(work: Workplace, name: str, text: str) -> str:
    """A stack file outside the default folder, so that several may declare the same stack."""
    work.write(f"{name}/stack.yaml", STACK.format(text=text))
    return f"{name}/stack.yaml"


def at_once(work: Workplace, delay: float, *lines: tuple[str, ...]) -> list[tuple[int, str, str]]:
    """Run commands at once, each as if on a machine of its own; code, stdout and stderr of each."""
    processes = []
    for number, line in enumerate(lines):
        time.sleep(delay if number else 0)
        environ = work.environ | {"XDG_STATE_HOME": str(work.folder / f"machine-{number}")}
        pipes: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        processes.append(subprocess.Popen(command(*line), cwd=work.folder, env=environ, encoding="utf-8", **pipes))
    ended = [process.communicate(timeout=2 * LONGEST_SECONDS) for process in processes]
    for out, err in ended:
        assert "Traceback" not in out + err
        assert "GC590" not in out + err
    return [(process.returncode, *texts) for process, texts in zip(processes, ended, strict=True)]


def marked(hand: Hand) -> list[tuple[str, str]]:
    """Address and text of every object that bears the stack's marker, in its notes, description or provisional name."""
    streams = hand.streams()
    triggers = hand._call("GET", "/api/v2/processautomation/triggers?pageSize=200")["entities"]
    sources = hand._call("GET", "/api/v2/integrations?pageSize=100&expand=config.current")["entities"]
    texts = [one.get("description") or "" for one in (*streams, *triggers)]
    for one in sources:
        config = one["config"]["current"]
        texts.append(
            next((t for t in (config.get("notes"), config.get("name"), one["name"]) if "[gcsync1" in (t or "")), "")
        )
    found = [MARKED.search(text) for text in texts]
    return sorted((match["address"], match["text"] or "") for match in found if match is not None)


def converge(work: Workplace, path: str, hand: Hand) -> None:
    """One more apply, after which every object is there once and nothing is left to do."""
    last = work.gcsync("apply", path, "--auto-approve")
    assert last.code == 0, last.out + last.err
    assert [address for address, _ in marked(hand)] == ADDRESSES
    assert work.gcsync("plan", path, "--detailed-exitcode").code == 0


@schedules
def test_two_that_make_the_same_objects(offline: Workplace, tmp_path: Path, latency: float, delay: float) -> None:
    path = declare(offline, "one", "base")
    with slow(offline, tmp_path, latency) as hand:
        ran = at_once(offline, delay, *[("apply", path, "--auto-approve")] * 2)
        assert {code for code, _, _ in ran} <= {0, 1, 3}
        counted = Counter(address for address, _ in marked(hand))
        assert max(counted.values()) == 1, (counted, ran)
        converge(offline, path, hand)


@schedules
def test_two_that_change_the_same_objects(offline: Workplace, tmp_path: Path, latency: float, delay: float) -> None:
    base, *paths = [declare(offline, name, name) for name in ("base", "one", "two")]
    with slow(offline, tmp_path, latency) as hand:
        assert offline.gcsync("apply", base, "--auto-approve").code == 0
        ran = at_once(offline, delay, *[("apply", path, "--auto-approve", "--format", "json") for path in paths])
        assert {code for code, _, _ in ran} <= {0, 1, 3}
        now = dict(marked(hand))
        assert set(now) == set(ADDRESSES)
        for address, text in now.items():
            won = [name for name, one in zip(("one", "two"), ran, strict=True) if wrote_over_base(one, address)]
            assert len(won) <= 1, (address, ran)
            assert text in ("one", "two"), (address, text)
        converge(offline, paths[0], hand)


def wrote_over_base(ran: tuple[int, str, str], address: str) -> bool:
    """Whether a run planned on the first text and says that it wrote: of two such runs one has lost its update."""
    document = json.loads(ran[1])
    before = next(one["change"]["before"] for one in document["resource_changes"] if one["address"] == address)
    outcomes = document["gcsync"]["applied"]["outcomes"]
    done = any(one["address"] == address and one["status"] == "done" for one in outcomes)
    return done and "base" in (before.get("description"), before.get("notes"))


@schedules
def test_two_that_delete_the_same_objects(offline: Workplace, tmp_path: Path, latency: float, delay: float) -> None:
    path = declare(offline, "one", "base")
    with slow(offline, tmp_path, latency) as hand:
        assert offline.gcsync("apply", path, "--auto-approve").code == 0
        ran = at_once(offline, delay, *[("destroy", path, "--auto-approve")] * 2)
        assert {code for code, _, _ in ran} == {0}, ran
        assert marked(hand) == []
