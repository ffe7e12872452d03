"""`moved:` and `removed:`: addresses, and whether they fit what the stack declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gcsync.model.address import Address
from gcsync.model.resource import Removal
from gcsync.schema.compose import kind_names
from gcsync.stack.discover import sections
from gcsync.stack.expressions import nearest
from gcsync.stack.report import Report
from gcsync.stack.settings import Settings


@dataclass(slots=True)
class Changes:
    """Old address to new one, and what is no longer declared."""

    moved: dict[Address, Address] = field(default_factory=dict)
    removed: dict[Address, Removal] = field(default_factory=dict)


@dataclass(slots=True)
class _Check:
    settings: Settings
    declared: set[Address]
    report: Report
    at: dict[tuple[str, Address], int] = field(default_factory=dict)

    def entries(self, section: str) -> list[tuple[int, Mapping[str, Any]]]:
        """The entries with their index in the file; those that are at fault already are left out."""
        raw = self.settings.source.document.value.get(section)
        kept = self.settings.value.get(section, [])
        found = []
        for index, entry in enumerate(raw if isinstance(raw, list) else ()):
            if entry in kept:
                found.append((index, entry))
        return found

    def error(self, message: str, hint: str, *path: str | int) -> None:
        self.report.error("GC125", message, self.settings.spot(*path), path, hint)

    def address(self, text: str, *path: str | int) -> Address | None:
        try:
            address = Address.parse(text)
        except ValueError:
            hint = "an address is KIND.KEY, such as stream.conversations, of at most 100 characters"
            self.error(f'"{text[:60]}" is no address', hint, *path)
            return None
        if address.kind not in kind_names():
            kind = sections().get(address.kind)
            hint = f'did you mean "{kind}.{address.key}"?' if kind else nearest(address.kind, kind_names())
            self.error(f'there is no kind "{address.kind}"', hint or f"kinds: {', '.join(kind_names())}", *path)
            return None
        return address

    def once(self, role: str, address: Address, *path: str | int) -> bool:
        line = self.settings.spot(*path).place().line
        first = self.at.setdefault((role, address), line)
        if first is not line and first != line:
            self.error(f"{address} is named already on line {first}", "name it once", *path)
            return False
        return True


def moved_and_removed(settings: Settings, declared: set[Address], report: Report) -> Changes:
    """Check and read both sections. Reports what is wrong and leaves it out."""
    check, changes = _Check(settings, declared, report), Changes()
    for index, entry in check.entries("moved"):
        pair = _move(check, index, entry, changes)
        if pair is not None:
            changes.moved[pair[0]] = pair[1]
    for index, entry in check.entries("removed"):
        removal = _removal(check, index, entry)
        if removal is not None:
            changes.removed[removal.address] = removal
    return changes


def _move(check: _Check, index: int, entry: Mapping[str, Any], _: Changes) -> tuple[Address, Address] | None:
    old = check.address(entry["from"], "moved", index, "from")
    new = check.address(entry["to"], "moved", index, "to")
    if old is None or new is None:
        return None
    if old in check.declared:
        hint = "take the entry away, or give the declared resource the new key"
        check.error(f"{old} is still declared, so that it was not moved", hint, "moved", index, "from")
    elif new not in check.declared:
        known = nearest(str(new), map(str, check.declared))
        check.error(f"{new} is not declared", known or f"declare {new}", "moved", index, "to")
    elif old.kind != new.kind:
        check.error(f"{old} cannot become {new}: another kind", "delete one and create the other", "moved", index, "to")
    elif check.once("from", old, "moved", index, "from") and check.once("to", new, "moved", index, "to"):
        return old, new
    return None


def _removal(check: _Check, index: int, entry: Mapping[str, Any]) -> Removal | None:
    path = ("removed", index, "from")
    address = check.address(entry["from"], *path)
    if address is None:
        return None
    if address in check.declared:
        check.error(f"{address} is still declared", "take its section away, or this entry", *path)
    elif check.once("from", address, *path):
        return Removal(address, entry.get("destroy", True), check.settings.spot(*path).place())
    return None
