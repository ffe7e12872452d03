"""The schemas of `schemas/` put together: one per kind for the check, one of the whole stack for editors.

A kind is every file there that carries `x-kind`; nothing lists them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from gcsync.model.marker import MAX_LENGTH as MARKER_LENGTH
from gcsync.schema.files import read_schema, schema_folder

Schema = dict[str, Any]

MARKER_SEPARATOR = "\n\n"
_EXPRESSION = {"type": "string", "pattern": r"\$\{"}
_SUFFIX = ".schema.json"
_COMPOSED = "stack"


@cache
def kind_names() -> tuple[str, ...]:
    """The names of the kinds, sorted: those of the schemas that carry `x-kind`."""
    files = {path.name.removesuffix(_SUFFIX) for path in schema_folder().glob(f"*{_SUFFIX}")} - {_COMPOSED}
    return tuple(sorted(schema["x-kind"] for name in files if "x-kind" in (schema := read_schema(name))))


@cache
def kind_schema(kind: str) -> Schema:
    """The schema of a kind with what is common to all resources (`lifecycle`) among its properties."""
    schema, common = read_schema(kind), read_schema("resource")
    shared = _name_attributes(common["properties"], sorted(schema["properties"]))
    own = {name: _with_room_for_marker(part) for name, part in schema["properties"].items()}
    properties = {**own, **shared}
    return {**schema, "properties": properties, "x-later": common.get("x-later", {})}


@cache
def settings_schema() -> Schema:
    """The schema of everything in a stack file but its resources, with every `$ref` resolved."""
    schema = read_schema("stack.settings")
    return {key: _inline(value, schema["$defs"]) for key, value in schema.items() if key != "$defs"}


def stack_schema() -> Schema:
    """The schema of a whole stack file, for editors (draft 2020-12).

    An editor sees a file before its expressions are resolved, so every scalar of a resource may be one.
    """
    settings = settings_schema()
    sections = {schema["x-stack-key"]: _section(schema) for schema in map(kind_schema, kind_names())}
    head = {"$schema": settings["$schema"], "$id": "urn:gcsync:schema:stack"}
    properties = {**_plain(settings["properties"]), **sections}
    body = _plain({key: value for key, value in settings.items() if key not in ("$schema", "$id", "properties")})
    return {**head, **body, "required": ["version", *settings["required"]], "properties": properties}


def _section(schema: Schema) -> Schema:
    lifecycle = read_schema("resource")["properties"]
    entry = {key: value for key, value in schema.items() if key not in ("$schema", "$id")}
    properties = {
        name: _plain(value) if name in lifecycle else _with_expressions(_plain(value))
        for name, value in entry["properties"].items()
    }
    return {
        "description": schema["description"],
        "type": "object",
        "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_-]{0,62}$"},
        "additionalProperties": {**_plain(entry), "properties": properties},
    }


def _with_room_for_marker(part: Schema) -> Schema:
    """The text that carries the marker on the wire is shorter by it, and by the empty line before it."""
    if not part.get("x-marker") or "maxLength" not in part:
        return part
    return {**part, "maxLength": part["maxLength"] - MARKER_LENGTH - len(MARKER_SEPARATOR)}


def _name_attributes(properties: Schema, names: list[str]) -> Schema:
    """`x-attribute-names` means: the names of this kind's attributes."""

    def change(schema: Any) -> Any:
        if isinstance(schema, list):
            return [change(inner) for inner in schema]
        if not isinstance(schema, dict):
            return schema
        changed = {key: change(value) for key, value in schema.items()}
        if changed.pop("x-attribute-names", False):
            changed["items"] = {**changed["items"], "enum": names}
        return changed

    result: Schema = change(properties)
    return result


def _inline(schema: Any, definitions: Schema) -> Any:
    if isinstance(schema, list):
        return [_inline(inner, definitions) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inline(definitions[schema["$ref"].removeprefix("#/$defs/")], definitions)
    return {key: _inline(value, definitions) for key, value in schema.items()}


def _plain(schema: Any) -> Any:
    """A copy without gcsync's own annotations, which mean nothing to an editor."""
    if isinstance(schema, list):
        return [_plain(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _plain(value) for key, value in schema.items() if not key.startswith("x-")}


def _with_expressions(schema: Schema) -> Schema:
    """A copy in which every value may also be text that holds an expression."""
    inner: Schema = dict(schema)
    if "properties" in inner:
        inner["properties"] = {name: _with_expressions(value) for name, value in inner["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(inner.get(key), dict):
            inner[key] = _with_expressions(inner[key])
    outer: Schema = {key: inner.pop(key) for key in ("description", "default") if key in inner}
    return {**outer, "anyOf": [inner, dict(_EXPRESSION)]}
