"""One more resource in a stack file, of which every other byte stays as it is.

ruamel.yaml's round trip keeps comments, but joins folded lines, drops the space inside braces, and moves a comment that
stands before the next section behind what is appended. So the lines alone are taken from it, and put in where the
parser says that a section ends; then the whole is read again, and must be what it was and the new.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from gcsync.adopt.export import variable_body, variable_comments
from gcsync.adopt.resources import Declaration
from gcsync.adopt.writing import commented, plain, to_yaml
from gcsync.model.value import Value
from gcsync.schema.semantics import kind_schema
from gcsync.stack.reader import read

_INDENT = 2
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


@dataclass(frozen=True, slots=True)
class Insertion:
    """The text of the file with the resource; None where it is written in a way that leaves no place for it.

    `added` is what was put in, or has to be put in by hand.
    """

    text: str | None
    added: str


def insert(text: str, declaration: Declaration, kinds: Iterable[str]) -> Insertion:
    """The file with the resource at the end of its section, and with the variables that it needs."""
    section = kind_schema(declaration.kind).stack_key
    before = [kind_schema(kind).stack_key for kind in kinds]
    comments = {variable.name: variable_comments(declaration, variable) for variable in declaration.variables}
    variables = {variable.name: variable_body(variable) for variable in declaration.variables}
    resource = {declaration.key: plain(declaration.body)}
    remarks = {declaration.key: declaration.remarks}
    result: str | None = text
    if variables:
        result = _added(text, "variables", variables, comments, before)
    result = None if result is None else _added(result, section, resource, remarks, ())
    shown = _block("variables", variables, comments) if variables else ""
    return Insertion(result, shown + _block(section, resource, remarks))


def _added(
    text: str,
    section: str,
    entries: Mapping[str, Any],
    comments: Mapping[str, Iterable[str]],
    before: Iterable[str],
) -> str | None:
    """The text with the entries in the section, a new one before any of `before`; None where there is no place."""
    there = read(text)
    if not isinstance(there.value, dict) or not isinstance(there.value.get(section) or {}, dict):
        return None
    places = _sections(text)
    block = _block(section, entries, comments)
    expected = _expected(there.value, section, read(block).value)
    for candidate in _attempts(text, section, block, places, frozenset(before)):
        document = read(candidate)
        if document.complete and not document.problems and _canonical(document.value) == _canonical(expected):
            return candidate
    return None


def _canonical(value: Value) -> str:
    """1, 1.0 and true are three values; the order of keys means nothing."""
    return json.dumps(value, sort_keys=True, default=repr)


def _expected(value: Mapping[str, Value], section: str, block: Mapping[str, Value]) -> dict[str, Value]:
    """What the file says with the entries in it, at the places where they were put."""
    inner = {**(value.get(section) or {}), **block[section]}
    return {**value, section: inner}


def _block(section: str, entries: Mapping[str, Any], comments: Mapping[str, Iterable[str]]) -> str:
    return to_yaml({section: commented(entries, comments, depth=1)})


@dataclass(frozen=True, slots=True)
class _Section:
    """Lines from 0: of its key, and the first behind it; the column of its entries; whether it has none yet.

    `flow` is the span of an empty `{}` in the text, to be taken away.
    """

    line: int
    end: int
    column: int
    empty: bool
    flow: tuple[int, int] | None = None


def _sections(text: str) -> dict[str, _Section]:
    """The sections at the top of the file, by their key."""
    events = list(_events(text))
    found: dict[str, _Section] = {}
    position = next((i for i, event in enumerate(events) if isinstance(event, MappingStartEvent)), len(events)) + 1
    while position < len(events) and isinstance(events[position], ScalarEvent):
        key = events[position]
        end = _behind(events, position + 1)
        found[key.value] = _section(key, events[position + 1 : end])
        position = end
    return found


def _events(text: str) -> Iterable[Any]:
    loader: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    return yaml.parse(text, Loader=loader)


def _behind(events: list[Any], position: int) -> int:
    """The index of the event behind the value that begins here."""
    depth = 0
    while position < len(events):
        event = events[position]
        depth += isinstance(event, MappingStartEvent | SequenceStartEvent)
        depth -= isinstance(event, MappingEndEvent | SequenceEndEvent)
        position += 1
        if depth == 0:
            break
    return position


def _section(key: Any, value: list[Any]) -> _Section:
    first = value[0]
    line, column = key.start_mark.line, _INDENT
    empty = len(value) <= 2 and not isinstance(first, AliasEvent)
    flow = None
    if empty and getattr(first, "flow_style", None):
        flow = (first.start_mark.index, value[-1].end_mark.index)
    elif len(value) > 2:
        column = value[1].start_mark.column
    return _Section(line, 1 + max((_last_line(event) for event in value), default=line), column, empty, flow)


def _last_line(event: Any) -> int:
    """The line on which an event's text ends. A block's end is only known by what follows it: it counts for nothing."""
    start, end = event.start_mark, event.end_mark
    is_end = type(event) in (MappingEndEvent, SequenceEndEvent)
    if is_end and end.index == start.index:
        return 0
    return int(end.line - (end.column == 0 and end.line > start.line))


def _attempts(
    text: str, section: str, block: str, places: Mapping[str, _Section], before: frozenset[str]
) -> Iterable[str]:
    """The text with the block put in, the nicest way first."""
    newline = "\r\n" if "\r\n" in text else "\n"
    place = places.get(section)
    if place is None:
        at = min((places[name].line for name in before if name in places), default=None)
        yield _with_new_section(text, block, newline, at)
        yield _with_new_section(text, block, newline, None)
        return
    if place.flow is not None:
        text = text[: place.flow[0]].rstrip(" ") + text[place.flow[1] :]
    lines = _LINES.findall(text)
    inner = "".join(f"{' ' * (place.column - _INDENT)}{line}\n" if line else "\n" for line in _inner_lines(block))
    end = min(place.end, len(lines))
    trimmed = end
    while trimmed > place.line + 1 and not lines[trimmed - 1].strip():
        trimmed -= 1
    for at in dict.fromkeys((trimmed, end)):
        yield _joined(lines, at, inner, newline)


def _inner_lines(block: str) -> list[str]:
    return block.split("\n")[1:-1]


def _with_new_section(text: str, block: str, newline: str, at: int | None) -> str:
    """The text with a section more: before the line `at` and the comments above it, or at the end."""
    lines = _LINES.findall(text)
    if at is None:
        blank = "" if not lines or not lines[-1].strip() else "\n"
        return _joined(lines, len(lines), blank + block, newline)
    while at > 1 and lines[at - 1].startswith("#"):
        at -= 1
    blank = "\n" if not lines[at - 1].strip() else ""
    return _joined(lines, at, block + blank, newline)


def _joined(lines: list[str], at: int, added: str, newline: str) -> str:
    head = "".join(lines[:at])
    if head and not head.endswith(("\n", "\r")):
        head += newline
    return head + added.replace("\n", newline) + "".join(lines[at:])
