"""JSON text to plain values and their marks, by JSON's rules, for files whose name ends in `.json`.

YAML takes most of JSON, but not the two escapes that stand for one character beyond the basic plane, nor a tab as
white space. Python's own scanner reads the strings; everything around them is done here, for the sake of the places.
"""

from __future__ import annotations

import re
from json import decoder
from typing import Any, Final, NoReturn

from gcsync.model.value import Value
from gcsync.stack.document import MAX_DEPTH, MAX_DIGITS, Document, Problem, Stop, collector_held_off
from gcsync.stack.marks import Marks, pack, unpack
from gcsync.stack.unknown import BROKEN

_scan_string: Any = decoder.scanstring  # type: ignore[attr-defined]
"""Takes the text and where the string begins behind its quote; gives it and where it ends. Raises JSONDecodeError."""
_SPACE = re.compile(r"[ \t\r\n]*")
_LINE_END = re.compile("\r\n|\r|\n")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<decimal>(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![0-9A-Za-z.+-])")
_WORD = re.compile(r"[A-Za-z]+")
_WORDS: Final[dict[str, Value]] = {"true": True, "false": False, "null": None}
_HALF = re.compile("[\ud800-\udfff]")
_HINT = "write JSON: text and keys in double quotes, commas between entries and none behind the last"


def read_json(text: str) -> Document:
    """Read one document. Never raises for what the text holds: every problem is in the answer."""
    reader = _Reader(text)
    with collector_held_off():
        try:
            value, marks = reader.document()
        except Stop:
            return Document(problems=tuple(reader.problems), complete=False)
    return Document(value, marks, {}, tuple(reader.problems), tuple(reader.dropped))


class _Reader:
    """Builds values, at `position` in the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        self.problems: list[Problem] = []
        self.dropped: list[tuple[tuple[str | int, ...], Value, Marks]] = []
        self.path: list[str | int] = []

    def document(self) -> tuple[Value, Marks]:
        value, marks = self.value()
        if self.next():
            self.stop("something follows the end of the document")
        return value, marks

    def next(self) -> str:
        """The next character that is no white space, nothing at the end."""
        match = _SPACE.match(self.text, self.position)
        self.position = match.end() if match is not None else self.position
        return self.text[self.position : self.position + 1]

    def mark(self, start: int, end: int | None = None) -> int:
        from bisect import bisect_right

        line = bisect_right(self.starts, start) - 1
        column = start - self.starts[line]
        return pack(line, column, 0 if end is None else column + end - start)

    def problem(self, code: str, message: str, mark: int, hint: str) -> None:
        self.problems.append(Problem(code, message, mark, tuple(self.path), hint))

    def stop(self, message: str, at: int | None = None) -> NoReturn:
        self.problem("GC103", f"not JSON: {message}", self.mark(self.position if at is None else at), _HINT)
        raise Stop

    def value(self) -> tuple[Value, Marks]:
        character, start = self.next(), self.position
        if character in ("{", "["):
            if len(self.path) >= MAX_DEPTH:
                self.problem("GC110", f"nested deeper than {MAX_DEPTH} levels", self.mark(start), "no map needs more")
                raise Stop
            self.position += 1
            return self.mapping(start) if character == "{" else self.sequence(start)
        if character == '"':
            return self.string()
        return self.scalar(start)

    def scalar(self, start: int) -> tuple[Value, int]:
        if (word := _WORD.match(self.text, start)) is not None and word[0] in _WORDS:
            self.position = word.end()
            return _WORDS[word[0]], self.mark(start, self.position)
        number = _NUMBER.match(self.text, start)
        if number is None:
            self.stop("a value is expected" if self.text[start : start + 1] else "the file ends before its value does")
        self.position = number.end()
        return self.number(number, self.mark(start, self.position))

    def number(self, match: re.Match[str], mark: int) -> tuple[Value, int]:
        value: Value = BROKEN
        if len(match[0]) <= MAX_DIGITS:
            value = float(match[0]) if match["decimal"] else int(match[0])
        if value is BROKEN or value in (float("inf"), float("-inf")):
            hint = "put it in quotes if it is meant as text"
            self.problem("GC108", f"{match[0][:40]} is larger than a number can be", mark, hint)
            return BROKEN, mark
        return value, mark

    def string(self) -> tuple[str, int]:
        start = self.position
        try:
            value, self.position = _scan_string(self.text, start + 1, True)
        except decoder.JSONDecodeError as error:
            self.stop(f"{error.msg[0].lower()}{error.msg[1:]}".removesuffix(" at").removesuffix(" starting"), error.pos)
        if _HALF.search(value) is not None:
            self.stop("half a character as an escape", start)
        return value, self.mark(start, self.position)

    def sequence(self, start: int) -> tuple[list[Value], Marks]:
        values: list[Value] = []
        marks: list[Marks] = [self.mark(start)]
        while self.more("]", first=not values):
            self.path.append(len(values))
            value, mark = self.value()
            self.path.pop()
            values.append(value)
            marks.append(mark)
        return values, tuple(marks)

    def mapping(self, start: int) -> tuple[dict[str, Value], Marks]:
        values: dict[str, Value] = {}
        marks: list[Marks] = [self.mark(start)]
        first = True
        while self.more("}", first=first):
            first = False
            if self.next() != '"':
                self.stop("a key in double quotes is expected")
            key, key_mark = self.string()
            if self.next() != ":":
                self.stop("a colon is expected")
            self.position += 1
            self.path.append(key)
            value, mark = self.value()
            if key in values:
                line = unpack(marks[1 + 2 * list(values).index(key)])[0] + 1
                self.problem("GC109", f'the key "{key}" is already on line {line}', key_mark, "keep one of the two")
                self.dropped.append((tuple(self.path), value, mark))
            else:
                values[key] = value
                marks += (key_mark, mark)
            self.path.pop()
        return values, tuple(marks)

    def more(self, end: str, *, first: bool) -> bool:
        """Whether another entry follows; passes the comma before it, or the bracket at the end."""
        character = self.next()
        if character == end:
            self.position += 1
            return False
        if not first:
            if character != ",":
                self.stop(f"a comma or `{end}` is expected" if character else "the file ends before its value does")
            self.position += 1
        return True
