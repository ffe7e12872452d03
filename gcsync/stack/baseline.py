"""A baseline of known drift: `version: 1` and `known:`, a list of what is accepted, why and until when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from gcsync.model.address import Address
from gcsync.model.diagnostic import DiagnosticError
from gcsync.model.drift import Accepted
from gcsync.model.moment import read_date
from gcsync.model.value import Value, format_path, holds_secret
from gcsync.schema.compose import kind_names
from gcsync.schema.files import read_schema
from gcsync.schema.semantics import kind_schema, sort_key
from gcsync.stack.check import Checker
from gcsync.stack.document import collector_held_off
from gcsync.stack.faults import Fault, describe
from gcsync.stack.marks import find, find_key
from gcsync.stack.masking import Region, baseline_regions
from gcsync.stack.nearest import nearest
from gcsync.stack.report import Report, Spot
from gcsync.stack.source import Source, display_name, open_source
from gcsync.stack.unknown import Unknown

_SHOWN: Final = ("address", "attribute", "reason", "expires")
_ONE_DOCUMENT: Final = "a baseline is one document: put all entries under one `known:`"


def read_baseline(path: str, folder: Path) -> tuple[Accepted, ...]:
    """The entries of the file at `path`, relative to `folder`. Raises DiagnosticError with all that is wrong in it."""
    place = folder / path
    with collector_held_off():
        reading = _Reading(open_source(place, display_name(place, folder)))
        entries = tuple(reading.entries())
    if reading.report.failed:
        raise DiagnosticError(reading.report.diagnostics(reading.regions))
    return entries


@dataclass(slots=True)
class _Reading:
    source: Source
    report: Report = field(default_factory=Report)
    seen: dict[tuple[str, str, str | None], int] = field(default_factory=dict)

    def regions(self, source: Source) -> list[Region]:
        return baseline_regions(source, _SHOWN)

    def entries(self) -> Iterator[Accepted]:
        self._reader_problems()
        value = self.source.document.value
        if not self.source.document.complete or isinstance(value, Unknown):
            return
        if value is None:
            self.report.error(
                "GC116", "the file is empty: no `version`", Spot(self.source, 0), hint="begin with `version: 1`"
            )
            return
        faults = Checker(read_schema("baseline")).faults(value)
        for fault in faults:
            self._fault(fault)
        broken = {fault.path[:2] for fault in faults}
        known = value.get("known") if isinstance(value, dict) and () not in broken else None
        for index, entry in enumerate(known if isinstance(known, list) else ()):
            if isinstance(entry, dict) and ("known", index) not in broken:
                yield from self._entry(index, entry)

    def _reader_problems(self) -> None:
        document = self.source.document
        told = [replace(one, hint=_ONE_DOCUMENT) if one.code == "GC112" else one for one in document.problems]
        for problem in told:
            self.report.error(
                problem.code, problem.message, Spot(self.source, problem.mark), problem.path, problem.hint
            )

    def _fault(self, fault: Fault) -> None:
        self.report.error(fault.code, fault.message, self._spot(*fault.path, key=fault.at_key), fault.path, fault.hint)

    def _spot(self, *path: str | int, key: bool = False) -> Spot:
        document = self.source.document
        return Spot(self.source, (find_key if key else find)(document.value, document.marks, path))

    def _error(self, code: str, message: str, index: int, name: str, hint: str, *, key: bool = False) -> None:
        path = ("known", index, name)
        self.report.error(code, message, self._spot(*path, key=key), path, hint)

    def _entry(self, index: int, entry: Mapping[str, Any]) -> Iterator[Accepted]:
        """The entry, where it is right; what is wrong with it is reported, all of it."""
        address = self._address(index, entry["address"])
        if address is not None and self._attribute(index, entry["attribute"], address.kind):
            self._value(index, entry, address)
        expires = read_date(entry["expires"])
        if expires is None:
            message = f"{describe(entry['expires'])} is no day of the calendar"
            self._error("GC724", message, index, "expires", "write a day such as 2026-12-31")
        self._twice(index, entry)
        if address is not None and expires is not None:
            yield Accepted(
                address,
                entry["attribute"],
                entry["reason"].strip(),
                expires,
                any_value="value" not in entry,
                value=entry.get("value"),
                place=self._spot("known", index, "address").place(),
            )

    def _address(self, index: int, text: str) -> Address | None:
        try:
            address = Address.parse(text)
        except ValueError:
            hint = "an address looks like stream.conversations or 'stream.agents[\"emea\"]'; the report shows it"
            self._error("GC720", f"{describe(text)} is no address", index, "address", hint)
            return None
        if address.kind not in kind_names():
            hint = nearest(address.kind, kind_names()) or f"the kinds are {', '.join(kind_names())}"
            self._error("GC720", f'there is no kind "{address.kind[:60]}"', index, "address", hint)
            return None
        return address

    def _attribute(self, index: int, name: str, kind: str) -> bool:
        known = kind_schema(kind).attributes
        if name in known:
            return True
        head = name.split(".")[0].split("[")[0]
        hint = f'name the whole attribute: "{head}"' if head in known else nearest(name, known)
        self._error(
            "GC721",
            f"a {kind} has no attribute {describe(name)}",
            index,
            "attribute",
            hint or f"it has {_listed(known)}",
        )
        return False

    def _value(self, index: int, entry: Mapping[str, Any], address: Address) -> None:
        value: Value = entry.get("value")
        if holds_secret(kind_schema(address.kind).attributes[entry["attribute"]].seal(value)):
            message = "a sensitive value does not belong into a baseline"
            hint = "leave `value` out: then any value of the attribute is accepted"
            self._error("GC723", message, index, "value", hint, key=True)

    def _twice(self, index: int, entry: Mapping[str, Any]) -> None:
        same = (entry["address"], entry["attribute"], sort_key(entry["value"]) if "value" in entry else None)
        first = self.seen.setdefault(same, index)
        if first != index:
            message = f"this drift is accepted already, at {format_path(('known', first))}"
            self._error("GC722", message, index, "address", "keep one of the two, with its reason and date")


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(names)
