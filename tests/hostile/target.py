"""A receiver under attack: what it was sent, what it answered, what it kept, and what it takes of the machine."""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.hostile.bodies import MARK
from tests.hostile.cases import SMUGGLED
from tests.hostile.judge import complaints, out_of_turn, second_reading
from tests.hostile.wire import PATIENCE_SECONDS, cut_off, exchange
from tests.receiver.serving import Served, body_of, deliver, halting

_SETTLED_SECONDS = 0.1
_PLACES = re.compile(re.escape(MARK) + b"|" + re.escape(SMUGGLED))


@dataclass
class Target:
    """`requests` counts what was begun, `ended` the connections that were ended without any answer."""

    running: Served
    ledger: sqlite3.Connection
    requests: int = 0
    ended: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._number = 0
        self._seen = 0
        self._allowed: set[str] = set()
        self.honest()
        # The end of that connection may be seen a moment later.
        time.sleep(_SETTLED_SECONDS)
        self.descriptors = self._descriptors()

    def send(self, name: str, parts: Sequence[bytes], most: int | None = None) -> list[str]:
        """Send a stream with ids of its own; what is wrong with the answers and with what was kept."""
        parts = self._with_ids(parts)
        begun, ids = second_reading(b"".join(parts))
        self._allowed |= {event_id for event_id in ids if event_id is not None}
        given = exchange(self.running.address, parts)
        self.requests += max(begun, 1)
        self.ended += not given.answers
        self.statuses.update(answer.status for answer in given.answers)
        # One answer more than requests: to what is no request.
        said = complaints(given, begun + 1 if most is None else most)
        if out_of_turn(given, ids, self._allowed):
            # Perhaps it is taken all the same, and only not yet: what is sent now is taken after it.
            self.honest()
        taken = self.taken()
        said += self._unasked(taken) + out_of_turn(given, ids, taken)
        if most is not None:
            # Made by hand, so that nothing in it may be read as a request of its own, whatever h11 makes of it.
            said += [f"{one} was smuggled" for one in taken if re.fullmatch("s[0-9]+", one)]
        self.violations += [f"{name}: {told}" for told in said]
        return said

    def cut(self, parts: Sequence[bytes]) -> None:
        """Send a stream and reset the connection."""
        parts = self._with_ids(parts)
        self._allowed |= {event_id for event_id in second_reading(b"".join(parts))[1] if event_id is not None}
        cut_off(self.running.address, parts)
        self.requests += 1
        self.ended += 1

    def honest(self) -> None:
        """It lives, and takes an event."""
        self._number += 1
        event_id = f"honest-{self._number}"
        self._allowed.add(event_id)
        answer = deliver(self.running, body_of(event_id))
        if answer != (200, b'{"status": "success", "event_id": "%s"}' % event_id.encode()):
            self.violations.append(f"an honest event was answered {answer}")

    def taken(self) -> set[str]:
        """The ids that came into the ledger since the last time."""
        rows = self.ledger.execute("SELECT sequence, id FROM events WHERE sequence > ?", (self._seen,)).fetchall()
        self._seen = max([self._seen, *[row[0] for row in rows]])
        return {row[1] for row in rows}

    def allow_what_is_there(self) -> None:
        """For events that somebody else has sent."""
        self._allowed |= self.taken()

    def _unasked(self, taken: set[str]) -> list[str]:
        """The events that should not be there: no well-formed request with the credential holds them."""
        return [f"{one[:40]} was taken" for one in taken if one not in self._allowed]

    def descriptors_left(self) -> int:
        """How many more are open than in the beginning, once the connections have had time to end."""
        end = time.monotonic() + PATIENCE_SECONDS
        while (left := self._descriptors() - self.descriptors) > 0 and time.monotonic() < end:
            time.sleep(0.02)
        return left

    def memory(self) -> int:
        """Bytes of the machine's memory."""
        pages = Path(f"/proc/{self.running.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def end(self) -> None:
        """It takes another event, holds no connection, and ends in order, without a traceback on the way."""
        self.honest()
        self.violations += self._unasked(self.taken())
        if left := self.descriptors_left():
            self.violations.append(f"{left} descriptors are left open")
        code, said = self.running.end()
        if code or "Traceback" in said or "exception" in said.lower():
            self.violations.append(f"it ended with {code} and said: {said[:2000]}")

    def _descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.running.process.pid}/fd"))

    def _with_ids(self, parts: Sequence[bytes]) -> tuple[bytes, ...]:
        """An id of its own for every event; what is to be smuggled begins with s."""
        stream = _PLACES.sub(self._next_id, b"".join(parts))
        lengths = [len(part) for part in parts]
        begins = [sum(lengths[:number]) for number in range(len(parts))]
        return tuple(stream[begin : begin + length] for begin, length in zip(begins, lengths, strict=True))

    def _next_id(self, place: re.Match[bytes]) -> bytes:
        self._number += 1
        return b"%s%06d" % (b"s" if place[0] == SMUGGLED else b"m", self._number)


@contextmanager
def attacked(folder: Path, **how: object) -> Iterator[Target]:
    """A receiver whose sink is its store's own table, so that nothing but the table tells what was taken."""
    with halting(folder, "sqlite:", **how) as one:
        connection = sqlite3.connect(folder / "events.db", isolation_level=None)
        try:
            yield Target(one, connection)
        finally:
            connection.close()
