"""The OpenAPI documents that ship beside this file, and requests held against it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from gcsync.emulator.exchange import Refusal

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")


@cache
def specification() -> Specification:
    """The event streams' document: described by the seed document, not public."""
    return Specification(_read("eventstreams-openapi.json"))


@cache
def platform() -> Specification:
    """What of the public platform API is served here: SDK 269 as an OpenAPI document, without audits of long ago.

    Its objects allow any further property; requests are held against a copy whose objects allow none. The one null
    allowed is that of `MatchCriteria.values`: CX as Code sends it for the unset one of `value` and `values`.
    """
    document = _read("genesys-openapi.json")
    schemas = {name: _closed(schema) for name, schema in document["components"]["schemas"].items()}
    schemas["MatchCriteria"]["properties"]["values"]["type"] = ["array", "null"]
    return Specification({**document, "components": {**document["components"], "schemas": schemas}})


def _read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(files("gcsync.emulator").joinpath(name).read_text("utf-8"))
    return document


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    return {"additionalProperties": False, **schema} if "properties" in schema else schema


class Operation(NamedTuple):
    """Where an operation is found: `path` with its parameters in braces, `method` in lower case."""

    path: str
    method: str
    description: Mapping[str, Any]


class Specification:
    """Operations are named by their `operationId`."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document

    @cached_property
    def operations(self) -> dict[str, Operation]:
        return {
            operation["operationId"]: Operation(path, method, operation)
            for path, item in self.document["paths"].items()
            for method, operation in item.items()
            if method != "parameters"
        }

    def validator(self, schema: Mapping[str, Any]) -> Draft202012Validator:
        """A validator for a schema of the document, its references included."""
        from jsonschema import Draft202012Validator

        return Draft202012Validator({**schema, "components": self.document["components"]})

    def query(self, operation: str, given: tuple[tuple[str, str], ...]) -> dict[str, Any]:
        """The query's values by name, defaults filled in. Raises Refusal (400), for an unknown name too.

        A list may be joined by commas or repeat its name: the official SDKs do either (SDK 269
        api_client.py:500-510 joins).
        """
        parameters = self._parameters(operation)
        values = {name: schema["default"] for name, schema in parameters.items() if "default" in schema}
        texts: dict[str, list[str]] = {}
        for name, text in given:
            if name not in parameters:
                raise refuse_parameter(name, f'The query parameter "{name}" is not known here.')
            if name in texts and parameters[name]["type"] != "array":
                raise refuse_parameter(name, f'The query parameter "{name}" is given twice.')
            texts.setdefault(name, []).append(text)
        return values | {name: self._parameter(name, found, parameters[name]) for name, found in texts.items()}

    def _parameters(self, operation: str) -> dict[str, Mapping[str, Any]]:
        described = self.operations[operation].description.get("parameters", ())
        return {item["name"]: item["schema"] for item in described if item["in"] == "query"}

    def _parameter(self, name: str, texts: list[str], schema: Mapping[str, Any]) -> Any:
        value = _value(texts, schema)
        errors = list(self.validator(schema).iter_errors(value))
        if errors:
            raise refuse_parameter(name, f'The query parameter "{name}" is not valid: {errors[0].message}.')
        return value

    def check_body(self, operation: str, body: Any) -> None:
        """Raises Refusal (400) that lists every field that is wrong."""
        errors = sorted(self._body_validators[operation].iter_errors(body), key=lambda error: error.json_path)
        if errors:
            raise _refuse_body(errors)

    @cached_property
    def _body_validators(self) -> dict[str, Draft202012Validator]:
        return {
            name: self.validator(operation["requestBody"]["content"]["application/json"]["schema"])
            for name, (_, _, operation) in self.operations.items()
            if "requestBody" in operation
        }


def _value(texts: list[str], schema: Mapping[str, Any]) -> Any:
    text = texts[0]
    if schema["type"] == "array":
        return [part for joined in texts for part in joined.split(",") if part]
    if schema["type"] == "integer":
        return int(text) if _INTEGER.fullmatch(text) else text
    if schema["type"] == "boolean":
        return {"true": True, "false": False}.get(text, text)
    # Such as reportedState: "case-insensitive" (SDK 269 integrations_api.py:611).
    return next((value for value in schema.get("enum", ()) if value.lower() == text.lower()), text)


def refuse_parameter(name: str, message: str) -> Refusal:
    """For a query parameter that is not as described."""
    return Refusal(400, "bad.request", message, details=[{"errorCode": "bad.request", "fieldName": name}])


def _refuse_body(errors: list[ValidationError]) -> Refusal:
    urls = [error for error in errors if _is_url(error)]
    code = "invalid.destination.url" if urls else "bad.request"
    details = [{"errorCode": code, "fieldName": _field(error)} for error in urls or errors]
    message = "; ".join(_sentences(urls or errors))
    return Refusal(400, code, f"The request body is not valid: {message}.", details=details)


def _is_url(error: ValidationError) -> bool:
    path = list(error.absolute_path)
    return len(path) == 3 and path[0] == "destinations" and path[2] == "url" and error.validator == "pattern"


def _sentences(errors: list[ValidationError]) -> Iterator[str]:
    for error in errors:
        # jsonschema's message repeats the value, which for a URL or a header may be a secret.
        secret = "destinations" in error.absolute_path and error.validator not in ("required", "additionalProperties")
        problem = f"does not satisfy {error.validator} {json.dumps(error.validator_value)}" if secret else error.message
        yield f"{_field(error) or 'the body'}: {problem}"


def _field(error: ValidationError) -> str:
    return error.json_path.removeprefix("$").removeprefix(".")
