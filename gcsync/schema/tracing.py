"""An event against everything that stacks declare, or that an organization has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from gcsync.model.address import Address
from gcsync.model.diagnostic import Place
from gcsync.model.marker import Marker
from gcsync.model.resource import RemoteObject, Resource, Stack
from gcsync.model.trace import Event, Selection, Trace, Verdict
from gcsync.model.value import Path, Value, reveal
from gcsync.schema.delivering import deliveries
from gcsync.schema.selecting import select, selects_by_topic


def trace_resource(resource: Resource, event: Event) -> Selection:
    """Whether a declared object would let the event through."""
    return select(resource.address.kind, resource.attributes, event)


def trace_stacks(stacks: Sequence[Stack], event: Event) -> tuple[Trace, ...]:
    """What stacks declare, stack by stack, by address."""
    return tuple(
        _declared(stack.owner, resource, event)
        for stack in sorted(stacks, key=lambda stack: stack.owner)
        for _, resource in sorted(stack.resources.items())
    )


def trace_objects(objects: Iterable[RemoteObject], stacks: Sequence[Stack], event: Event) -> tuple[Trace, ...]:
    """What is there: that of the stacks first, beside what their files say, then everybody else's, by address or name.

    Where a file says another thing of the same object, the trace of the file is in `declared`.
    """
    known = {(stack.owner, address): resource for stack in stacks for address, resource in stack.resources.items()}
    found = [_there(remote, known, event) for remote in objects]
    owners = {stack.owner for stack in stacks}
    return tuple(
        sorted(found, key=lambda one: (one.stack not in owners, one.stack == "", one.stack, one.address, one.name))
    )


def _declared(owner: str, resource: Resource, event: Event) -> Trace:
    selection = trace_resource(resource, event)
    place = resource.locate(selection.path)
    return _trace(owner, resource.address.kind, str(resource.address), resource.attributes, event, selection, place)


def _there(remote: RemoteObject, known: Mapping[tuple[str, Address], Resource], event: Event) -> Trace:
    selection = select(remote.kind, remote.attributes, event)
    owner, address = (
        ("", "") if remote.marker is None else (remote.marker.owner or "", str(remote.marker.address or ""))
    )
    seen = _trace(owner, remote.kind, address, remote.attributes, event, selection, None)
    seen = replace(seen, name=remote.name, object_id=remote.id)
    marker = remote.marker
    resource = known.get((marker.owner, marker.address)) if isinstance(marker, Marker) else None
    if resource is None:
        return seen
    declared = _declared(owner, resource, event)
    if declared.selection.verdict is not selection.verdict:
        return replace(seen, declared=declared)
    return replace(seen, place=declared.place) if declared.selection == selection else seen


def _trace(
    owner: str,
    kind: str,
    address: str,
    attributes: Mapping[str, Value],
    event: Event,
    selection: Selection,
    place: Place | None,
) -> Trace:
    goes = selection.verdict is not Verdict.NOT_SELECTED
    template = _template(kind, attributes, selection.path, event) if goes else None
    sent = deliveries(kind, attributes, event, template) if goes else ()
    name = reveal(attributes.get("name"))
    return Trace(owner, kind, address, name if isinstance(name, str) else "", selection, place, sent)


def _template(kind: str, attributes: Mapping[str, Value], path: Path, event: Event) -> str | None:
    """The topic that selected the event, as it is declared."""
    if not selects_by_topic(kind):
        return None
    return next((text for text in _at(attributes, path) if isinstance(text, str)), event.topic)


def _at(value: Value, path: Path) -> Iterator[Value]:
    for part in path:
        inside = isinstance(value, Mapping) and part in value
        if not inside and not (isinstance(value, list) and isinstance(part, int) and part < len(value)):
            return
        value = value[part]
    yield value
