"""YAML text to plain values and their marks, in one pass over libyaml's events.

The composer of PyYAML is never used: its C code crashes the process on deep input, and composing nodes costs more time
than all that is done here. Scalars are read as contract section 3 says, which is neither YAML 1.1 nor 1.2: `yes`,
`0777`, dates and `.inf` are text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from sys import intern
from typing import Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from gcsync.model.value import Path, Value
from gcsync.stack.document import MAX_DEPTH, MAX_DIGITS, Document, Problem, Stop, collector_held_off
from gcsync.stack.marks import Marks, own, pack, unpack
from gcsync.stack.syntax import explain
from gcsync.stack.unknown import BROKEN, Unknown

ALIASED_FREE: Final = 10_000
ALIASED_PER_NODE: Final = 20
"""What aliases may expand to: 10,000 values, and 20 for each value that is written out."""

_KEYWORDS: Final[dict[str, Value]] = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<decimal>(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)")
_NUMBER_STARTS = frozenset("-0123456789")
_TAG = "tag:yaml.org,2002:"
_PROPERTIES = re.compile(r"(?:[&!][^\s\[\]{},]*(?:\s|#[^\n]*\n)+)+")
_UNSEEN: Final = object()


def read(text: str) -> Document:
    """Read one document. Never raises for what the text holds: every problem is in the answer."""
    reader = _Reader(text)
    with collector_held_off():
        try:
            value, marks = reader.document()
        except Stop:
            return Document(problems=tuple(reader.problems), complete=False)
        except yaml.YAMLError as error:
            if (read_first := _before_lookahead_gave_up(error, text)) is not None:
                return read(read_first)
            code, message, mark, hint = explain(error, text)
            problems = (*reader.problems, Problem(code, message, mark, tuple(reader.path), hint))
            return Document(problems=problems, complete=False)
    return Document(value, marks, reader.ends, tuple(reader.problems), tuple(reader.dropped))


def _before_lookahead_gave_up(error: Any, text: str) -> str | None:
    """The text up to where libyaml's scanner, which runs ahead of the events, met 1,000 open brackets (since 0.2.6).

    What is nested too deeply for a stack comes earlier, and is told with its place.
    """
    mark = getattr(error, "problem_mark", None)
    if "maximum nesting depth" not in str(getattr(error, "problem", "")) or mark is None:
        return None
    return text[: mark.index - 1] if 0 < mark.index <= len(text) else None


def behind_properties(text: str, index: int) -> int:
    """Where a value begins whose anchor and tag, if it has any, begin at the index."""
    match = _PROPERTIES.match(text, index)
    return index if match is None else match.end()


def _next_event(text: str) -> Callable[[], Any]:
    parser: Any
    parser = yaml.CSafeLoader(text) if yaml.__with_libyaml__ else yaml.SafeLoader(text)
    get_event: Callable[[], Any] = parser.get_event
    return get_event


@dataclass(slots=True)
class _Anchor:
    value: Value
    marks: Marks
    size: int
    height: int


class _Reader:
    """Builds values from events. `size` counts the values written out, `aliased` those that aliases stand for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.next = _next_event(text)
        self.problems: list[Problem] = []
        self.ends: dict[int, tuple[int, int]] = {}
        self.dropped: list[tuple[Path, Value, Marks]] = []
        self.path: list[str | int] = []
        self.anchors: dict[str, _Anchor | None] = {}
        self.aliases: list[tuple[int, int, Path]] = []
        self.depth = 0
        self.height = 0
        self.size = 0
        self.aliased = 0
        self.plain: dict[str, Value] = dict(_KEYWORDS)

    def document(self) -> tuple[Value, Marks]:
        event = self.next()
        while not isinstance(event, DocumentStartEvent | StreamEndEvent):
            event = self.next()
        if isinstance(event, StreamEndEvent):
            return None, 0
        value, marks = self.node(self.next())
        self.next()
        event = self.next()
        if isinstance(event, DocumentStartEvent):
            hint = "one file is one stack; put the other documents into files of their own"
            self.problem("GC112", "a second document begins here", self.start(event), hint)
        self.refuse_bombs()
        return value, marks

    def node(self, event: Any) -> tuple[Value, Marks]:
        if type(event) is ScalarEvent:
            return self.scalar(event)
        if type(event) is AliasEvent:
            return self.alias(event)
        return self.collection(event)

    def mark(self, event: Any) -> int:
        start, end = event.start_mark, event.end_mark
        line: int = start.line
        if event.anchor is not None or event.tag is not None:
            return self.inner_mark(start, end)
        if end.line == line:
            return (line << 54) | (start.column << 27) | end.column  # type: ignore[no-any-return]
        mark = pack(line, start.column)
        self.ends[mark] = (end.line, end.column)
        return mark

    def inner_mark(self, start: Any, end: Any) -> int:
        """The mark of a value behind its anchor and its tag."""
        skipped = self.text[start.index : behind_properties(self.text, start.index)]
        line, column = start.line + skipped.count("\n"), len(skipped.rpartition("\n")[2])
        mark = pack(line, column if "\n" in skipped else start.column + column)
        if end.line == line:
            return mark | int(end.column)
        self.ends[mark] = (end.line, end.column)
        return mark

    def scalar(self, event: Any) -> tuple[Value, int]:
        self.size += 1
        text: str = event.value
        mark = self.mark(event)
        if event.tag is not None:
            value = self.tagged(event, text, mark)
        elif event.implicit[0]:
            value = self.plain.get(text, _UNSEEN)
            if value is _UNSEEN:
                value = self.resolve(text, mark)
        else:
            value = text
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchor(value, mark, 1, 0)
        return value, mark

    def resolve(self, text: str, mark: int) -> Value:
        """A plain scalar that is none of the keywords; remembered, since files repeat themselves."""
        value: Value = text
        if text[0] in _NUMBER_STARTS and (match := _NUMBER.fullmatch(text)) is not None:
            value = self.number(text, bool(match["decimal"]), mark)
        self.plain[text] = value
        return value

    def number(self, text: str, decimal: bool, mark: int) -> Value:
        hint = "put it in quotes if it is meant as text"
        if len(text) > MAX_DIGITS:
            self.problem("GC108", f"a number of {len(text)} characters is too long", mark, hint)
            return BROKEN
        value = float(text) if decimal else int(text)
        if value in (float("inf"), float("-inf")):
            self.problem("GC108", f"{text[:40]} is larger than any number can be", mark, hint)
            return BROKEN
        return value

    def tagged(self, event: Any, text: str, mark: int) -> Value:
        tag = event.tag.removeprefix(_TAG)
        if tag in ("str", "!"):
            return text
        plain = self.plain.get(text, _UNSEEN) if not event.style else text
        value = self.resolve(text, mark) if plain is _UNSEEN else plain
        if tag == "float" and type(value) in (int, float):
            return float(value)
        if {"int": int, "bool": bool, "null": type(None)}.get(tag) is type(value):
            return value
        self.refuse_tag(event.tag, self.start(event))
        self.dropped.append((tuple(self.path), text, mark))
        return BROKEN

    def start(self, event: Any) -> int:
        return pack(event.start_mark.line, event.start_mark.column)

    def refuse_tag(self, tag: str, mark: int) -> None:
        shown = f"!!{tag.removeprefix(_TAG)}" if tag.startswith(_TAG) else tag
        hint = "take the tag away: quotes make a value text, ${var.NAME} and ${file.PATH} take it from elsewhere"
        self.problem("GC124", f'the tag "{shown[:80]}" is not taken here', mark, hint)

    def alias(self, event: Any) -> tuple[Value, Marks]:
        name, mark = event.anchor, self.alias_mark(event)
        anchor = self.anchors.get(name)
        if anchor is None:
            self.unusable_alias(name, mark)
            return BROKEN, mark
        if self.depth + anchor.height > MAX_DEPTH:
            self.too_deep(mark)
        self.height = max(self.height, anchor.height)
        self.aliased += anchor.size
        self.aliases.append((anchor.size, mark, tuple(self.path)))
        return anchor.value, anchor.marks

    def alias_mark(self, event: Any) -> int:
        return pack(event.start_mark.line, event.start_mark.column, event.end_mark.column)

    def unusable_alias(self, name: str, mark: int) -> None:
        if name in self.anchors:
            message, hint = "the alias stands inside its own anchor", "an alias repeats a finished value"
        else:
            # Its name is not said: it may be a secret that begins with an asterisk.
            message = "an alias (`*...`) that has no anchor before it"
            hint = "mark the value that it repeats with an anchor (`&...`) above this line; quote text that is none"
        self.problem("GC111", message, mark, hint)

    def refuse_bombs(self) -> None:
        allowed = ALIASED_FREE + ALIASED_PER_NODE * self.size
        if self.aliased <= allowed:
            return
        total = 0
        for size, mark, path in self.aliases:
            total += size
            if total > allowed:
                message = f"the aliases of this file stand for {self.aliased:,} values; at most {allowed:,} are read"
                self.problem("GC111", message, mark, "write the values out, or generate the file", path)
                raise Stop

    def collection(self, event: Any) -> tuple[Value, Marks]:
        """A mapping or a list, with its anchor, its tag and its depth seen to."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.too_deep(self.start(event))
        if event.anchor is not None:
            return self.anchored(event)
        value, marks = self.untagged(event)
        self.depth -= 1
        self.height += 1
        return value, marks

    def anchored(self, event: Any) -> tuple[Value, Marks]:
        size, aliased, height = self.size, self.aliased, self.height
        self.height = 0
        self.anchors[event.anchor] = None
        value, marks = self.untagged(event)
        self.depth -= 1
        self.height += 1
        inside = self.size - size + self.aliased - aliased
        self.anchors[event.anchor] = _Anchor(value, marks, inside, self.height)
        self.height = max(height, self.height)
        return value, marks

    def untagged(self, event: Any) -> tuple[Value, Marks]:
        mapping = type(event) is MappingStartEvent
        self.size += 1
        value, marks = self.mapping(event) if mapping else self.sequence(event)
        if event.tag is not None and event.tag not in ("!", _TAG + ("map" if mapping else "seq")):
            self.refuse_tag(event.tag, self.start(event))
            self.dropped.append((tuple(self.path), value, marks))
            return BROKEN, own(marks)
        return value, marks

    def too_deep(self, mark: int) -> None:
        self.problem("GC110", f"nested deeper than {MAX_DEPTH} levels", mark, "no stack needs more than a few")
        raise Stop

    def sequence(self, start: Any) -> tuple[list[Value], Marks]:
        values: list[Value] = []
        marks: list[Marks] = [self.mark(start) & ~0x7FFFFFF]
        tallest, path = 0, self.path
        while type(event := self.next()) is not SequenceEndEvent:
            if type(event) is ScalarEvent:
                value, mark = self.scalar(event)
            else:
                path.append(len(values))
                self.height = 0
                value, mark = self.node(event)
                tallest = max(tallest, self.height)
                path.pop()
            values.append(value)
            marks.append(mark)
        self.height = tallest
        return values, tuple(marks)

    def mapping(self, start: Any) -> tuple[Value, Marks]:
        values: dict[str, Value] = {}
        marks: list[Marks] = [self.mark(start) & ~0x7FFFFFF]
        merged: tuple[Value, Marks, int | None] | None = None
        merge_mark = 0
        tallest, path, broken = 0, self.path, False
        while type(event := self.next()) is not MappingEndEvent:
            merges = type(event) is ScalarEvent and event.value == "<<" and event.implicit[0]
            key, key_mark = self.key(event)
            self.height = 0
            path.append(key if key is not None else "?")
            event = self.next()
            value, mark = self.node(event)
            tallest = max(tallest, self.height)
            path.pop()
            if merges and merged is None:
                merge_mark = key_mark
                merged = (value, mark, self.alias_mark(event) if type(event) is AliasEvent else None)
            elif not merges and key is not None and key not in values:
                values[key] = value
                marks += (key_mark, mark)
            else:
                self.dropped.append(((*path, key or "?"), value, mark))
                broken = broken or key is None
                if key is not None:
                    first = merge_mark if merges else marks[1 + 2 * list(values).index(key)]
                    self.duplicate(key, key_mark, first)
        self.height = tallest
        if merged is not None:
            self.merge(values, marks, *merged)
        if broken and not values:
            return BROKEN, marks[0]
        return values, tuple(marks)

    def key(self, event: Any) -> tuple[str | None, int]:
        if type(event) is ScalarEvent:
            value, mark = self.scalar(event)
            if type(value) is str:
                return intern(value), mark
            shown = event.value or "an empty key"
            if not isinstance(value, Unknown):
                hint = f'put it in quotes: "{shown[:40]}"'
                self.problem("GC123", f"a key must be text, got {shown[:40]}", mark, hint)
            return None, mark
        value, marks = self.node(event)
        if type(value) is str:
            return value, own(marks)
        if not isinstance(value, Unknown):
            self.problem(
                "GC123", "a key must be text, not a list or a mapping", own(marks), "put text with braces in quotes"
            )
        return None, own(marks)

    def duplicate(self, key: str, mark: int, first: int) -> None:
        line = unpack(first)[0] + 1
        hint = f"keep one of the two: the first is on line {line}"
        self.problem("GC109", f'the key "{key}" is already on line {line}', mark, hint, (*self.path, key))

    def merge(
        self, values: dict[str, Value], marks: list[Marks], value: Value, value_marks: Marks, alias: int | None
    ) -> None:
        """`<<`: a mapping or a list of them; the mapping's own keys win, then the first of the list."""
        many = isinstance(value, list) and alias is None
        pairs = list(zip(value, value_marks[1:], strict=True)) if isinstance(value, list) else [(value, value_marks)]
        if alias is not None and not all(isinstance(given, dict | Unknown) for given, _ in pairs):
            pairs = [(None, alias)]
        for number, (given, given_marks) in enumerate(pairs):
            if isinstance(given, Unknown):
                continue
            if not isinstance(given, dict):
                hint = "`<<` takes an alias of a mapping: `<<: *defaults`"
                path = (*self.path, "<<", number) if many else (*self.path, "<<")
                message = "only a mapping, or a list of mappings, can be merged"
                self.problem("GC123", message, own(given_marks), hint, path)
                continue
            for index, (name, inner) in enumerate(given.items()):
                if name not in values:
                    values[name] = inner
                    marks += given_marks[1 + 2 * index : 3 + 2 * index]

    def problem(self, code: str, message: str, mark: int, hint: str = "", path: Path | None = None) -> None:
        self.problems.append(Problem(code, message, mark, tuple(self.path) if path is None else path, hint))
