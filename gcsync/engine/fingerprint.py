"""Fingerprints of what was last applied: short digests in the marker, so that no state file is needed.

Each attribute has one slot of three characters, or two where the schema says that part of it may be sensitive: the
first of the plain part, the second of the sensitive one. `...` stands for an attribute that was not applied. A slot
for sensitive values is an HMAC under GCSYNC_FINGERPRINT_KEY, or, without a key, ten bits of a digest and a full stop:
too few to confirm a guess. Reasons: docs/decisions/0003-marker.md.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

from gcsync.model.address import Address
from gcsync.model.marker import ABSENT, Marker
from gcsync.model.value import UNREADABLE, Path, Secret, Value, is_sensitive, leaves
from gcsync.schema.semantics import KindSchema, Shape, is_empty

_KEYLESS_MARK = "."
_HIDDEN = {"sensitive": True}


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Computes the slots of one object, salted with its owner and its address."""

    schema: KindSchema
    owner: str
    address: Address
    key: bytes | None = None

    def slots(self, attributes: Mapping[str, Value]) -> tuple[str, ...]:
        """The slots of a whole marker, in the schema's order."""
        return tuple(
            slot
            for name, shape in self.schema.attributes.items()
            for slot in self._write(name, shape, attributes.get(name), declared=name in attributes)
        )

    def renewed(self, slots: tuple[str, ...], attributes: Mapping[str, Value]) -> tuple[str, ...]:
        """The slots of a whole marker again, with new ones for these attributes."""
        found: list[str] = []
        position = 0
        for name, shape in self.schema.attributes.items():
            width = slot_count(shape)
            old = (*slots[position : position + width], *((ABSENT,) * width))[:width]
            position += width
            found += self._write(name, shape, attributes[name], declared=True) if name in attributes else old
        return tuple(found)

    def last_applied(self, marker: Marker) -> dict[str, tuple[str, ...]]:
        """The slots of each attribute that the marker says was applied; attributes unknown to it are left out."""
        found: dict[str, tuple[str, ...]] = {}
        position = 0
        for name, shape in self.schema.attributes.items():
            width = slot_count(shape)
            slots = marker.slots[position : position + width]
            position += width
            if len(slots) == width and slots[0] != ABSENT:
                found[name] = slots
        return found

    def matches(self, name: str, slots: tuple[str, ...], value: Value) -> bool:
        """Whether what was last applied is this value.

        A part that the API does not return counts as matching only if nothing sensitive was applied. Without the
        key that made a slot nobody can tell, and the answer is no.
        """
        shape = self.schema.attributes[name]
        plain, sensitive = _parts(shape, value)
        if len(slots) == 1:
            return self._same_whole(name, slots[0], plain, sensitive)
        return slots[0] == self._plain(name, plain) and self._same_sensitive(name, slots[1], sensitive)

    def plain_matches(self, name: str, slots: tuple[str, ...], value: Value) -> bool:
        """The same for the part of the value that is not sensitive alone."""
        return slots[0] == self._plain(name, _parts(self.schema.attributes[name], value)[0])

    def hides(self, name: str, slots: tuple[str, ...], value: Value) -> bool:
        """Whether more of `value` was sensitive when it was applied than its schema says.

        Of a value that was changed since, and of one fingerprinted with a key that is lost, not all can be told.
        """
        if len(slots) == 2:
            return slots[1] != ABSENT and not self.plain_matches(name, slots, value)
        return any(slot.endswith(_KEYLESS_MARK) for slot in slots) or (
            self.key is not None and bool(slots) and self.matches(name, slots, Secret(value))
        )

    def _write(self, name: str, shape: Shape, value: Value, *, declared: bool) -> tuple[str, ...]:
        width = slot_count(shape)
        if not declared or shape.computed:
            return (ABSENT,) * width
        plain, sensitive = _parts(shape, value)
        if width == 2:
            return (self._plain(name, plain), self._sensitive(name, sensitive) if sensitive else ABSENT)
        return (self._sensitive(name, [plain, sensitive]) if sensitive else self._plain(name, plain),)

    def _same_whole(self, name: str, slot: str, plain: Value, sensitive: Value) -> bool:
        if slot.endswith(_KEYLESS_MARK):
            return slot == self._keyless(name, [plain, sensitive])
        if sensitive and self.key is not None and slot == self._keyed(name, [plain, sensitive]):
            return True
        return not sensitive and slot == self._plain(name, plain)

    def _same_sensitive(self, name: str, slot: str, sensitive: Value) -> bool:
        if slot == ABSENT:
            return not sensitive
        if slot.endswith(_KEYLESS_MARK):
            return slot == self._keyless(name, sensitive)
        return self.key is not None and slot == self._keyed(name, sensitive)

    def _plain(self, name: str, value: Value) -> str:
        return _letters(hashlib.sha256(self._message(name, value)).digest(), 3)

    def _sensitive(self, name: str, value: Value) -> str:
        return self._keyless(name, value) if self.key is None else self._keyed(name, value)

    def _keyed(self, name: str, value: Value) -> str:
        return _letters(hmac.digest(self.key or b"", self._message(name, value), "sha256"), 3)

    def _keyless(self, name: str, value: Value) -> str:
        digest = hashlib.sha256(b"sensitive\0" + self._message(name, value)).digest()
        ten_bits = bytes((digest[0], digest[1] & 0b1100_0000))
        return _letters(ten_bits, 2) + _KEYLESS_MARK

    def _message(self, name: str, value: Value) -> bytes:
        text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=repr)
        return "\0".join((self.owner, str(self.address), name, text)).encode("utf-8", "surrogatepass")


def slot_count(shape: Shape) -> int:
    return 2 if shape.may_be_sensitive else 1


def _letters(digest: bytes, count: int) -> str:
    return base64.urlsafe_b64encode(digest[:3].ljust(3, b"\0")).decode()[:count]


def _parts(shape: Shape, value: Value) -> tuple[Value, list[tuple[Path, Value]]]:
    """The comparable value with its sensitive leaves hidden, and those leaves with their paths."""
    sealed = shape.seal(value if isinstance(value, Secret) else shape.canonical(value))
    if isinstance(sealed, Secret):
        return _HIDDEN, [((), shape.comparable(sealed))]
    plain = _hide(shape, sealed)
    found = [
        (tuple(_fold(shape, path)), leaf.reveal() if isinstance(leaf, Secret) else repr(leaf))
        for path, leaf in leaves(sealed)
        if is_sensitive(leaf) or leaf is UNREADABLE
    ]
    return None if is_empty(plain) else plain, sorted(found, key=repr)


def _hide(shape: Shape, value: Value) -> Value:
    if is_sensitive(value) or value is UNREADABLE:
        return _HIDDEN
    if isinstance(value, Mapping):
        fold = str.lower if shape.case_insensitive_keys else str
        return {fold(key): _hide(shape.child(key), item) for key, item in value.items()}
    if isinstance(value, list):
        return [_hide(shape.items or shape, item) for item in value]
    return value


def _fold(shape: Shape, path: Path) -> list[str | int]:
    """The path with keys that may be of any case in lower case."""
    folded: list[str | int] = []
    for part in path:
        if isinstance(part, int):
            folded.append(part)
            shape = shape.items or Shape()
        else:
            folded.append(part.lower() if shape.case_insensitive_keys else part)
            shape = shape.child(part)
    return folded
