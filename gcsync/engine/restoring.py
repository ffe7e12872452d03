"""The attributes of an object as a journal holds them, made whole again: each secret from where it can still be had.

A secret that the write left as it was is taken from the object. One that the write changed is in no file: it is what
the stack declares now, if that can be the old value. The fingerprints that were on the object tell, but for one
chance in 1,024 without GCSYNC_FINGERPRINT_KEY. What cannot be had again is left as it is, and said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gcsync.engine.fingerprint import Fingerprints
from gcsync.engine.secret_places import MISSING, hidden_places, put, value_at
from gcsync.model.address import Address
from gcsync.model.journal import Earlier, State
from gcsync.model.sealed import decode
from gcsync.model.value import UNKNOWN, UNREADABLE, Path, Reference, Secret, Value, leaves, reveal
from gcsync.schema.semantics import KindSchema, Shape, kind_schema

_Choices = dict[Path, Value]


@dataclass(slots=True)
class Restoring:
    """One object. `now` is what it has, empty where it has to be made anew; `declared` what the stack says.

    `lost` gathers the places whose old value could not be had, `doubtful` those of which nobody can tell.
    Raises ValueError for what a journal cannot hold.
    """

    earlier: Earlier
    before: State
    now: Mapping[str, Value] | None
    declared: Mapping[str, Value]
    key: bytes | None = None
    lost: list[Path] = field(default_factory=list)
    doubtful: list[Path] = field(default_factory=list)

    def attributes(self) -> dict[str, Value]:
        """What is to be written so that the object is as before: of one that is there, what the apply wrote of it.

        An attribute that was not there is None. One that cannot be had again is left out.
        """
        schema = self._schema
        names = tuple(self.before.attributes) if self.now is None else self.earlier.writes
        found: dict[str, Value] = {}
        for name, shape in schema.attributes.items():
            if name not in names or shape.computed:
                continue
            value = self._attribute(name, shape) if name in self.before.attributes else None
            if value is not MISSING and not (value is None and self._lacks(name)):
                found[name] = value
        return found

    @property
    def _schema(self) -> KindSchema:
        return kind_schema(self.earlier.address.kind)

    def _lacks(self, name: str) -> bool:
        return self.now is None or name not in self.now

    def _attribute(self, name: str, shape: Shape) -> Value:
        old = decode(self.before.attributes[name])
        places = hidden_places(old)
        if places:
            old = self._filled(name, old, places)
        return old if old is MISSING or self.now is None else _emptied(shape, old, self.now.get(name))

    def _filled(self, name: str, old: Value, places: list[Path]) -> Value:
        kept = {(place.path[1:]) for place in self.earlier.secrets if place.path[0] == name and place.kept}
        present = {path: self._present(name, path, old) for path in places}
        declared = {path: self._declared(name, path, old) for path in places}
        chosen = {path: present[path] for path in places if path in kept and present[path] is not MISSING}
        sought = [path for path in places if path not in chosen]
        chosen |= {path: declared[path] for path in sought}
        for path in self._refuted(name, _with(old, chosen), sought, present, declared):
            chosen[path] = present[path]
            self.lost.append((name, *path))
        return _whole(self._schema.attributes[name], old, chosen)

    def _refuted(
        self, name: str, candidate: Value, sought: list[Path], present: _Choices, declared: _Choices
    ) -> list[Path]:
        """The places at which what is declared now is not, or is not likely, what was there."""
        known = {path for path in sought if declared[path] is not MISSING}
        told = self._tells(name, candidate) if known == set(sought) else None
        if told is True:
            return []
        refuted = [path for path in sought if path not in known]
        for path in known:
            if present[path] is not MISSING and (told is False or declared[path] == present[path]):
                refuted.append(path)
            elif told is False:
                self.doubtful.append((name, *path))
        return sorted(refuted, key=repr)

    def _tells(self, name: str, candidate: Value) -> bool | None:
        """Whether the fingerprints of before are those of the candidate; None where there were none.

        What is hidden in the journal need not have been a secret then: it may have become one with that apply.
        """
        marker = self.before.owned
        if marker is None:
            return None
        fingerprints = Fingerprints(self._schema, marker.owner, marker.address, self.key)
        slots = fingerprints.last_applied(marker).get(name)
        if slots is None:
            return None
        return any(fingerprints.matches(name, slots, value) for value in (candidate, reveal(candidate)))

    def _present(self, name: str, path: Path, old: Value) -> Value:
        return _secret(value_at(self.now[name], path, old)) if self.now is not None and name in self.now else MISSING

    def _declared(self, name: str, path: Path, old: Value) -> Value:
        found = value_at(self.declared[name], path, old) if name in self.declared else MISSING
        unknown = any(leaf is UNKNOWN or isinstance(leaf, Reference) for _, leaf in leaves(found))
        return MISSING if unknown else _secret(found)


def declared_at(declared: Mapping[Address, Mapping[str, Value]], *addresses: Address) -> Mapping[str, Value]:
    """What is declared at the first of the addresses at which anything is."""
    return next((declared[address] for address in addresses if address in declared), {})


def _secret(value: Value) -> Value:
    return value if value is MISSING or value is UNREADABLE else Secret(value)


def _with(old: Value, chosen: _Choices) -> Value:
    for path, value in chosen.items():
        old = put(old, path, UNREADABLE if value is MISSING else value)
    return old


def _whole(shape: Shape, old: Value, chosen: _Choices) -> Value:
    """The value with what was chosen; a key that any may have is left out, without anything else there is no value."""
    if any(value is MISSING and not _is_free_key(shape, path) for path, value in chosen.items()):
        return MISSING
    for path, value in chosen.items():
        old = put(old, path, value)
    return shape.canonical(old)


def _is_free_key(shape: Shape, path: Path) -> bool:
    """Whether a place is one of a mapping whose keys nobody prescribes, as those of headers."""
    free = False
    for part in path:
        if isinstance(part, int):
            free, shape = False, shape.items or Shape()
        else:
            free, shape = part not in shape.properties and shape.others is not None, shape.child(part)
    return free


def _emptied(shape: Shape, old: Value, now: Value) -> Value:
    """With None for what is left alone where it is not declared, was not there, and is there now."""
    if not isinstance(old, Mapping) or not isinstance(now, Mapping):
        return old
    gone = {key: None for key, part in shape.properties.items() if part.left_alone and key in now and key not in old}
    return {**old, **gone}
