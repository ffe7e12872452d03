"""A journal held in memory, through its own lines: what a file would give back."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import Any

from gcsync.engine import Options, StopRequest
from gcsync.model.journal import Beginning, Ending, Header, Undo
from gcsync.model.journal_reading import read_journal
from gcsync.model.outcome import Report
from gcsync.model.plan import Plan
from gcsync.model.resource import Stack
from tests.engine.organization import TARGET, Streams, carry_out, plan_for

HEADER = Header(
    "0.1.0", "2026-11-25T00:00:00Z", {"id": TARGET.organization.id, "name": "Example Ltd"}, "", "us-east-1", "team",
    "team", None, "stack.yaml", (), "apply",
)  # fmt: skip


@dataclass
class Memory:
    """A recorder; `text` are the lines that it has so far."""

    lines: list[dict[str, Any]] = field(default_factory=lambda: [HEADER.line()])
    begun: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, beginning: Beginning) -> int:
        with self._lock:
            self.begun += 1
            self.lines.append(beginning.line(self.begun, "now"))
            return self.begun

    def end(self, number: int, ending: Ending) -> None:
        with self._lock:
            self.lines.append(ending.line(number, "now"))

    @property
    def text(self) -> str:
        return "".join(json.dumps(line) + "\n" for line in self.lines)

    @property
    def undo(self) -> Undo:
        undo = read_journal("journal-now.jsonl", self.text.encode().splitlines(keepends=True)).undo
        assert Undo.from_json(json.loads(json.dumps(undo.to_json()))) == undo
        return undo


def recorded(wanted: Stack | Plan, organization: Streams, key: bytes | None = None, **how: Any) -> tuple[Report, Undo]:
    """An apply, and the way back from it."""
    memory = Memory()
    plan = wanted if isinstance(wanted, Plan) else plan_for(wanted, organization, key=key)
    report = carry_out(plan, organization, recorder=memory, key=key, **how)
    return report, memory.undo


def back(declared: Stack, organization: Streams, undo: Undo, key: bytes | None = None) -> Plan:
    return plan_for(declared, organization, Options(undo=undo), key)


__all__ = ["HEADER", "Memory", "StopRequest", "back", "recorded"]
