"""Which changes of a new plan are those of an older one: what `apply --expect` may carry out.

A change is the same where address, action, object and every value that is shown are. The versions and dates of objects
do not count. What is sensitive is in no plan file, so it has to be vouched for: the declared side by the digest of the
file, the object's side by a version or date that has not moved. Any doubt makes it another change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gcsync.engine.saved import TOO_LONG, as_json, shown
from gcsync.model.address import Address
from gcsync.model.plan import Action, Plan

Json = dict[str, Any]

_SENSITIVE = "secret"


class Fate(StrEnum):
    """What becomes of a change that either plan has. `DONE`: somebody did it meanwhile, nothing is left to do."""

    SAME = "same"
    DONE = "done"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Judged:
    """A change that one plan has or both; `said` are the differences in words, where it is another."""

    address: Address
    fate: Fate
    said: str = ""


def judge(expected: Sequence[Json], fresh: Plan, *, same_secrets: bool) -> list[Judged]:
    """Every change that either plan has, in order. `same_secrets`: all that is declared as sensitive is as it was."""
    was = {change["address"]: change for change in expected}
    now = {str(change.address): as_json(change) for change in fresh.changes}
    addresses = sorted({*map(Address.parse, was), *map(Address.parse, now)}, key=Address.sort_key)
    judged = (_judge(one, was.get(str(one)), now.get(str(one)), same_secrets=same_secrets) for one in addresses)
    return [one for one in judged if one is not None]


def _judge(address: Address, was: Json | None, now: Json | None, *, same_secrets: bool) -> Judged | None:
    if not _acts(was):
        return Judged(address, Fate.OTHER, _in_words(was, now)) if _acts(now) else None
    if was is not None and not _acts(now):
        return Judged(address, Fate.DONE) if _is_done(was, now) else Judged(address, Fate.OTHER, _in_words(was, now))
    if was is None or now is None or _without_lock(was) != _without_lock(now):
        return Judged(address, Fate.OTHER, _in_words(was, now))
    if not same_secrets and _holds_secret(was["after"]):
        return Judged(address, Fate.OTHER, "its sensitive values cannot be confirmed to be those of that plan")
    if _holds_secret(was["before"]) and not _is_untouched(was["object"], now["object"]):
        return Judged(address, Fate.OTHER, "its object was written to, and may hold other sensitive values now")
    return Judged(address, Fate.SAME)


def _acts(change: Json | None) -> bool:
    return change is not None and change["action"] != Action.NO_OP


def _without_lock(change: Json) -> Json:
    """A change without what moves with every write of its object."""
    known = change["object"]
    return change | {"object": None if known is None else {name: known[name] for name in ("kind", "id", "name")}}


def _is_untouched(was: Json | None, now: Json | None) -> bool:
    if was is None or now is None:
        return False
    locks = [(side["version"], side["modified"]) for side in (was, now)]
    return locks[0] == locks[1] != (None, None)


def _is_done(was: Json, now: Json | None) -> bool:
    """Whether the object is as the change would have left it."""
    if was["action"] in (Action.DELETE, Action.RELEASE):
        return now is None
    wanted = was["before"] if was["after"] == "before" else was["after"]
    if now is None or wanted is None or now["before"] is None:
        return False
    return all(_plain(now["before"].get(name)) == _plain(value) for name, value in wanted.items())


def _plain(value: Any) -> Any:
    """A value as far as everybody may know it."""
    if isinstance(value, Mapping):
        return "$" if "$" in value else {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _holds_secret(value: Any) -> bool:
    if isinstance(value, Mapping):
        return value.get("$") == _SENSITIVE or any(map(_holds_secret, value.values()))
    return isinstance(value, list) and any(map(_holds_secret, value))


def _in_words(was: Json | None, now: Json | None) -> str:
    """`expected update (description: "a" -> "b"), now delete`."""
    before, after = _change(was), _change(now)
    if before != after:
        return f"expected {before}, now {after}"
    return f"expected {before}, now the same in another way: {', '.join(_others(was or {}, now or {}))}"


def _change(change: Json | None) -> str:
    if change is None:
        return "nothing: it is neither declared nor owned"
    if change["action"] == Action.NO_OP:
        return "no change"
    attributes = [f"{one['name']}: {_value(one['before'])} -> {_value(one['after'])}" for one in change["attributes"]]
    return f"{change['action']}" + (f" ({'; '.join(attributes)})" if attributes else "")


def _value(value: Any) -> str:
    text = shown(value)
    return "…" if text == TOO_LONG else text


def _others(was: Json, now: Json) -> Iterator[str]:
    for name in sorted(was.keys() | now.keys()):
        one, other = was.get(name), now.get(name)
        if one == other:
            continue
        if name == "object" and one is not None and other is not None:
            if one["id"] != other["id"]:
                yield f"another object, {one['id']} -> {other['id']}"
        elif name in ("before", "after") and isinstance(one, Mapping) and isinstance(other, Mapping):
            yield from (f"{key} ({name})" for key in sorted({*one, *other}) if one.get(key) != other.get(key))
        else:
            yield name
