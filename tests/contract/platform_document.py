"""The OpenAPI document of integrations, triggers and topics, as the stand-ins of this folder and Prism read it.

It says what the official SDKs know (`x-sdk-source` names file and line). Here its objects allow nothing that they do
not list, so that a misspelt field is noticed.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from tests.contract import document

PATH = Path(__file__).parent / "genesys-openapi.json"
INTEGRATIONS = "/api/v2/integrations"
TRIGGERS = "/api/v2/processautomation/triggers"
TRIGGER_TOPICS = f"{TRIGGERS}/topics"
TOPICS = "/api/v2/notifications/availabletopics"


@cache
def read() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    schemas = found["components"]["schemas"]
    schemas |= {name: _closed(schema) for name, schema in schemas.items()}
    return found


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    return {"additionalProperties": False, **schema} if "properties" in schema else schema


def with_event_streams() -> dict[str, Any]:
    """The document and, beside it, that of event streams: gcsync looks for what it owns of every kind."""
    both, streams = copy.deepcopy(read()), copy.deepcopy(document.read())
    schemas = streams["components"]["schemas"]
    schemas["EventStreamError"] = schemas.pop("ErrorBody")
    text = json.dumps(streams).replace('"#/components/schemas/ErrorBody"', '"#/components/schemas/EventStreamError"')
    streams = json.loads(text)
    both["paths"] |= streams["paths"]
    for section, entries in streams["components"].items():
        both["components"].setdefault(section, {}).update(entries)
    return both


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": read()["components"]})


def problems(schema: str, body: object) -> list[str]:
    """What is wrong with a body by a schema of the document, empty when nothing is."""
    return [error.message for error in _validator(schema).iter_errors(body)]


def query(path: str, given: Mapping[str, list[str]], *, joined: bool) -> tuple[dict[str, Any], list[str]]:
    """The parameters of a GET, defaults filled in, and what is wrong with them.

    The name of a list is repeated, as the document and the JavaScript SDK have it; where `joined`, commas divide it
    too, as the Python SDK sends it (api_client.py:500).
    """
    parameters = read()["paths"][path]["get"].get("parameters", ())
    known = {entry["name"]: entry["schema"] for entry in parameters if entry["in"] == "query"}
    values = {name: schema["default"] for name, schema in known.items() if "default" in schema}
    wrong = [f"there is no parameter {name}" for name in given if name not in known]
    for name in given.keys() & known.keys():
        values[name], found = _value(given[name], known[name], joined=joined)
        wrong += [f"{name}: {problem}" for problem in found]
    return values, wrong


def _value(texts: list[str], schema: Mapping[str, Any], *, joined: bool) -> tuple[Any, list[str]]:
    if schema["type"] == "array":
        return [part for text in texts for part in (text.split(",") if joined else [text])], []
    if len(texts) > 1:
        return texts[0], ["is given twice"]
    value: Any = texts[0]
    if schema["type"] == "integer" and value.isascii() and value.isdigit():
        value = int(value)
    if schema["type"] == "boolean":
        value = {"true": True, "false": False}.get(value, value)
    return value, [error.message for error in Draft202012Validator(schema).iter_errors(value)]
