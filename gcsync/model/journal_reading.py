"""A journal's lines back into values. A last line that is cut is that of an apply that was killed, and no mistake."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from gcsync.model.address import Address
from gcsync.model.journal import (
    FORMAT,
    Earlier,
    Header,
    SecretPlace,
    State,
    Undo,
    WriteStatus,
    read_places,
    read_state,
    read_texts,
)

MAX_LINE_BYTES = 8 * 1024 * 1024
"""The longest line that is read, and written."""


class LaterFormat(ValueError):
    """The journal is of a later version of gcsync."""


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal that was read. `closed` says that its apply came to its end."""

    header: Header
    undo: Undo
    closed: bool


def read_journal(name: str, lines: Iterable[bytes]) -> Journal:
    """The journal in the lines of a file of that name. Raises ValueError with the line, LaterFormat for the header."""
    reading = _Reading()
    header: Header | None = None
    damaged: str | None = None
    for number, line in enumerate(lines, start=1):
        if damaged is not None:
            raise ValueError(damaged)
        try:
            data = json.loads(line) if line.endswith(b"\n") and len(line) <= MAX_LINE_BYTES else None
        except ValueError:
            data = None
        if not isinstance(data, dict):
            damaged = f"line {number} is cut or damaged"
            continue
        if header is None:
            header = read_header(data)
            continue
        try:
            reading.take(data)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
    if header is None:
        raise ValueError("it has no header")
    undo = Undo(name, header.owner, header.organization["id"], reading.states())
    return Journal(header, undo, reading.closed)


def read_header(data: Any) -> Header:
    """The first line. Raises ValueError, LaterFormat."""
    version = data.get("gcsync_journal") if isinstance(data, dict) else None
    if type(version) is not int or version < 1:
        raise ValueError("its first line is not the header of a journal")
    if version > FORMAT:
        raise LaterFormat(f"it has format {version}; this gcsync reads up to {FORMAT}")
    fields: dict[str, Any] = {name: data.get(name) for name in Header.__dataclass_fields__}
    optional = ("environment", "plan")
    wrong = [name for name, value in fields.items() if name not in ("organization", "paths") and not _is_text(value)]
    organization = fields["organization"]
    if any(name not in optional or fields[name] is not None for name in wrong):
        raise ValueError("its header lacks something")
    if not isinstance(organization, dict) or not all(_is_text(organization.get(key)) for key in ("id", "name")):
        raise ValueError("its header names no organization")
    return Header(**fields | {"paths": read_texts(fields["paths"])})


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


@dataclass(frozen=True, slots=True)
class _Write:
    """One write that was begun, and what its end says."""

    address: Address
    before: State | None
    writes: tuple[str, ...]
    places: tuple[SecretPlace, ...]
    status: WriteStatus = WriteStatus.UNKNOWN
    id: str | None = None


@dataclass(slots=True)
class _Reading:
    """Gathers the writes of a journal, by their numbers."""

    writes: dict[int, _Write] = field(default_factory=dict)
    closed: bool = False

    def take(self, data: dict[str, Any]) -> None:
        """One line. Lines of a sort that is not known are passed over. Raises ValueError."""
        if "begin" in data:
            self._begin(data)
        elif "end" in data:
            self._end(data)
        elif "closed" in data:
            self.closed = True

    def _begin(self, data: dict[str, Any]) -> None:
        number = data["begin"]
        if type(number) is not int or number in self.writes:
            raise ValueError("a write without a number of its own")
        address = Address.parse(str(data.get("address")))
        before, writes = read_state(data.get("before")), read_texts(data.get("writes"))
        self.writes[number] = _Write(address, before, writes, read_places(data.get("references")))

    def _end(self, data: dict[str, Any]) -> None:
        number, status, made, changed = data["end"], data.get("status"), data.get("id"), data.get("changed", [])
        if type(number) is not int or number not in self.writes:
            raise ValueError("the end of a write that was never begun")
        if not isinstance(status, str) or status not in list(WriteStatus):
            raise ValueError("a write that ended in no known way")
        write = self.writes[number]
        self.writes[number] = replace(
            write,
            status=WriteStatus(status),
            id=made if _is_text(made) else None,
            writes=(*write.writes, *read_texts(changed)),
        )

    def states(self) -> tuple[Earlier, ...]:
        """What was at each address before its first write; a write that was refused wrote nothing."""
        by_address: dict[Address, list[_Write]] = {}
        for number in sorted(self.writes):
            write = self.writes[number]
            if write.status is not WriteStatus.REFUSED:
                by_address.setdefault(write.address, []).append(write)
        return tuple(_earlier(address, writes) for address, writes in sorted(by_address.items()))


def _unknown(write: _Write) -> tuple[str, ...]:
    """What else a write may have changed of which nobody knows how it ended: it replaces the whole object."""
    return tuple(write.before.attributes) if write.status is WriteStatus.UNKNOWN and write.before is not None else ()


def _adopts(write: _Write) -> bool:
    """Whether it took over an object that nobody owned: a create whose answer was lost may have met one."""
    return write.before is not None and write.before.marker is None


def _earlier(address: Address, writes: list[_Write]) -> Earlier:
    before = writes[0].before or next((write.before for write in writes if _adopts(write)), None)
    changed = {
        place.path
        for write in writes
        for place in write.places
        if not place.kept and write.status is not WriteStatus.FAILED
    }
    there = None if before is None else before.id
    places = next((write.places for write in writes if write.before is before), ())
    return Earlier(
        address,
        before,
        tuple(dict.fromkeys(name for write in writes for name in (*write.writes, *_unknown(write)))),
        tuple(replace(place, kept=place.path not in changed) for place in places),
        tuple(dict.fromkeys(write.id for write in writes if write.id is not None and write.id != there)),
    )
