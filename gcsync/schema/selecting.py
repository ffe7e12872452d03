"""Does an object let an event through, and what decides? A pure function of its attributes, by its kind's `x-selects`.

"x-selects": {"by": "event type", "from": "event_types", "absent": "everything", "switch": "enabled"}

by        what of an event it selects by: `event type` or `topic`, whose placeholders stand for one id each
from      the attribute that names what is selected: a text, or a list of texts (`x-everything` in it is every one)
absent    what a `from` that is absent or empty means: `everything`, or `not known` where no source tells
switch    the attribute that turns the object off
criteria  the attribute with criteria, all of which the body of the event must meet (gcsync/schema/criteria.py)
"""

from __future__ import annotations

import difflib
import fnmatch
import re
from collections.abc import Mapping
from typing import Any, Final

from gcsync.model.trace import NO_BODY, Event, Selection, Verdict
from gcsync.model.value import PLAIN_LEAVES, SECRET_TEXT, Path, Secret, Value, reveal
from gcsync.schema.criteria import meets
from gcsync.schema.files import read_schema

_TOPIC: Final = "topic"
_LONGEST: Final = 120
_NEAR: Final = 0.6
_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}")
_HOLE: Final = "\0"


def select(kind: str, attributes: Mapping[str, Value], event: Event) -> Selection:
    """Whether an object of the kind with these attributes lets the event through.

    `attributes` may hold what is not known (`UNKNOWN`, `Reference`, `UNREADABLE`): the verdict is then *not known*
    where it hangs on that.
    """
    rule = read_schema(kind)["x-selects"]
    name = event.topic if rule["by"] == _TOPIC else event.type
    if name is None:
        return _no(f"the event has no {rule['by']}, and each {kind} selects by that")
    switch = reveal(attributes.get(rule["switch"], True))
    if switch is False:
        return _no(f"{rule['switch']}: false", rule["switch"], cure=f"set {rule['switch']}: true")
    found = _by_name(kind, rule, attributes, name)
    if found.verdict is not Verdict.NOT_SELECTED and "criteria" in rule:
        found = _by_criteria(rule["criteria"], attributes, event, found)
    if found.verdict is Verdict.SELECTED and switch is not True:
        return _open(f"{rule['switch']} is not known", rule["switch"])
    return found


def selects_by_topic(kind: str) -> bool:
    """Whether objects of the kind select by topic, not by event type."""
    return bool(read_schema(kind)["x-selects"]["by"] == _TOPIC)


def _by_name(kind: str, rule: Mapping[str, Any], attributes: Mapping[str, Value], name: str) -> Selection:
    source, by_topic = rule["from"], rule["by"] == _TOPIC
    declared = attributes.get(source)
    if declared is None or declared == []:
        return _absent(rule)
    many = isinstance(declared, list | tuple)
    entries = list(declared) if many else [declared]
    everything = read_schema(kind)["properties"][source].get("x-everything")
    unsure: Selection | None = None
    for index, entry in enumerate(entries):
        path: Path = (source, index) if many else (source,)
        verdict = _entry(reveal(entry), name, everything, by_topic=by_topic)
        if verdict is Verdict.SELECTED:
            every = ": every event" if entry == everything else ""
            return Selection(verdict, f"{source} {'has' if many else 'is'} {_quoted(entry)}{every}", path)
        if verdict is Verdict.NOT_KNOWN and unsure is None:
            unsure = _unsure(source, entry, path)
    cure = f"add it to {source}" if many else ""
    return unsure or _no(_lacks(source, entries, name, many=many), source, cure=cure)


def _absent(rule: Mapping[str, Any]) -> Selection:
    source = rule["from"]
    if rule.get("absent") == "everything":
        return Selection(Verdict.SELECTED, f"no {source}: every event", (source,))
    return _open(f"no {source}: whether that is every event or none is published nowhere", source)


def _entry(entry: Value, name: str, everything: str | None, *, by_topic: bool) -> Verdict:
    if not isinstance(entry, str):
        return Verdict.NOT_KNOWN
    if entry in (everything, name) or (by_topic and _leads_to(entry, name)):
        return Verdict.SELECTED
    # Whether the API takes wildcards is not documented.
    wide = _PLACEHOLDER.sub("*", entry).replace("[", "[[]")
    if by_topic and ("*" in entry or "?" in entry) and fnmatch.fnmatchcase(name, wide):
        return Verdict.NOT_KNOWN
    return Verdict.NOT_SELECTED


def _leads_to(topic: str, name: str) -> bool:
    """Whether a topic is that of the name: a placeholder stands for one letter or more without a dot.

    Piece by piece, not by an expression: one with many placeholders would take for ever on a name made for it.
    """
    wanted, there = _PLACEHOLDER.sub(_HOLE, topic).split("."), name.split(".")
    return len(wanted) == len(there) and all(map(_fits, wanted, there))


def _fits(wanted: str, there: str) -> bool:
    first, *others = wanted.split(_HOLE)
    if not others:
        return wanted == there
    *middle, last = others
    place = len(first)
    for piece in middle:
        found = there.find(piece, place + 1)
        if found < 0:
            return False
        place = found + len(piece)
    return there.startswith(first) and there.endswith(last) and place < len(there) - len(last)


def _unsure(source: str, entry: Value, path: Path) -> Selection:
    if isinstance(reveal(entry), str):
        return _open(f"whether the wildcard in {_quoted(entry)} works is published nowhere", *path)
    return _open(f"{source} is not known", *path)


def _lacks(source: str, entries: list[Value], name: str, *, many: bool) -> str:
    if not many:
        return f"{source} is {_quoted(entries[0])}"
    lacking = f"{source} has no {_quoted(name)}"
    known = {entry.casefold(): entry for entry in entries if isinstance(entry, str) and len(entry) <= _LONGEST}
    near = difflib.get_close_matches(name[:_LONGEST].casefold(), known, n=1, cutoff=_NEAR)
    return f"{lacking}; the nearest is {_quoted(known[near[0]])}" if near else lacking


def _quoted(entry: Value) -> str:
    return SECRET_TEXT if isinstance(entry, Secret) else f'"{entry[:_LONGEST]}"'


def _by_criteria(name: str, attributes: Mapping[str, Value], event: Event, found: Selection) -> Selection:
    """The first criterion that fails decides, then the first that could not be checked, else what was found before."""
    criteria = attributes.get(name)
    if not criteria:
        return found
    if not isinstance(criteria, list | tuple):
        return _open(f"{name} is not known", name)
    unchecked: Selection | None = None
    for index, criterion in enumerate(criteria):
        met, shown = _met(reveal(criterion), event.body), _shown(criterion)
        if met is False:
            return _no(f"the event does not meet {shown}", name, index, cure="loosen this criterion")
        if met is None and unchecked is None:
            why = (
                "the event given has no body to compare" if event.body is NO_BODY else "it is for Genesys Cloud to say"
            )
            unchecked = _open(f"not checked: {shown} ({why})", name, index)
    if unchecked is not None:
        return unchecked
    many = f"all of {name}" if len(criteria) > 1 else _shown(criteria[0])
    return found if found.verdict is Verdict.NOT_KNOWN else _yes(f"{found.reason}, and the event meets {many}", name)


def _met(criterion: Value, body: Value) -> bool | None:
    if body is NO_BODY or not isinstance(criterion, Mapping):
        return None
    path, operator = criterion.get("json_path"), criterion.get("operator")
    if not isinstance(path, str) or not isinstance(operator, str):
        return None
    return meets(body, path, operator, criterion.get("values", criterion.get("value")))


def _shown(criterion: Value) -> str:
    if not isinstance(criterion, Mapping):
        return "a criterion that is not known"
    path, operator = (_word(criterion.get(part)) for part in ("json_path", "operator"))
    return f"{path} {operator} {_word(criterion.get('values', criterion.get('value')))}"


def _word(value: Value) -> str:
    import json

    if isinstance(value, Secret | str):
        return str(value)[:_LONGEST]
    plain = isinstance(value, list) and all(type(one) in PLAIN_LEAVES for one in value)
    return json.dumps(value)[:_LONGEST] if plain or type(value) in PLAIN_LEAVES else "(not known)"


def _yes(reason: str, *path: str | int) -> Selection:
    return Selection(Verdict.SELECTED, reason, path)


def _no(reason: str, *path: str | int, cure: str = "") -> Selection:
    return Selection(Verdict.NOT_SELECTED, reason, path, cure)


def _open(reason: str, *path: str | int) -> Selection:
    return Selection(Verdict.NOT_KNOWN, reason, path)
