"""The OpenAPI document of event streams, as the stand-ins of this folder and Prism read it."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

PATH = Path(__file__).parent / "eventstreams-openapi.json"
LISTING = "/api/v2/eventstreams"

ORGANIZATION_PATH = "/api/v2/organizations/me"
_ORGANIZATION = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "string", "minLength": 1}, "name": {"type": "string", "minLength": 1}},
}


@cache
def read() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return document


def with_the_organization() -> dict[str, Any]:
    """The document and, beside it, the one path that gcsync asks for before any kind."""
    document = copy.deepcopy(read())
    content = {"application/json": {"schema": _ORGANIZATION}}
    answer = {"description": "the organization of the token", "content": content}
    document["paths"][ORGANIZATION_PATH] = {"get": {"operationId": "getOrganization", "responses": {"200": answer}}}
    return document


def with_a_single_page() -> dict[str, Any]:
    """The same, but a listing that is made up has one page, so that a reader gets to the objects on it."""
    document = with_the_organization()
    schemas = document["components"]["schemas"]
    page = schemas["EventStreamPage"]
    page["properties"] |= {"pageSize": {"enum": [100]}, "pageNumber": {"enum": [1]}, "pageCount": {"enum": [1]}}
    page["required"].remove("total")
    del page["properties"]["total"], page["properties"]["nextUri"]
    schemas["Destination"]["properties"]["url"]["example"] = "https://events.example.com/made-up"
    return document


@cache
def _validator(schema: str, open_destinations: bool) -> Draft7Validator:
    components = copy.deepcopy(read()["components"])
    components["schemas"]["Destination"]["additionalProperties"] = open_destinations
    return Draft7Validator({"$ref": f"#/components/schemas/{schema}", "components": components})


def problems(schema: str, body: object, *, open_destinations: bool = False) -> list[str]:
    """What is wrong with a body by a schema of the document, empty when nothing is."""
    return [error.message for error in _validator(schema, open_destinations).iter_errors(body)]


def query_problems(parameters: dict[str, list[str]]) -> list[str]:
    """What is wrong with the query of a listing: an unknown, repeated or impossible parameter."""
    known = {entry["name"]: entry["schema"] for entry in read()["paths"][LISTING]["get"]["parameters"]}
    found = []
    for name, values in parameters.items():
        if name not in known:
            found.append(f"there is no parameter {name}")
        elif len(values) > 1 or not values[0].isascii() or not values[0].isdigit():
            found.append(f"{name} is not one whole number")
        else:
            found += [error.message for error in Draft7Validator(known[name]).iter_errors(int(values[0]))]
    return found


def query_value(parameters: dict[str, list[str]], name: str) -> int:
    """A parameter of the listing, or what the document gives it as its default."""
    known = {entry["name"]: entry["schema"] for entry in read()["paths"][LISTING]["get"]["parameters"]}
    return int(parameters[name][0]) if name in parameters else int(known[name]["default"])
