"""Objects that nobody owns and that do what a declared resource does: events would arrive twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from gcsync.engine.options import Refreshed
from gcsync.model.drift import LookAlike
from gcsync.model.plan import Action, Change, Plan
from gcsync.model.resource import RemoteObject, Resource
from gcsync.model.value import Value, reveal
from gcsync.schema.semantics import kind_schema, sort_key


def look_alikes_of(plan: Plan, refreshed: Refreshed) -> tuple[LookAlike, ...]:
    """What is told beside drift: the unmanaged twin of anything that the stack declares, applied or not."""
    objects = [remote for listing in refreshed.listings.values() for remote in listing.objects if remote.marker is None]
    found = twins(plan.changes, _strangers(objects, plan.changes))
    return tuple(LookAlike(change.address, remote.id, remote.name) for change, _, remote in found)


def twins_of_creates(
    changes: Iterable[Change], unmanaged: Iterable[RemoteObject]
) -> Iterator[tuple[Change, Resource, RemoteObject]]:
    """Those of what is about to be created."""
    creates = [change for change in changes if change.action is Action.CREATE]
    return twins(creates, _strangers(unmanaged, changes))


def twins(
    changes: Iterable[Change], strangers: Iterable[RemoteObject]
) -> Iterator[tuple[Change, Resource, RemoteObject]]:
    """Each declared resource with each unmanaged object that does the same."""
    others = tuple(strangers)
    indexes: dict[tuple[str, tuple[str, ...]], dict[str, list[RemoteObject]]] = {}
    for change in changes:
        resource = change.desired
        if resource is None or not others:
            continue
        kind = change.address.kind
        names = _telling_attributes(kind, resource)
        if (kind, names) not in indexes:
            indexes[kind, names] = _index(kind, names, others)
        for remote in indexes[kind, names].get(_essence(kind, names, resource.attributes), ()):
            yield change, resource, remote


def _strangers(objects: Iterable[RemoteObject], changes: Iterable[Change]) -> tuple[RemoteObject, ...]:
    adopted = {change.id for change in changes if change.action is Action.ADOPT}
    return tuple(remote for remote in objects if remote.id not in adopted)


def _telling_attributes(kind: str, resource: Resource) -> tuple[str, ...]:
    """What an object does, as against what it is called: the declared attributes but the name and the prose."""
    shapes = kind_schema(kind).attributes.items()
    return tuple(name for name, shape in shapes if name in resource.attributes and name != "name" and not shape.is_text)


def _index(kind: str, names: tuple[str, ...], objects: Iterable[RemoteObject]) -> dict[str, list[RemoteObject]]:
    index: dict[str, list[RemoteObject]] = defaultdict(list)
    for remote in objects:
        if remote.kind == kind:
            index[_essence(kind, names, remote.attributes)].append(remote)
    return index


def _essence(kind: str, names: tuple[str, ...], attributes: Mapping[str, Value]) -> str:
    shapes = kind_schema(kind).attributes
    return sort_key([shapes[name].comparable(reveal(attributes.get(name))) for name in names])
