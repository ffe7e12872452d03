"""The `configuration` of the JSON plan: what is declared, as Terraform's document has it for policy tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gcsync.model.plan import Action, Change
from gcsync.model.value import Value
from gcsync.views.json_values import visible

PROVIDER: Final = "terraform.local/gcsync/genesyscloud"
"""Host, namespace and name, as readers split it. The name is the types' prefix; the host names no registry, since these
resources are not those of the provider in the public one."""

PROVIDER_KEY: Final = "genesyscloud"


def configuration(changes: Sequence[Change]) -> dict[str, Any]:
    """What is declared. Instances under `for_each` share one entry, as they share one block in the stack file."""
    resources: dict[str, dict[str, Any]] = {}
    for change in changes:
        if change.after is None or change.action in (Action.DELETE, Action.RELEASE):
            continue
        address = f"{change.address.kind}.{change.address.key}"
        resources.setdefault(
            address,
            {
                "address": address,
                "mode": "managed",
                "type": change.resource_type,
                "name": change.address.key,
                "provider_config_key": PROVIDER_KEY,
                "expressions": _expressions(change.after),
                "schema_version": 0,
            },
        )
    provider = {"name": PROVIDER_KEY, "full_name": PROVIDER}
    return {"provider_config": {PROVIDER_KEY: provider}, "root_module": {"resources": list(resources.values())}}


def _expressions(attributes: Mapping[str, Value]) -> dict[str, Any]:
    """Every declared attribute as a constant, nested blocks by their own; what is sensitive is left out."""
    shown = visible(attributes)
    return {name: _expression(value) for name, value in shown.items()}


def _expression(value: Any) -> Any:
    if isinstance(value, list) and value and all(isinstance(inner, dict) for inner in value):
        return [{key: _expression(inner) for key, inner in block.items()} for block in value]
    return {"constant_value": value}
