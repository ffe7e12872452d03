"""What a saved plan is bound to, and whether what is there now is still that.

Three comparisons, each with its own words: the stack with the one that was planned (GC615), the plan with the one that
is computed anew (GC616), and, through one slow digest over all of it, what may not be written down (GC618).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, Place
from gcsync.model.marker import Marker
from gcsync.model.plan import Action, Change, Plan
from gcsync.model.resource import Resource, Stack
from gcsync.model.saved import encode_change
from gcsync.model.sealed import Sealer
from gcsync.model.value import SECRET_TEXT, Reference, Secret, Value, leaves, replace_leaves
from gcsync.schema.semantics import has_credentials, kind_schema

Json = dict[str, Any]

_COST: Final = 2**15
_MEMORY: Final = 64 * 1024 * 1024
_LONGEST_VALUE: Final = 60
TOO_LONG: Final = "(another value)"
"""Stands for a value that is too long to be shown."""
_LONG_ENOUGH: Final = 4
"""Characters from which on a text inside a secret is no chance."""
_PLAN_AGAIN: Final = "nothing was written; plan again and review what changed"
_LIFECYCLE: Final = "lifecycle"


# The stack.


def bound_stack(stack: Stack) -> Json:
    """What of a stack a plan was made from: its settings, and a digest of each attribute without its secrets."""
    return {
        "settings": _settings(stack),
        "resources": {str(address): _digests(resource) for address, resource in sorted(stack.resources.items())},
    }


def compare_stack(bound: Json, stack: Stack) -> Iterator[Diagnostic]:
    """Every way in which the stack is another than the one that a plan was made from: GC615, with its place."""
    settings = _settings(stack)
    for name, value in settings.items():
        if bound["settings"].get(name) != value:
            yield _other_stack(f"`{name}` of the stack is another than when the plan was made", Place(stack.file, 1, 1))
    planned: Mapping[str, Mapping[str, str]] = bound["resources"]
    for address, resource in sorted(stack.resources.items()):
        if str(address) not in planned:
            yield _other_stack(f"{address} was not declared when the plan was made", resource.locate(()), str(address))
            continue
        was, now = planned[str(address)], _digests(resource)
        for name in sorted(was.keys() | now.keys()):
            if was.get(name) != now.get(name):
                place = resource.locate((name,)) or resource.locate(())
                message = f"`{name}` has another value than when the plan was made"
                yield _other_stack(message, place, str(address))
    for gone in sorted(planned.keys() - {str(address) for address in stack.resources}):
        yield _other_stack(f"{gone} is no longer declared", Place(stack.file, 1, 1), gone)


def variables_to_keep(stack: Stack) -> dict[str, Value]:
    """The variables that may stand in a plan file: those of which nothing went into a sensitive value.

    A variable need not be declared sensitive for that: header values are, and URLs with user information or a query.
    """
    hidden = [str(secret[-1]) for resource in stack.resources.values() for secret in _declared_secrets(resource)]
    return {name: value for name, value in stack.variables.items() if not _is_in(value, hidden)}


def _is_in(value: Value, hidden: Sequence[str]) -> bool:
    for _, leaf in leaves(value):
        text = str(leaf)
        if has_credentials(leaf) and "://" in text:
            return True
        if any(text == secret or (len(text) >= _LONG_ENOUGH and text in secret) for secret in hidden):
            return True
    return False


def _settings(stack: Stack) -> Json:
    return {
        "organization": stack.organization,
        "region": stack.region,
        "safety": asdict(stack.safety),
        "moved": {str(old): str(new) for old, new in sorted(stack.moved.items())},
        "removed": {str(address): removal.destroy for address, removal in sorted(stack.removed.items())},
    }


def _digests(resource: Resource) -> dict[str, str]:
    shapes = kind_schema(resource.address.kind).attributes
    found = {name: _digest(shapes[name].seal(shapes[name].canonical(v))) for name, v in resource.attributes.items()}
    return found | {_LIFECYCLE: _digest(asdict(resource.lifecycle))}


def _digest(value: Value) -> str:
    named = replace_leaves(value, lambda leaf: _reference_text(leaf) if isinstance(leaf, Reference) else leaf)
    text = json.dumps(Sealer().encode(named), sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _reference_text(reference: Reference) -> str:
    parts = reference.parts or (reference,)
    return "".join(p if isinstance(p, str) else f"${{{p.address}.{p.attribute}}}" for p in parts)


def _other_stack(message: str, place: Place | None, path: str = "") -> Diagnostic:
    hint = "a saved plan is for the stack that it was made from: plan again, or go back to that stack and its variables"
    return Diagnostic("GC615", message, place=place, path=path, hint=hint)


# The plan.


def compare_plan(planned: Sequence[Json], fresh: Plan) -> Iterator[Diagnostic]:
    """Every change that is another than in the saved plan, since the objects are no longer what they were: GC616."""
    was = {change["address"]: change for change in planned}
    now = {str(change.address): as_json(change) for change in fresh.changes}
    for address in sorted(was.keys() | now.keys()):
        moved = list(_moved(was.get(address), now.get(address)))
        if moved:
            known = now.get(address) or was[address]
            name = f'"{known["name"]}"' + (f" ({known['object']['id']})" if known["object"] is not None else "")
            message = f"{name} is not as it was when the plan was made: {'; '.join(moved)}"
            yield Diagnostic("GC616", message, path=address, hint=_PLAN_AGAIN)


def as_json(change: Change) -> Json:
    """A change as it stands in a plan file."""
    found: Json = json.loads(json.dumps(encode_change(change)))
    return found


def _moved(was: Json | None, now: Json | None) -> Iterator[str]:
    """What is different, in words; nothing where both do the same to the same object."""
    if was is None or now is None:
        if (was or now or {})["action"] != Action.NO_OP:
            yield "it was not there, or not this stack's" if was is None else "it is gone, or no longer this stack's"
        return
    if was == now or was["action"] == now["action"] == Action.NO_OP:
        return
    yield from _other_object(was["object"], now["object"])
    yield from _other_attributes(was, now)
    if was["action"] != now["action"]:
        yield f"planned was {was['action']}, now it would be {now['action']}"
    elif not any(True for _ in (*_other_object(was["object"], now["object"]), *_other_attributes(was, now))):
        differing = sorted(key for key in was if was[key] != now.get(key))
        yield f"it would be done in another way ({', '.join(differing)})"


def _other_object(was: Json | None, now: Json | None) -> Iterator[str]:
    if was is None and now is not None:
        yield f"{now['id']} has appeared"
    elif was is not None and now is None:
        yield f"{was['id']} was deleted"
    elif was is not None and now is not None:
        if was["id"] != now["id"]:
            yield f"it is another object, {was['id']} -> {now['id']}"
        for name in ("name", "version", *(["modified"] if now["version"] is None else [])):
            if was[name] != now[name]:
                yield f"{name} {shown(was[name])} -> {shown(now[name])}"


def _other_attributes(was: Json, now: Json) -> Iterator[str]:
    before, after = was["before"] or {}, now["before"] or {}
    if was["object"] is None or now["object"] is None:
        return
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield f"{name}: {shown(before.get(name))} -> {shown(after.get(name))}"
    differed, differs = ({attribute["name"] for attribute in side["attributes"]} for side in (was, now))
    for name in sorted(differed ^ differs):
        yield f"{name} {'differs from the stack now' if name in differs else 'no longer differs from the stack'}"


def shown(value: Any) -> str:
    """A value of a plan file for a person: short ones as they are."""
    if isinstance(value, dict) and value.get("$") == "secret":
        return SECRET_TEXT
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE and '"$"' not in text else TOO_LONG


# What may not be written down.


def hidden_values(stack: Stack, plan: Plan) -> list[Any]:
    """Everything sensitive that a plan rests on, in a fixed order: declared, planned, and the objects' fingerprints."""
    found: list[Any] = [plan.owner]
    for _, resource in sorted(stack.resources.items()):
        found += _declared_secrets(resource)
    for change in plan.active:
        for side, attributes in (("before", change.before), ("after", change.after)):
            found += _secrets(change.address, side, "", attributes)
        marker = change.remote.marker if change.remote is not None else None
        if isinstance(marker, Marker):
            found.append([str(change.address), "marker", *marker.slots])
    return found


def declared_secrets(stack: Stack, addresses: Collection[str]) -> list[Any]:
    """Everything sensitive that a stack declares at these addresses, in a fixed order."""
    resources = (one for address, one in sorted(stack.resources.items()) if str(address) in addresses)
    return [stack.owner, *(secret for resource in resources for secret in _declared_secrets(resource))]


def hide(values: Sequence[Any], salt: bytes) -> str:
    """One digest over all the values, too slow to try guesses with: scrypt, 32 MiB, about a tenth of a second."""
    text = json.dumps(values, sort_keys=True, default=repr)
    secret = text.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(secret, salt=salt, n=_COST, r=8, p=1, maxmem=_MEMORY, dklen=32).hex()


def _declared_secrets(resource: Resource) -> Iterator[list[Any]]:
    shapes = kind_schema(resource.address.kind).attributes
    for name, value in sorted(resource.attributes.items()):
        yield from _secrets(resource.address, "declared", name, shapes[name].seal(shapes[name].canonical(value)))


def _secrets(address: Address, side: str, name: str, value: Value) -> Iterator[list[Any]]:
    for path, leaf in leaves(value):
        if isinstance(leaf, Secret):
            yield [str(address), side, name, list(path), leaf.reveal()]
