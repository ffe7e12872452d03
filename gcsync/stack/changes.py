"""`moved:` and `removed:`: addresses, and whether they fit what the stack declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gcsync.model.address import Address
from gcsync.model.resource import Removal
from gcsync.schema.compose import kind_names
from gcsync.stack.discover import sections
from gcsync.stack.instances import Group
from gcsync.stack.nearest import nearest
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
    groups: Mapping[tuple[str, str], Group]
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

    def group(self, address: Address) -> Group | None:
        return self.groups.get((address.kind, address.key))

    def declares(self, address: Address) -> bool:
        """Whether the stack declares it, or may: an instance of which nobody knows yet."""
        group = self.group(address)
        if group is None or (address.each is None) is group.repeated:
            return False
        return address.each in group.instances or not group.complete

    def addresses(self) -> list[str]:
        return [str(i.address) for group in self.groups.values() for i in group.instances.values()]

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


def moved_and_removed(settings: Settings, groups: Mapping[tuple[str, str], Group], report: Report) -> Changes:
    """Check and read both sections. Reports what is wrong and leaves it out."""
    check, changes = _Check(settings, groups, report), Changes()
    for index, entry in check.entries("moved"):
        changes.moved.update(_moves(check, index, entry))
    for index, entry in check.entries("removed"):
        removal = _removal(check, index, entry)
        if removal is not None:
            changes.removed[removal.address] = removal
    return changes


def _moves(check: _Check, index: int, entry: Mapping[str, Any]) -> dict[Address, Address]:
    old = check.address(entry["from"], "moved", index, "from")
    new = check.address(entry["to"], "moved", index, "to")
    if old is None or new is None or not _is_move(check, index, old, new):
        return {}
    if new.each is None and (group := check.group(new)) is not None and group.repeated:
        return {
            Address(old.kind, old.key, each): instance.address
            for each, instance in group.instances.items()
            if each is not None
        }
    return {old: new}


def _is_move(check: _Check, index: int, old: Address, new: Address) -> bool:
    """Whether an entry can be; a move of a `for_each` as a whole moves each of its instances."""
    group = check.group(new)
    whole = group is not None and group.repeated and new.each is None
    if check.declares(old) or (whole and check.group(old) is not None):
        hint = "take the entry away, or give the declared resource the new key"
        check.error(f"{old} is still declared, so that it was not moved", hint, "moved", index, "from")
    elif whole and old.each is not None:
        hint = f'name the instance: {new}["{old.each}"]'
        check.error(f"{new} has `for_each`: several resources, and no single one", hint, "moved", index, "to")
    elif not whole and not check.declares(new):
        known = nearest(str(new), check.addresses())
        check.error(f"{new} is not declared", known or f"declare {new}", "moved", index, "to")
    elif old.kind != new.kind:
        check.error(f"{old} cannot become {new}: another kind", "delete one and create the other", "moved", index, "to")
    else:
        return check.once("from", old, "moved", index, "from") and check.once("to", new, "moved", index, "to")
    return False


def _removal(check: _Check, index: int, entry: Mapping[str, Any]) -> Removal | None:
    path = ("removed", index, "from")
    address = check.address(entry["from"], *path)
    if address is None:
        return None
    group = check.group(address)
    if check.declares(address) or (group is not None and group.repeated and address.each is None):
        check.error(f"{address} is still declared", "take its section away, or this entry", *path)
    elif check.once("from", address, *path):
        return Removal(address, entry.get("destroy", True), check.settings.spot(*path).place())
    return None
