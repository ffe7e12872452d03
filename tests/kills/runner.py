"""Kills of one receiver in a row, with one store and one sink, and what is in the ledger afterwards."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.kills.senders import Senders, kill_all, kill_one
from tests.kills.sinks import NEVER_TWICE, sink_of
from tests.receiver.serving import halting

CLAIM_SECONDS = 0.5
"""Short, so that the claims of killed processes are taken over again and again."""
_MOST_IN_VAIN = 10


@dataclass
class Figures:
    """What came of it. `in_flight` counts requests whose answer a kill cut off; `restarts`
    are the seconds until a receiver answered, `violations` broken promises."""

    sink: str
    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    in_flight: int = 0
    twice: int = 0
    allowed: int = 0
    claims_left: int = 0
    taken_over: int = 0
    restarts: list[float] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)


def run_kills(
    name: str,
    kills: int,
    seed: int,
    folder: Path,
    tell: Callable[[int], None] = lambda _: None,
    workers: int = 1,
) -> Figures:
    """Kill the receiver `kills` times with requests under way, each time in the midst of new ones.

    With several workers it is one of them that is killed every other time, and all of it else.
    """
    how = {"claim_seconds": CLAIM_SECONDS, "workers": workers}
    ways = itertools.cycle([kill_one, kill_all] if workers > 1 else [kill_all])
    with sink_of(name, folder) as sink:
        figures, senders, orphans = Figures(name), Senders(seed), set[str]()
        for _ in range(kills + _MOST_IN_VAIN):
            begun = time.monotonic()
            with halting(folder, sink.argument, **how) as one:
                figures.restarts.append(time.monotonic() - begun)
                cut = senders.until_killed(one, next(ways))
                # The others of its workers too, before the store is looked at.
                kill_all(one)
            # A kill that met no request proves nothing, and is done again.
            figures.kills += bool(cut)
            orphans |= _claims(folder)
            tell(figures.kills)
            if figures.kills == kills:
                break
        with halting(folder, sink.argument, **how) as one:
            senders.until_all_is_acknowledged(one)
            code, _ = one.end()
        judge(figures, senders, sink.ledger(), orphans)
    if (figures.kills, code) != (kills, 0):
        figures.violations.append(f"{figures.kills} kills of {kills} met a request, and the last end was {code}")
    return figures


def judge(figures: Figures, senders: Senders, ledger: list[str], orphans: set[str]) -> None:
    """Compare the ledger with what was promised to the senders."""
    times = Counter(ledger)
    lost = senders.acknowledged - set(times)
    again = {event_id: count - 1 for event_id, count in times.items() if count > 1}
    figures.acknowledged = len(senders.acknowledged)
    figures.lost = len(lost)
    figures.in_flight = sum(senders.cut.values())
    figures.twice = sum(again.values())
    figures.allowed = 0 if figures.sink in NEVER_TWICE else figures.in_flight
    figures.claims_left = len(orphans)
    figures.taken_over = len(orphans & senders.acknowledged & set(times))
    said = figures.violations
    said += [f"{event_id} was acknowledged and is lost" for event_id in sorted(lost)]
    for event_id, count in again.items():
        # Not only in sum: each event no more often than a kill came between its request and the answer.
        if count > (0 if figures.sink in NEVER_TWICE else senders.cut[event_id]):
            said.append(f"{event_id} is there {count + 1} times, after {senders.cut[event_id]} kills")
    said += [f"the claim of {event_id} was never taken over" for event_id in sorted(orphans - senders.acknowledged)]
    said += [f"{count} answers were {status}" for status, count in senders.answers.items() if status not in _ANSWERS]


_ANSWERS = (200, 500, 503)


def _claims(folder: Path) -> set[str]:
    """The ids that the dead process had claimed, read from a copy: the file itself is mended by the next start."""
    with tempfile.TemporaryDirectory() as other:
        for file in folder.glob("events.db*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, other)
        connection = sqlite3.connect(Path(other, "events.db"))
        found = {row[0] for row in connection.execute("SELECT id FROM claims WHERE holder IS NOT NULL")}
        connection.close()
    return found
