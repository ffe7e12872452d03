"""Resources as they are written: which there are, and where each part of one stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gcsync.model.address import KEY_PATTERN, Address
from gcsync.model.diagnostic import Place
from gcsync.model.value import Path, Value
from gcsync.stack.faults import describe
from gcsync.stack.marks import Marks, find, find_key, to_place
from gcsync.stack.report import Report, Spot
from gcsync.stack.source import Source
from gcsync.stack.unknown import Unknown

_KEY = re.compile(KEY_PATTERN)


@dataclass(slots=True, eq=False)
class Declared:
    """A resource as it is written. Called with a path inside it, it tells the place (`Resource.locate`)."""

    kind: str
    section: str
    key: str
    source: Source
    key_mark: int
    value: Value
    marks: Marks

    def __call__(self, path: Path) -> Place | None:
        return to_place(self.source.name, self.mark(path))

    @property
    def address(self) -> Address:
        return Address(self.kind, self.key)

    def mark(self, path: Path, *, at_key: bool = False) -> int:
        if not path or not isinstance(self.value, dict) or path[0] not in self.value:
            return self.key_mark
        return (find_key if at_key else find)(self.value, self.marks, path)

    def spot(self, path: Path = (), *, at_key: bool = False) -> Spot:
        return Spot(self.source, self.mark(path, at_key=at_key))

    def path(self, path: Path = ()) -> Path:
        return (self.section, self.key, *path)


def declared_in(source: Source, sections: Mapping[str, str], report: Report) -> list[Declared]:
    """The resources that a file writes out, those with a usable key and a mapping below it."""
    value, marks = source.document.value, source.document.marks
    found = []
    for index, (section, inner) in enumerate(value.items()):
        if section not in sections:
            continue
        inner_marks = marks[2 + 2 * index]
        if isinstance(inner, Unknown):
            continue
        if not isinstance(inner, dict):
            message = f"must be a mapping, got {describe(inner, hidden=True)}"
            report.error("GC105", message, Spot(source, find(inner, inner_marks, ())), (section,), "write `key:` lines")
            continue
        for number, (key, body) in enumerate(inner.items()):
            entry = Declared(
                sections[section], section, key, source, inner_marks[1 + 2 * number], body, inner_marks[2 + 2 * number]
            )
            if _usable_key(entry, report):
                found.append(entry)
    return found


def _usable_key(entry: Declared, report: Report) -> bool:
    if _KEY.fullmatch(entry.key) is not None:
        return True
    if "${" in entry.key:
        hint = "a key is the identity of a resource; write it out"
        report.error("GC211", "an expression cannot stand in a key", entry.spot(), entry.path(), hint)
    else:
        message = f'"{entry.key[:70]}" is no key: 1 to 63 letters, digits, `_` and `-`, beginning with a letter or `_`'
        hint = "the name may be any text: put that into `name:`"
        if entry.key.startswith(f"{entry.kind}."):
            hint = f"the key alone, without the kind: {entry.key.removeprefix(f'{entry.kind}.')[:63]}"
        report.error("GC114", message, entry.spot(), entry.path(), hint)
    return False
