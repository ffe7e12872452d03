"""What is wrong with a value, in words that say what must be, what is there unless that is sensitive, and the cure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gcsync.model.value import SECRET_TEXT, Path, Value
from gcsync.stack.masking import LOOKS_SECRET, MAX_LINE, is_secret_key, is_secret_text
from gcsync.stack.nearest import nearest

TYPE_NAMES: Final = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "null": "nothing",
}
_LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a value: `path` is inside it; `at_key` says that the key is at fault, not what it holds."""

    code: str
    message: str
    path: Path = ()
    hint: str = ""
    at_key: bool = False


def subschema(schema: Mapping[str, Any], path: Path) -> Mapping[str, Any] | None:
    """The schema of the value at the path; None where nothing describes it."""
    part: Any = schema
    for step in path:
        inner = part.get("items") if isinstance(step, int) else part.get("properties", {}).get(step)
        part = part.get("additionalProperties") if inner is None and isinstance(step, str) else inner
        if not isinstance(part, Mapping):
            return None
    found: Mapping[str, Any] = part
    return found


def shown_path(schema: Mapping[str, Any], path: Path) -> Path:
    """The path up to the first key that may hold a secret."""
    for length, step in enumerate(path):
        if isinstance(step, str) and is_secret_key(step, subschema(schema, path[:length]) or {}):
            return path[:length]
    return path


def may_be_sensitive(schema: Mapping[str, Any] | None) -> bool:
    """Whether the schema has something sensitive at this place or inside."""
    if not isinstance(schema, Mapping):
        return False
    inner = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
    return schema.get("x-sensitive") is True or any(may_be_sensitive(part) for part in inner)


def faults_of(error: Any, schema: Mapping[str, Any], secret: Callable[[Path], bool]) -> list[Fault]:
    path, part = tuple(error.absolute_path), error.schema
    if error.validator == "additionalProperties":
        return [_unknown_key(key, path, part) for key in error.instance if not _is_known(key, part)]
    if error.validator == "required":
        missing = error.message.partition("' is a required")[0].strip("'")
        return [Fault("GC106", f'"{missing}" is missing', path, f"add `{missing}:`", at_key=True)]
    if "propertyNames" in error.absolute_schema_path:
        message = f'"{error.instance[:60]}": must be {part.get("x-must-be", "another name")}'
        return [Fault("GC104", message, (*path, error.instance), "choose another name", at_key=True)]
    if error.validator == "uniqueItems":
        return list(_repeated(error.instance, path, secret))
    hidden = secret(path) or may_be_sensitive(subschema(schema, path)) or _looks_secret(path, schema)
    got = describe(error.instance, hidden=hidden)
    if error.validator == "type" and error.validator_value in ("object", "array"):
        got = _kind(error.instance)
    code, message, hint = _words(error, got)
    return [Fault(code, message, path, hint)]


def _looks_secret(path: Path, schema: Mapping[str, Any]) -> bool:
    return subschema(schema, path) is None and bool(path) and bool(LOOKS_SECRET.search(str(path[-1])))


def _is_known(key: str, schema: Mapping[str, Any]) -> bool:
    import re

    return key in schema.get("properties", {}) or any(re.search(p, key) for p in schema.get("patternProperties", {}))


def _unknown_key(key: str, path: Path, schema: Mapping[str, Any]) -> Fault:
    later = schema.get("x-later", {})
    if key in later:
        message = f'"{key}" ({later[key]}) belongs to a later version of gcsync'
        return Fault("GC120", message, (*path, key), "take it away until then", at_key=True)
    known = schema.get("properties", {})
    hint = nearest(key, known) or f"known here: {', '.join(sorted(known))}"
    shown = SECRET_TEXT if is_secret_text(key) else f'"{key[:60]}"'
    return Fault("GC107", f"unknown key {shown}", (*path, key), hint, at_key=True)


def _repeated(items: list[Value], path: Path, secret: Callable[[Path], bool]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for index, item in enumerate(items):
        first = seen.setdefault(json.dumps(item, sort_keys=True, default=repr), index)
        if first != index:
            shown = describe(item, hidden=secret((*path, index)))
            yield Fault("GC115", f"{shown} is in the list already", (*path, index), f"entry {first} is the same")


def describe(value: Value, *, hidden: bool = False) -> str:
    """What there is, for `got ...`; nothing of a sensitive value but its type."""
    if value is None:
        return "nothing"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if hidden:
        return SECRET_TEXT
    if isinstance(value, str) and len(value) > MAX_LINE:
        return f"text of {len(value):,} characters"
    if is_secret_text(value):
        return SECRET_TEXT
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f'{text[:_LONGEST_SHOWN]}..."'


def _kind(value: Value) -> str:
    """What a value is, where a mapping or a list must be: nobody knows what the text there was meant for."""
    if isinstance(value, str | bool | int | float):
        return "text" if isinstance(value, str) else "true or false" if isinstance(value, bool) else "a number"
    return describe(value)


def _words(error: Any, got: str) -> tuple[str, str, str]:
    """Code, message and hint for an error about a value."""
    limit = error.validator_value
    match error.validator:
        case "type":
            return "GC105", f"must be {TYPE_NAMES[limit]}, got {got}", _type_hint(limit, error.instance)
        case "pattern":
            wanted = error.schema.get("x-must-be") or f"as the pattern {limit} says"
            return "GC104", f"must be {wanted}, got {got}", _pattern_hint(error.instance)
        case "enum" | "const":
            allowed = limit if error.validator == "enum" else [limit]
            listed = ", ".join(str(item) for item in allowed)
            wanted = listed if len(allowed) == 1 else f"one of {listed}"
            return (
                "GC108",
                f"must be {wanted}, got {got}",
                nearest(str(error.instance), map(str, allowed)) or f"write {wanted}",
            )
        case "minLength" | "minItems" | "minProperties":
            what = {"minLength": "character", "minItems": "entry", "minProperties": "entry"}[error.validator]
            return "GC108", f"must not be empty: it takes at least {limit} {what}", f"give at least {limit} {what}"
        case "maxLength":
            return "GC108", f"must have at most {limit} characters, has {len(error.instance)}", "shorten it"
        case "minimum" | "maximum":
            word = "least" if error.validator == "minimum" else "most"
            return "GC108", f"must be at {word} {limit}, got {got}", f"write a number of at {word} {limit}"
        case "not" | "oneOf" if "x-must-be" in error.schema:
            return "GC108", f"must be {error.schema['x-must-be']}", "see `gcsync explain GC108`"
    return "GC108", f"is not allowed: {error.validator} {json.dumps(limit)[:60]}", "see `gcsync schema`"


def _pattern_hint(value: Value) -> str:
    if isinstance(value, str) and value != value.strip():
        return "take the white space around it away"
    if isinstance(value, str) and value.startswith("http://"):
        return "write https:// instead"
    return "mend it here, or where it comes from"


def _type_hint(wanted: str, value: Value) -> str:
    if wanted == "string" and isinstance(value, bool | int | float):
        return "put it in quotes"
    if wanted == "boolean" and isinstance(value, str | int):
        return "write true or false, without quotes"
    if wanted in ("integer", "number") and isinstance(value, str):
        return "write the number alone, without quotes or signs"
    if value is None:
        return "give a value, or take the key away"
    if wanted == "array":
        return "write a list: `[a, b]`, or one entry per line with `- `"
    return f"write {TYPE_NAMES[wanted]} here"
