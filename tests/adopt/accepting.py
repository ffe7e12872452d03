"""A stack file, an organization in memory, and a hand that changes it: for tests of `accept` without HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gcsync.adopt.accepting import Accepting, NewText
from gcsync.engine import Options, Refreshed, compute, drift_of
from gcsync.model.plan import Plan
from gcsync.model.resource import Stack
from gcsync.stack import Inputs, load
from tests.engine.organization import TARGET, Streams, carry_out


@dataclass
class Scene:
    """Files below a folder, and one kind of objects per organization."""

    folder: Path
    files: Mapping[str, str]
    kind: str = "stream"
    inputs: Inputs = field(default_factory=Inputs)
    organization: Streams = field(init=False)

    def __post_init__(self) -> None:
        self.organization = Streams(name=self.kind, unique=False)
        for name, text in self.files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        plan = self.plan()
        assert not plan.errored
        carry_out(plan, self.organization)
        assert not self.plan().active

    def stack(self, texts: Mapping[Path, str] | None = None) -> Stack:
        inputs = Inputs(self.inputs.environment, self.inputs.variables, texts=texts or {})
        (found,) = load(["stack.yaml"], inputs, folder=self.folder)
        return found

    def plan(self, texts: Mapping[Path, str] | None = None) -> Plan:
        refreshed = Refreshed({self.kind: self.organization.list(None)})
        return compute(self.stack(texts), refreshed, TARGET, Options(), fingerprint_key=b"key")

    def edit(self, name: str, /, **attributes: Any) -> Scene:
        self.organization.edit(name, **attributes)
        return self

    def accept(self, *names: str, asked: bool = False) -> Accepted:
        accepting = Accepting(self.folder, frozenset(names), asked)
        accepting.add(self.stack(), drift_of(self.plan()))
        return Accepted(self, accepting, accepting.texts())


@dataclass
class Accepted:
    """What came of it."""

    scene: Scene
    accepting: Accepting
    texts: tuple[NewText, ...]

    def text(self, name: str = "stack.yaml") -> str:
        return next((new.text for new in self.texts if new.source.name == name), self.scene.files[name])

    @property
    def codes(self) -> list[str]:
        return [found.code for found in self.accepting.refused]

    @property
    def place(self) -> str:
        """Where the only refusal is."""
        (found,) = self.accepting.refused
        return f"{found.place.file}:{found.place.line}" if found.place is not None else ""

    def differing(self) -> set[tuple[str, str]]:
        """What would still differ, were the new texts written."""
        plan = self.scene.plan({new.source.path: new.text for new in self.texts})
        return {(str(change.address), a.name) for change in plan.changes for a in change.differing}
