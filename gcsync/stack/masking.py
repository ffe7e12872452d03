"""Which parts of a file may not be shown, and lines with those parts masked.

A file that could not be read whole, or whose keys are unknown, may hold a secret anywhere: there the masking goes by
what a name looks like, and rather hides too much.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from gcsync.model.value import SECRET_TEXT, Value
from gcsync.schema.compose import kind_names, kind_schema, settings_schema
from gcsync.schema.semantics import has_credentials
from gcsync.stack.marks import Marks, own, pack, unpack
from gcsync.stack.reader import read
from gcsync.stack.source import Source

MAX_LINE: Final = 500
"""Longer lines and texts are not shown, and need no search for what may not be."""

Region = tuple[int, int, int, int]
"""Line, column, end line and end column of a sensitive value, from 0."""

LOOKS_SECRET: Final = re.compile(r"header|auth|key|token|secret|passw|credential|signature|cookie|private", re.I)
_ONLY_EXPRESSIONS = re.compile(r"(?:[\s]|Bearer|Basic|\$\{\s*(?:[a-z_]+\.[^}]*|[A-Za-z_]{0,20})\})*")
"""Not `${hunter2}`: who misreads the language may put the secret itself there."""
_URL = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*://[^\s'\"]*[@?][^\s'\"]*"
    r"|[^\s'\"{}\[\],]+:[^\s'\"]*@[^\s'\"]*"
    r"|[^\s'\"{}\[\],]*\?[^\s'\"=]*=[^\s'\"]*"
)
"""A URL with user information or a query, also one that is miswritten."""
_SAFE_KEY = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LISTED = re.compile(r"\s*-\s+(?:[a-z_-]+[:.])+[a-z_*-]+\s*")
"""An event type or a topic in a list."""
_KEY = re.compile(r"""^(?P<before>[\s{[,-]*)(?P<key>"[^"]*"|'[^']*'|[^\s'":{}\[\],]+)\s*:(?:\s+|$)(?P<value>.*)$""")


def is_secret_text(value: Value) -> bool:
    """Whether text is a URL with user information or a query, wherever it stands."""
    if not isinstance(value, str) or not ("://" in value or "@" in value or "?" in value):
        return False
    if len(value) > MAX_LINE:
        return True
    return _URL.search(value) is not None or ("://" in value and has_credentials(value.strip()))


def is_secret_key(key: str, schema: Any) -> bool:
    """Whether a key may hold a secret: `{X-Api-Key:abc}`, without its space, is one key and no value."""
    others = schema.get("additionalProperties") if isinstance(schema, Mapping) else None
    holds_secrets = isinstance(others, Mapping) and others.get("x-sensitive") is True
    return is_secret_text(key) or (holds_secrets and _SAFE_KEY.fullmatch(key) is None)


def masked_line(source: Source, regions: list[Region], mark: int) -> tuple[str | None, int | None]:
    """The line of the mark as it may be shown, and where its value then ends (None: as the mark says).

    A line that no screen could hold is not shown.
    What stands left of the mark keeps its width, so that a caret under the line still points at the value.
    """
    number, column, _ = unpack(mark)
    line = source.line(number)
    if line is None or len(line) > MAX_LINE or (not source.text and not source.document.complete):
        return None, None
    if not source.document.complete:
        return _by_looks(line, column), None
    spans = [*_spans(regions, number, len(line)), *((m.start(), m.end()) for m in _URL.finditer(line))]
    return _apply(line, _joined(spans), column)


def masked_lines(text: str, name: str) -> list[str]:
    """Every line of a stack file's text, without its end, as it may be shown."""
    source = Source(name, Path(name), text, read(text))
    regions = sensitive_regions(source, frozenset()) if source.document.complete else []
    numbers = range(len(text.splitlines()))
    shown = (masked_line(source, regions, pack(number, 0))[0] for number in numbers)
    return [SECRET_TEXT if line is None else line for line in shown]


def _apply(line: str, spans: list[tuple[int, int]], column: int) -> tuple[str, int | None]:
    left = [span for span in spans if span[0] < column]
    if left:
        start = left[0][0]
        line = line[:start] + "*" * (column - start) + line[column:]
    end = None
    for first, last in reversed(spans):
        if last <= column:
            continue
        line = line[: max(first, column)] + SECRET_TEXT + line[last:]
        end = column + len(SECRET_TEXT) if first <= column else end
    return line, end


def _spans(regions: list[Region], number: int, width: int) -> Iterator[tuple[int, int]]:
    for line, column, end_line, end_column in regions:
        if line <= number <= end_line:
            start, end = (column if number == line else 0), (end_column if number == end_line else width)
            if start < end:
                yield start, end


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _by_looks(line: str, column: int) -> str:
    """A line of a file that is no YAML: the values of unknown keys, and text without a key, are not shown."""
    match = _KEY.match(line)
    if match is None:
        shown = not line.strip() or line.lstrip()[0] in "#}]<>=" or column >= len(line) or _LISTED.fullmatch(line)
        return _URL.sub(SECRET_TEXT, line) if shown else SECRET_TEXT
    if match["key"].strip("'\"") in _harmless():
        return _URL.sub(SECRET_TEXT, line)
    value = match["value"]
    if not value or value[0] in "&*" or _ONLY_EXPRESSIONS.fullmatch(value.strip("'\"")):
        return line
    return line[: match.start("value")] + SECRET_TEXT


def _harmless() -> frozenset[str]:
    parts = [found for kind in kind_names() for found in _all_properties(kind_schema(kind))]
    names = {name for name, part in parts if not _secret(part) and "type" in part}
    names |= {name for name, _ in _all_properties(settings_schema())} - {"variables", "default"}
    return frozenset(names | {kind_schema(kind)["x-stack-key"] for kind in kind_names()} - {"destinations"})


def _all_properties(schema: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(schema, dict):
        return
    for name, part in schema.get("properties", {}).items():
        yield name, part
        yield from _all_properties(part)
    for key in ("items", "additionalProperties"):
        yield from _all_properties(schema.get(key))


def _secret(schema: Any) -> bool:
    """Whether something sensitive may stand inside."""
    if not isinstance(schema, dict):
        return False
    if schema.get("x-sensitive") is True:
        return True
    inner = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
    return any(_secret(part) for part in inner)


def sensitive_regions(source: Source, secret_variables: frozenset[str]) -> list[Region]:
    """The parts of a file that may not be shown: by the schemas, by sensitive variables and by their looks."""
    document = source.document
    regions = list(_dropped(source, secret_variables))
    if not isinstance(document.value, dict):
        return [*regions, *_leaves(source, document.value, document.marks)]
    return [*regions, *_top(source, document.value, document.marks, secret_variables)]


def _dropped(source: Source, secret: frozenset[str]) -> Iterator[Region]:
    for path, value, marks in source.document.dropped:
        hidden = any(part in secret or LOOKS_SECRET.search(str(part)) for part in path)
        yield from _looks(source, value, marks, hidden)


def _top(source: Source, value: dict[str, Value], marks: Marks, secret: frozenset[str]) -> Iterator[Region]:
    sections = {kind_schema(kind)["x-stack-key"]: kind_schema(kind) for kind in kind_names()}
    for key, inner, inner_marks in _entries(value, marks):
        if key in sections:
            yield from _inside(source, inner, inner_marks, {"additionalProperties": sections[key]})
        elif key == "variables":
            yield from _variables(source, inner, inner_marks, secret)
        elif key == "environments":
            for _, environment, env_marks in _entries(inner, inner_marks):
                for name, given, given_marks in _entries(environment, env_marks):
                    if name == "variables":
                        yield from _values(source, given, given_marks, secret)
                    else:
                        yield from _looks(source, given, given_marks, bool(LOOKS_SECRET.search(name)))
        else:
            yield from _looks(source, inner, inner_marks, bool(LOOKS_SECRET.search(key)))


def _variables(source: Source, value: Value, marks: Marks, secret: frozenset[str]) -> Iterator[Region]:
    for name, declaration, inner_marks in _entries(value, marks):
        if not isinstance(declaration, dict):
            yield from _leaves(source, declaration, inner_marks)
        for key, inner, given in _entries(declaration, inner_marks):
            if key not in ("type", "description", "pattern", "sensitive", "env") and (
                name in secret or key != "default" or LOOKS_SECRET.search(name)
            ):
                yield from _leaves(source, inner, given)


def _values(source: Source, value: Value, marks: Marks, secret: frozenset[str]) -> Iterator[Region]:
    for name, inner, inner_marks in _entries(value, marks):
        if name in secret or LOOKS_SECRET.search(name):
            yield from _leaves(source, inner, inner_marks)


def variable_file_regions(source: Source, secret: frozenset[str]) -> list[Region]:
    """The same for a file of variables."""
    shown = _values(source, source.document.value, source.document.marks, secret)
    return [*_dropped(source, secret), *shown]


def baseline_regions(source: Source, shown: Collection[str]) -> list[Region]:
    """Everything in a baseline but the texts under the `shown` keys of its entries.

    What else stands there is a value, whose secrets nobody can tell, or belongs to another file given by mistake.
    """
    document = source.document
    dropped = [region for _, value, marks in document.dropped for region in _leaves(source, value, marks)]
    if not isinstance(document.value, dict):
        return [*dropped, *_leaves(source, document.value, document.marks)]
    found = dropped
    for name, inner, marks in _entries(document.value, document.marks):
        listed = zip(inner, marks[1:], strict=True) if name == "known" and isinstance(inner, list) else None
        for entry, entry_marks in listed or ():
            found += _in_entry(source, entry, entry_marks, shown)
        found += _leaves(source, inner, marks) if listed is None and name != "version" else ()
    return found


def _in_entry(source: Source, entry: Value, marks: Marks, shown: Collection[str]) -> Iterator[Region]:
    if not isinstance(entry, dict):
        yield from _leaves(source, entry, marks)
    for name, inner, inner_marks in _entries(entry, marks):
        if name not in shown or isinstance(inner, dict | list):
            yield from _leaves(source, inner, inner_marks)


def _inside(source: Source, value: Value, marks: Marks, schema: Mapping[str, Any]) -> Iterator[Region]:
    """The sensitive parts of a value that should be as `schema` says."""
    if schema.get("x-sensitive") is True:
        yield from _leaves(source, value, marks)
    elif isinstance(value, dict) and ("properties" in schema or "additionalProperties" in schema):
        for index, (key, inner, inner_marks) in enumerate(_entries(value, marks)):
            if is_secret_key(key, schema):
                yield _region(source, marks[1 + 2 * index])
            part = schema.get("properties", {}).get(key) or schema.get("additionalProperties")
            if isinstance(part, dict) and ("type" in part or "properties" in part):
                yield from _inside(source, inner, inner_marks, part)
            else:
                yield from _looks(source, inner, inner_marks, bool(LOOKS_SECRET.search(key)))
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for inner, inner_marks in zip(value, marks[1:], strict=True):
            yield from _inside(source, inner, inner_marks, schema["items"])
    elif _secret(schema):
        yield from _leaves(source, value, marks)


def _looks(source: Source, value: Value, marks: Marks, secret: bool) -> Iterator[Region]:
    """Values that no schema describes, such as those under an unknown key."""
    if isinstance(value, dict):
        for key, inner, inner_marks in _entries(value, marks):
            yield from _looks(source, inner, inner_marks, secret or bool(LOOKS_SECRET.search(key)))
    elif isinstance(value, list):
        for inner, inner_marks in zip(value, marks[1:], strict=True):
            yield from _looks(source, inner, inner_marks, secret)
    elif secret:
        yield from _leaves(source, value, marks)


def _leaves(source: Source, value: Value, marks: Marks) -> Iterator[Region]:
    if isinstance(value, dict):
        for index, (_, inner, inner_marks) in enumerate(_entries(value, marks)):
            yield _region(source, marks[1 + 2 * index])
            yield from _leaves(source, inner, inner_marks)
    elif isinstance(value, list):
        for inner, inner_marks in zip(value, marks[1:], strict=True):
            yield from _leaves(source, inner, inner_marks)
    elif value is not None and not (isinstance(value, str) and _ONLY_EXPRESSIONS.fullmatch(value)):
        yield _region(source, own(marks))


def _region(source: Source, mark: int) -> Region:
    line, column, end = unpack(mark)
    return line, column, *source.document.ends.get(mark, (line, end))


def _entries(value: Value, marks: Marks) -> Iterator[tuple[str, Value, Marks]]:
    if isinstance(value, dict):
        for index, (key, inner) in enumerate(value.items()):
            yield key, inner, marks[2 + 2 * index]
