"""Which objects of an organization are meant, and which of those a stack can declare and then adopt."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from gcsync.adopt.resources import problem_of
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, Severity
from gcsync.model.marker import Marker
from gcsync.model.resource import RemoteObject
from gcsync.model.value import Value
from gcsync.schema.semantics import Key, kind_schema


@dataclass(frozen=True, slots=True)
class Candidate:
    """An object to be declared. `texts` are what its key may be made from; `address` the one that its marker names."""

    kind: str
    identity: str
    name: str
    attributes: Mapping[str, Value]
    texts: tuple[str, ...]
    address: Address | None = None
    protected: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many objects are not in the file, by the reason."""

    counts: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return ", ".join(f"{count} {reason}" for reason, count in self.counts.items())


@dataclass(frozen=True, slots=True)
class Selection:
    """What was found; `warnings` say of each object that cannot be declared why."""

    candidates: tuple[Candidate, ...]
    left_out: LeftOut = LeftOut()
    warnings: tuple[Diagnostic, ...] = ()


OWNED = "owned by other stacks"
UNMANAGED = "owned by no stack"
UNUSABLE = "with a marker that cannot be used"
UNDECLARABLE = "that no stack file can declare"


def select(objects: Iterable[RemoteObject], *, owner: str | None = None, name: str | None = None) -> Selection:
    """The objects without a marker, or with `owner` those that it owns; `name` is a glob, in any case."""
    everything = tuple(objects)
    left_out: Counter[str] = Counter()
    chosen: list[RemoteObject] = []
    for remote in everything:
        if name is not None and not matches(remote.name, name):
            continue
        reason = _not_meant(remote, owner)
        if reason:
            left_out[reason] += 1
        else:
            chosen.append(remote)
    unmanaged = [_candidate(remote) for remote in everything if remote.marker is None]
    twins = {} if owner is not None else _twins(unmanaged)
    return _declarable([_candidate(remote) for remote in chosen], left_out, twins)


def declarable(candidates: Iterable[Candidate]) -> Selection:
    """Those of the candidates that one stack file can declare and then adopt."""
    found = tuple(candidates)
    return _declarable(found, Counter(), _twins(found))


def twins_of(remote: RemoteObject, objects: Iterable[RemoteObject]) -> tuple[str, ...]:
    """The ids of other unmanaged objects that an adoption could not tell from this one."""
    found = _twins(_candidate(one) for one in objects if one.marker is None).get(remote.id, ())
    return tuple(one for one in found if one != remote.id)


def matches(text: str, glob: str) -> bool:
    """Whether a name is meant by a glob with `*` and `?`, in any case."""
    pattern = re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(pattern, text, re.IGNORECASE | re.DOTALL) is not None


def _not_meant(remote: RemoteObject, owner: str | None) -> str:
    """Why the object is not asked for; empty when it is."""
    marker = remote.marker
    if marker is None:
        return "" if owner is None else UNMANAGED
    if not isinstance(marker, Marker) or marker.address.kind != remote.kind:
        return UNUSABLE
    return "" if marker.owner == owner else OWNED


def _candidate(remote: RemoteObject) -> Candidate:
    marker = remote.marker
    if not isinstance(marker, Marker):
        return Candidate(remote.kind, remote.id, remote.name, remote.attributes, (remote.name,))
    return Candidate(
        remote.kind, remote.id, remote.name, remote.attributes, (remote.name,), marker.address, marker.protected
    )


def _twins(candidates: Iterable[Candidate]) -> dict[str, tuple[str, ...]]:
    """Those that an adoption could not tell apart, by each of them."""
    groups: dict[Key, list[str]] = defaultdict(list)
    for one in candidates:
        key = kind_schema(one.kind).identity_of(one.attributes)
        if key is not None:
            groups[key].append(one.identity)
    return {one: tuple(sorted(group)) for group in groups.values() if len(group) > 1 for one in group}


def _declarable(
    candidates: Iterable[Candidate], left_out: Counter[str], twins: Mapping[str, tuple[str, ...]]
) -> Selection:
    kept: list[Candidate] = []
    warnings: list[Diagnostic] = []
    taken: dict[tuple[str, Key | str], str] = {}
    for candidate in sorted(candidates, key=lambda one: (one.kind, one.name, one.identity)):
        problem = next(_problems(candidate, twins.get(candidate.identity, ()), taken), "")
        if problem:
            left_out[UNDECLARABLE] += 1
            warnings.append(_warning(candidate, problem))
        else:
            kept.append(candidate)
    return Selection(tuple(kept), LeftOut(dict(sorted(left_out.items()))), tuple(warnings))


def _problems(candidate: Candidate, twins: tuple[str, ...], taken: dict[tuple[str, Key | str], str]) -> Iterator[str]:
    """What keeps the candidate out. What it may not share with others is noted in `taken`."""
    schema = kind_schema(candidate.kind)
    if twins:
        yield f"an adoption could not tell it from others with the same {' and '.join(schema.identity)}: " + ", ".join(
            one for one in twins if one != candidate.identity
        )
    if problem := problem_of(candidate.kind, candidate.attributes):
        yield problem
    unique = schema.unique_key(candidate.attributes)
    shared: dict[tuple[str, Key | str], str] = {}
    if unique is not None:
        shared["unique", unique] = f"the {' and '.join(schema.unique)} of {{}}"
    if candidate.address is not None:
        shared["address", str(candidate.address)] = "the address of {}"
    for key, text in shared.items():
        other = taken.setdefault(key, candidate.identity)
        if other != candidate.identity:
            yield f"it has {text.format(other)}"


def _warning(candidate: Candidate, problem: str) -> Diagnostic:
    message = f'{candidate.kind} "{candidate.name[:120]}" ({candidate.identity}) is left out: {problem}'
    hint = "change the object in Genesys Cloud and export again, or declare it by hand"
    return Diagnostic("GC620", message, Severity.WARNING, hint=hint)
