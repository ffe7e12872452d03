"""Resources of CX as Code, out of what `terraform show -json` prints for a state or a plan.

The JSON: https://developer.hashicorp.com/terraform/internals/json-format (values.root_module.resources, child_modules).
Attribute names: the provider's schemas, genesyscloud/integration/resource_genesyscloud_integration_schema.go and
genesyscloud/process_automation_trigger/resource_genesyscloud_process_automation_trigger_schema.go; sets are lists in
JSON. The properties of an EventBridge integration are those of its API (aws-event-bridge-module, main.tf:6-11).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gcsync.adopt.candidates import Candidate
from gcsync.model.diagnostic import Diagnostic, DiagnosticError, Severity
from gcsync.model.value import Value

_INDEX = re.compile(r"\[(?:[0-9]+|\"(?:[^\"\\]|\\.)*\")\]")
_HINT: Final = "make it with `terraform show -json > state.json`, or `terraform show -json PLANFILE > plan.json`"
_INTEGRATION: Final = "genesyscloud_integration"
_TRIGGER: Final = "genesyscloud_processautomation_trigger"
_EVENTBRIDGE: Final = "amazon-eventbridge-source"
_PROPERTIES: Final = {
    "aws_account_id": "awsAccountId",
    "aws_region": "awsAccountRegion",
    "suffix": "eventSourceSuffix",
    "topics": "eventFilter",
}


@dataclass(frozen=True, slots=True)
class FromTerraform:
    """`candidates` by their Terraform address; `others` counts the resources that gcsync has no kind for."""

    candidates: tuple[Candidate, ...]
    others: Mapping[str, int]
    warnings: tuple[Diagnostic, ...]
    addresses: tuple[str, ...]
    """The addresses of all resources, those that are not taken over too."""

    def removed_blocks(self, taken: frozenset[str]) -> tuple[str, ...]:
        """A `removed` block for each resource all of whose instances were taken over; it names no instance."""
        wanted = {without_indexes(address) for address in taken}
        kept = {without_indexes(address) for address in self.addresses if address not in taken}
        return tuple(_removed_block(address) for address in sorted(wanted - kept))


def read_terraform(data: bytes, file: str) -> FromTerraform:
    """What the JSON holds. Raises DiagnosticError (GC623) where it is none, or not of that shape."""
    candidates: list[Candidate] = []
    warnings: list[Diagnostic] = []
    others: Counter[str] = Counter()
    addresses: list[str] = []
    for module, resource in _resources(_root_module(_parse(data, file), file), ""):
        address = str(resource.get("address") or f"{resource.get('type')}.{resource.get('name')}")
        addresses.append(address)
        kind, convert = _converter(resource)
        if convert is None:
            others[_what(resource)] += 1
            continue
        try:
            candidates.append(_candidate(kind, address, module, resource, convert(_mapping(resource.get("values")))))
        except _Unreadable as problem:
            warnings.append(_left_out(address, str(problem)))
    return FromTerraform(tuple(candidates), dict(sorted(others.items())), tuple(warnings), tuple(addresses))


def without_indexes(address: str) -> str:
    """The address as a `removed` block takes it: `module.a[0].type.name["x"]` without what is in brackets."""
    return _INDEX.sub("", address)


class _Unreadable(Exception):
    """What is wrong with a resource."""


def _parse(data: bytes, file: str) -> Mapping[str, Any]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        where = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise DiagnosticError(Diagnostic("GC623", f"{file}{where}: not JSON", hint=_HINT)) from None
    if not isinstance(document, dict):
        raise _unknown_shape(file)
    return document


def _root_module(document: Mapping[str, Any], file: str) -> Mapping[str, Any]:
    """Of a plan what was there before it, else what it plans."""
    prior = document.get("prior_state")
    for values in (document.get("values"), _mapping(prior).get("values"), document.get("planned_values")):
        if isinstance(values, dict) and isinstance(values.get("root_module", {}), dict):
            root: Mapping[str, Any] = values.get("root_module", {})
            return root
    if "format_version" in document and set(document) <= {"format_version", "terraform_version"}:
        return {}  # The state of a configuration to which nothing was applied.
    raise _unknown_shape(file)


def _unknown_shape(file: str) -> DiagnosticError:
    message = f"{file}: neither a state nor a plan as `terraform show -json` prints them"
    return DiagnosticError(Diagnostic("GC623", message, hint=_HINT))


def _resources(module: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every managed resource with the address of its module."""
    waiting = [(path, module)]
    while waiting:
        here, current = waiting.pop()
        for resource in _objects(current.get("resources")):
            if resource.get("mode", "managed") == "managed":
                yield here, resource
        waiting += [(str(child.get("address", "")), child) for child in _objects(current.get("child_modules"))]


def _converter(
    resource: Mapping[str, Any],
) -> tuple[str, Callable[[Mapping[str, Any]], dict[str, Value]] | None]:
    values = _mapping(resource.get("values"))
    if resource.get("type") == _INTEGRATION and values.get("integration_type") == _EVENTBRIDGE:
        return "eventbridge_source", _eventbridge_source
    if resource.get("type") == _TRIGGER:
        return "trigger", _trigger
    return "", None


def _what(resource: Mapping[str, Any]) -> str:
    """The type of a resource that is not taken over; an integration's with its own."""
    inner = _mapping(resource.get("values")).get("integration_type")
    return f"{resource.get('type')}"[:80] + (f" ({inner})"[:80] if resource.get("type") == _INTEGRATION else "")


def _candidate(
    kind: str, address: str, module: str, resource: Mapping[str, Any], attributes: dict[str, Value]
) -> Candidate:
    """Its key is the Terraform name with its index; where two modules have the same, the module's name before it."""
    index = resource.get("index")
    name = str(resource.get("name") or "") + ("" if index is None else f"_{index}")
    where = module.replace("module.", "")
    return Candidate(
        kind, address, str(attributes.get("name", "")), attributes, (name, f"{where}_{name}") if where else (name,)
    )


def _eventbridge_source(values: Mapping[str, Any]) -> dict[str, Value]:
    config = next(_objects(values.get("config")), None)
    if config is None:
        raise _Unreadable("it has no `config`")
    properties = _json(config.get("properties"), "config.properties")
    if not isinstance(properties, dict):
        raise _Unreadable("its config.properties are no JSON object")
    found = {name: properties.get(wire) for name, wire in _PROPERTIES.items()}
    found["name"] = _text(config.get("name")) or _text(values.get("name"))
    found["notes"] = config.get("notes")
    found["enabled"] = values.get("intended_state") == "ENABLED"
    return _known(found)


def _trigger(values: Mapping[str, Any]) -> dict[str, Value]:
    target = next(_objects(values.get("target")), None)
    if target is None:
        raise _Unreadable("it has no `target`")
    settings = next(_objects(target.get("workflow_target_settings")), {})
    criteria = _json(values.get("match_criteria"), "match_criteria")
    if not isinstance(criteria, list | None):
        raise _Unreadable("its match_criteria are no JSON list")
    found = {name: values.get(name) for name in ("name", "description", "enabled")}
    found["topic"] = values.get("topic_name")
    found["target"] = _known(
        {"type": target.get("type"), "id": target.get("id"), "data_format": settings.get("data_format")}
    )
    found["match_criteria"] = [_criterion(one) for one in criteria or []]
    for name in ("event_ttl_seconds", "delay_by_seconds"):
        found[name] = values.get(name) or None  # Terraform keeps 0 for a number that is not set.
    return _known(found)


def _criterion(raw: Any) -> dict[str, Value]:
    if not isinstance(raw, dict):
        raise _Unreadable("one of its match_criteria is no JSON object")
    return {"json_path" if name == "jsonPath" else name: value for name, value in raw.items() if value is not None}


def _known(found: Mapping[str, Value]) -> dict[str, Value]:
    """What is set: Terraform shows an optional text that is not as null or as empty."""
    return {name: value for name, value in found.items() if value not in (None, "")}


def _json(text: Any, what: str) -> Any:
    if text in (None, ""):
        return None
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        raise _Unreadable(f"its {what} are no JSON") from None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    yield from (entry for entry in value if isinstance(entry, dict)) if isinstance(value, list) else ()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _left_out(address: str, problem: str) -> Diagnostic:
    message = f"{address[:200]} is left out: {problem}"
    return Diagnostic("GC624", message, Severity.WARNING, hint="correct it in Terraform, or declare it by hand")


def _removed_block(address: str) -> str:
    return f"removed {{\n  from = {address}\n  lifecycle {{\n    destroy = false\n  }}\n}}"
