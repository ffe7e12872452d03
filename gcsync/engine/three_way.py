"""The three-way table: declared (D), last applied (L), remote (R), attribute by attribute.

D = R                 the same
D != R, L = D         drift: somebody changed it outside gcsync
D != R, L = R         pending: Git changed, and was not applied yet
all three differ      conflict: both happened
no L                  pending
R not returned        not checked, unless L says that D is new
D not given           not checked, unless what is known of it differs
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from gcsync.engine.fingerprint import Fingerprints
from gcsync.model.marker import ABSENT as NOT_APPLIED
from gcsync.model.plan import ABSENT, AttributeChange, Reason
from gcsync.model.value import (
    NOT_GIVEN,
    Path,
    Secret,
    Value,
    holds_not_given,
    holds_unreadable,
    is_sensitive,
    leaves,
)
from gcsync.schema.semantics import KindSchema, Shape, differ, is_empty

_PLACES_TRIED: Final = 6
"""Of an attribute in which secrets may be, all combinations of so many places are tried."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compares the attributes of one object. `last_applied` holds the marker's slots by attribute."""

    schema: KindSchema
    fingerprints: Fingerprints
    last_applied: Mapping[str, tuple[str, ...]]

    def compare(
        self, declared: Mapping[str, Value], remote: Mapping[str, Value], ignored: tuple[str, ...] = ()
    ) -> tuple[AttributeChange, ...]:
        """Every declared attribute that differs or could not be compared, in the schema's order."""
        changes = (
            self._attribute(name, shape, declared[name], remote.get(name))
            for name, shape in self.schema.attributes.items()
            if name in declared and name not in ignored and not shape.computed
        )
        return tuple(change for change in changes if change is not None)

    def sealed(self, declared: Mapping[str, Value], remote: Mapping[str, Value]) -> dict[str, Value]:
        """The whole remote object as it may be shown: hidden where it is, or was applied, as a secret."""
        return {
            name: self._sealed(name, declared.get(name), value) for name, value in self.schema.canonical(remote).items()
        }

    def _sealed(self, name: str, declared: Value, value: Value) -> Value:
        if isinstance(value, Secret) or is_empty(value):
            return value
        if declared is not None:
            places = secret_places(declared) | self._applied_places(name, value)
            return Secret(value) if self._was_sensitive(name, value) else seal_like(value, places)
        return Secret(value) if self.fingerprints.hides(name, self.last_applied.get(name, ()), value) else value

    def _attribute(self, name: str, shape: Shape, declared: Value, remote: Value) -> AttributeChange | None:
        if declared == remote and repr(declared) == repr(remote):  # 1 equals true, also deep inside
            return None
        remote = shape.beside(declared, remote)
        wanted, found = shape.comparable(declared), shape.comparable(remote)
        readable = not differ(wanted, found) or (shape.is_set and _may_be_same_set(wanted, found))
        if readable and not holds_unreadable(remote) and not holds_not_given(declared):
            return None
        reason = self._reason(name, declared, remote, readable=readable)
        if reason is None:
            return None
        before, after = sealed_pair(shape, declared, remote, was_sensitive=self._was_sensitive(name, remote))
        before = seal_like(before, self._applied_places(name, remote))
        return AttributeChange(name, before, after, reason, forces_replacement=shape.force_new)

    def _reason(self, name: str, declared: Value, remote: Value, *, readable: bool) -> Reason | None:
        """Why they differ. `readable` says that all that the API does return is as declared."""
        slots = self.last_applied.get(name)
        hidden = holds_unreadable(remote)
        if holds_not_given(declared):
            return Reason.NOT_CHECKED if readable else self._reason_of_known(name, declared, remote)
        if slots is None:
            return Reason.NOT_CHECKED if hidden and readable else Reason.PENDING
        applied = self.fingerprints.matches(name, slots, declared)
        if hidden and readable:
            return Reason.NOT_CHECKED if applied else Reason.PENDING
        if applied:
            return Reason.DRIFT
        untouched = self.fingerprints.plain_matches if hidden else self.fingerprints.matches
        return Reason.PENDING if untouched(name, slots, remote) else Reason.CONFLICT

    def _reason_of_known(self, name: str, declared: Value, remote: Value) -> Reason:
        """Why they differ, where part of the declared value was not given: its plain part has to tell."""
        slots = self.last_applied.get(name)
        if slots is None:
            return Reason.PENDING
        if self.fingerprints.plain_matches(name, slots, declared):
            return Reason.DRIFT
        return Reason.PENDING if self.fingerprints.plain_matches(name, slots, remote) else Reason.CONFLICT

    def _applied_places(self, name: str, remote: Value) -> frozenset[Path]:
        """Where a secret was applied that neither the schema nor the stack calls one now, in what is as it was applied.

        The fingerprint tells: it is the one that the value has with its secrets hidden.
        """
        slots = self.last_applied.get(name, ())
        same = self.fingerprints.plain_matches if len(slots) == 2 else self.fingerprints.matches
        if not slots or slots[-1] == NOT_APPLIED or same(name, slots, remote):
            return frozenset()
        value = self.schema.attributes[name].canonical(remote)
        places = sorted({_any_index(path) for path, _ in leaves(value)}, key=repr)[:_PLACES_TRIED]
        for count in range(1, len(places) + 1):
            for hidden in combinations(places, count):
                if same(name, slots, seal_like(value, frozenset(hidden))):
                    return frozenset(hidden)
        return frozenset()

    def _was_sensitive(self, name: str, remote: Value) -> bool:
        slots = self.last_applied.get(name, ())
        return len(slots) == 1 and self.fingerprints.hides(name, slots, remote)


def sealed_pair(shape: Shape, declared: Value, remote: Value, *, was_sensitive: bool) -> tuple[Value, Value]:
    """Remote and declared value as they may be shown: what is secret on one side is hidden on both."""
    after = shape.seal(shape.canonical(declared))
    before = shape.seal(shape.canonical(remote))
    before = Secret(before) if was_sensitive else seal_like(before, secret_places(after))
    return (ABSENT if is_empty(before) else before), (ABSENT if is_empty(after) else after)


def secret_places(value: Value) -> frozenset[Path]:
    """Where secrets are inside a value, any index of a list as `*`."""
    return frozenset(_any_index(path) for path, leaf in leaves(value) if is_sensitive(leaf))


def _may_be_same_set(wanted: Value, found: Value) -> bool:
    """Whether a set may be as declared, though some of its members were not given."""
    if not isinstance(wanted, list) or not isinstance(found, list) or NOT_GIVEN not in wanted:
        return False
    return len(wanted) == len(found) and all(member in found for member in wanted if member is not NOT_GIVEN)


def _any_index(path: Path) -> Path:
    return tuple("*" if isinstance(part, int) else part for part in path)


def seal_like(value: Value, places: frozenset[Path], path: Path = ()) -> Value:
    """The value with what is at such places in a `Secret`."""
    if not places or is_empty(value) or isinstance(value, Secret):
        return value
    if path in places:
        return Secret(value)
    if isinstance(value, Mapping):
        return {key: seal_like(item, places, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [seal_like(item, places, (*path, "*")) for item in value]
    return value
