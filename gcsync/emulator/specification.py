"""The OpenAPI document that ships beside this file, and requests held against it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from gcsync.emulator.exchange import Refusal

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")


@cache
def specification() -> Specification:
    text = files("gcsync.emulator").joinpath("eventstreams-openapi.json").read_text("utf-8")
    return Specification(json.loads(text))


class Specification:
    """Operations are named by their `operationId`."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document

    @cached_property
    def _operations(self) -> dict[str, Mapping[str, Any]]:
        return {
            operation["operationId"]: operation
            for item in self.document["paths"].values()
            for method, operation in item.items()
            if method != "parameters"
        }

    def validator(self, schema: Mapping[str, Any]) -> Draft202012Validator:
        """A validator for a schema of the document, its references included."""
        from jsonschema import Draft202012Validator

        return Draft202012Validator({**schema, "components": self.document["components"]})

    def query(self, operation: str, given: tuple[tuple[str, str], ...]) -> dict[str, Any]:
        """The query's values by name, defaults filled in. Raises Refusal (400), for an unknown name too."""
        parameters = {item["name"]: item["schema"] for item in self._operations[operation].get("parameters", ())}
        values = {name: schema["default"] for name, schema in parameters.items() if "default" in schema}
        seen: set[str] = set()
        for name, text in given:
            if name not in parameters or name in seen:
                problem = "is given twice" if name in seen else "is not known here"
                raise _refuse_parameter(name, f'The query parameter "{name}" {problem}.')
            seen.add(name)
            values[name] = self._parameter(name, text, parameters[name])
        return values

    def _parameter(self, name: str, text: str, schema: Mapping[str, Any]) -> Any:
        value: Any = int(text) if schema["type"] == "integer" and _INTEGER.fullmatch(text) else text
        errors = list(self.validator(schema).iter_errors(value))
        if errors:
            raise _refuse_parameter(name, f'The query parameter "{name}" is not valid: {errors[0].message}.')
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
            for name, operation in self._operations.items()
            if "requestBody" in operation
        }


def _refuse_parameter(name: str, message: str) -> Refusal:
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
