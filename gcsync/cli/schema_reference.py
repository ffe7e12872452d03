"""docs/reference.md, written from the schemas: `python -m gcsync.cli.schema_reference > docs/reference.md`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gcsync.schema.compose import kind_names, kind_schema, settings_schema
from gcsync.schema.files import read_schema

_LEAD = """\
# Reference of the stack file

Written by `python -m gcsync.cli.schema_reference` from the files in `schemas/`; a test fails when it is stale.
[Stack files](stack-files.md) explains the same with examples. In a path, `[]` stands for any entry of a list and `*`
for any key of a mapping. What is not marked as required may be left out; an attribute that is left out and has no
default is left as it is."""

_EXPRESSIONS = """\
## Expressions

They stand in the values of resources, and nowhere else. One that is the whole value keeps its type; inside text only
strings, numbers and booleans can stand. There are no functions and no conditionals.

| expression | stands for |
|---|---|
| `${var.NAME}` | the value of a variable |
| `${file.PATH}` | the UTF-8 text of a file below the stack's folder |
| `${env_name}` | the name of the environment |
| `${each.key}`, `${each.value}`, `${each.value.a.b}` | the instance at hand, under `for_each` |
| `${KIND.KEY.ATTRIBUTE}`, `${KIND.KEY["INSTANCE"].ATTRIBUTE}`, `${KIND.KEY[each.key].ATTRIBUTE}` | what another \
resource declares, or its `id` |
| `$${` | a literal `${` |"""

_TYPES = {
    "object": "mapping",
    "array": "list",
    "string": "text",
    "boolean": "true or false",
    "integer": "whole number",
    "number": "number",
}
_RULES = (
    ("x-default-key", "the key by default"),
    ("x-set", "order means nothing"),
    ("uniqueItems", "no entry twice"),
    ("x-force-new", "another value takes a new object"),
    ("x-computed", "the API decides it"),
    ("x-write-only", "the API never returns it"),
    ("x-left-alone", "left as it is where it is not declared"),
    ("x-case-insensitive-keys", "keys in any case"),
)
_RANGES = (
    ("minimum", "at least {}"),
    ("maximum", "at most {}"),
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("minItems", "at least {} entries"),
)


def render_schema_reference() -> str:
    """The page: the settings, every kind with every attribute, what is common to all, and the expressions."""
    settings = settings_schema()
    common = read_schema("resource")
    sections = [
        _LEAD,
        f"## Settings\n\n{_table({**settings, 'required': ['version', *settings['required']]})}",
        *(_kind(kind, common["properties"]) for kind in kind_names()),
        f"## Common to all kinds\n\n{common['description']}\n\n{_table(common)}",
        _EXPRESSIONS,
    ]
    return "\n\n".join(sections) + "\n"


def _kind(kind: str, common: Mapping[str, Any]) -> str:
    schema = kind_schema(kind)
    own = {**schema, "properties": {name: part for name, part in schema["properties"].items() if name not in common}}
    facts = [f"Stack key `{schema['x-stack-key']}`, addresses `{kind}.KEY`, API `{_api(schema)}`."]
    facts += [f"An object without a marker is recognised by {_names(schema['x-identity'])}."]
    if schema.get("x-unique"):
        facts.append(f"No two share {_names(schema['x-unique'])}, whatever the case.")
    facts += [f"Must be {rule}." for rule in _alternatives(schema)]
    return f"## {schema['title']} (`{kind}`)\n\n{schema['description']}\n\n{' '.join(facts)}\n\n{_table(own)}"


def _api(schema: Mapping[str, Any]) -> str:
    return str(schema.get("x-access", {}).get("api", "?"))


def _names(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _table(schema: Mapping[str, Any]) -> str:
    rows = [
        f"| `{path}` | {_type(part)} | {_default(part)} | {_meaning(part, required=required)} |"
        for path, part, required in _attributes(schema)
    ]
    return "\n".join(["| key | type | default | |", "|---|---|---|---|", *rows])


def _attributes(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """Every value that the schema describes: its path, its schema, and whether it is required."""
    for name, part in schema.get("properties", {}).items():
        inner = f"{path}.{name}" if path else name
        yield inner, part, name in schema.get("required", ())
        yield from _attributes(part, inner)
    for key, mark in (("items", "[]"), ("additionalProperties", ".*")):
        part = schema.get(key)
        if isinstance(part, dict) and path:
            if part.get("type") != "object" and (mark == ".*" or _rules(part, required=False)):
                yield f"{path}{mark}", part, False
            yield from _attributes(part, f"{path}{mark}")


def _type(part: Mapping[str, Any]) -> str:
    found = part.get("type")
    if found == "array" and _TYPES.get(part.get("items", {}).get("type")):
        return f"list of {_TYPES[part['items']['type']]}"
    if found is None and "anyOf" in part:
        return " or ".join(dict.fromkeys(_type(inner) for inner in part["anyOf"]))
    return _TYPES.get(str(found), "any")


def _default(part: Mapping[str, Any]) -> str:
    import json

    return f"`{json.dumps(part['default'])}`" if "default" in part else ""


def _meaning(part: Mapping[str, Any], *, required: bool) -> str:
    rules = _rules(part, required=required)
    return _cell(f"{part.get('description', '')} {f'({rules})' if rules else ''}")


def _rules(part: Mapping[str, Any], *, required: bool) -> str:
    rules = ["required"] if required else []
    rules += [text for name, text in _RULES if part.get(name)]
    rules += [text.format(part[name]) for name, text in _RANGES if name in part and part[name] != 1]
    rules += ["not empty"] if 1 in (part.get("minLength"), part.get("minItems")) else []
    if part.get("x-sensitive"):
        rules.append("sensitive" if part["x-sensitive"] is True else "sensitive with user information or a query in it")
    if "enum" in part:
        rules.append(f"one of {', '.join(f'`{value}`' for value in part['enum'])}")
    if "x-must-be" in part:
        rules.append(f"must be {part['x-must-be']}")
    elif "pattern" in part:
        rules.append(f"pattern `{part['pattern']}`")
    rules += [f"each must be {rule}" for rule in _alternatives(part.get("items", {}))]
    if "x-topics" in part:
        rules.append("checked against the topics that the organization offers")
    return "; ".join(rules)


def _alternatives(schema: Mapping[str, Any]) -> list[str]:
    return [part["x-must-be"] for part in schema.get("allOf", ()) if "x-must-be" in part]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "\\<")


if __name__ == "__main__":
    from gcsync.cli import output

    output.result(render_schema_reference())
