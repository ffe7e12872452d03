"""Answers held against the OpenAPI document of the platform API, read here without the emulator's code."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files

from jsonschema import Draft202012Validator, FormatChecker

DOCUMENT = json.loads(files("gcsync.emulator").joinpath("genesys-openapi.json").read_text("utf-8"))
ERROR_FIELDS = {"message", "code", "status", "contextId", "details", "errors"}


@cache
def operation(method, path):
    """The operation that a request is for, or None; literal paths go before those with parameters."""
    for template, item in sorted(DOCUMENT["paths"].items(), key=lambda pair: "{" in pair[0]):
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method.lower() in item:
            return item[method.lower()]["operationId"]
    return None


@cache
def responses(name):
    return next(
        found["responses"]
        for item in DOCUMENT["paths"].values()
        for found in item.values()
        if found["operationId"] == name
    )


@cache
def validator(text):
    schema = {**json.loads(text), "components": DOCUMENT["components"]}
    return Draft202012Validator(schema, format_checker=FormatChecker())


def assert_described(name, answer):
    """The status is one that the operation has, or an error, and the body has the schema given for it."""
    known = responses(name)
    if answer.status_code >= 400:
        described = DOCUMENT["components"]["responses"]["Error"]
        assert set(answer.json()) == ERROR_FIELDS
    else:
        described = known[str(answer.status_code)]
    if "content" not in described:
        assert answer.content == b""
        return
    assert answer.headers["Content-Type"] == "application/json"
    validator(json.dumps(described["content"]["application/json"]["schema"])).validate(answer.json())
