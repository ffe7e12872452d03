"""What is left open by the sources of the API, or goes wrong in an organization: to be chosen, also while it runs.

Names and shapes are those of `PATCH /emulator/behaviour`: lists where `Behaviour` has tuples.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

_TEXTS = {"type": "array", "items": {"type": "string", "minLength": 1}}
_SCHEMA: dict[str, dict[str, Any]] = {
    "activation_time": {"type": "number", "minimum": 0, "maximum": 86400},
    "failing_accounts": _TEXTS,
    "notes_sentinel": {"type": "boolean"},
    "reverse_topics": {"type": "boolean"},
    "mismatch_status": {"enum": [409, 400]},
    "max_instances": {"type": ["integer", "null"], "minimum": 0},
    "lacking_types": _TEXTS,
    "withdrawn_topics": _TEXTS,
    "unpublished_workflows": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}},
    "denied_permissions": _TEXTS,
    "repeat_pages": {"type": "boolean"},
}


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the organization behaves.

    activation_time: seconds that an integration is ACTIVATING or DEACTIVATING before it settles.
    failing_accounts: AWS accounts whose integrations end in ERROR instead of ACTIVE.
    notes_sentinel: empty notes read back as "node_dynamodb_empty_string".
    reverse_topics: the topics of an EventBridge integration read back in another order than they were sent in.
    mismatch_status: what another version of an integration's configuration is answered with, 409 or 400.
    max_instances: how many EventBridge integrations there may be; None says nothing and refuses none.
    lacking_types: integration types that the organization does not have.
    withdrawn_topics: topics no longer offered; a write that names one is refused.
    unpublished_workflows: ids of workflows, and how many of the next writes of a trigger that target one are refused.
    denied_permissions: what the client's role may not do, such as "integrations:integration:add".
    repeat_pages: each page after a listing's first holds the first one's objects once more.
    """

    activation_time: float = 0.0
    failing_accounts: tuple[str, ...] = ()
    notes_sentinel: bool = False
    reverse_topics: bool = False
    mismatch_status: int = 409
    max_instances: int | None = 100
    lacking_types: tuple[str, ...] = ()
    withdrawn_topics: tuple[str, ...] = ()
    unpublished_workflows: Mapping[str, int] = field(default_factory=dict)
    denied_permissions: tuple[str, ...] = ()
    repeat_pages: bool = False

    def problems(self) -> list[tuple[str, str]]:
        """The name of each field that cannot be followed, and why."""
        return list(_problems(self.to_json()))

    def to_json(self) -> dict[str, Any]:
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


class LiveBehaviour:
    """The behaviour as it is now; every thread may read and change it."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._lock = threading.Lock()
        self._now = behaviour

    @property
    def now(self) -> Behaviour:
        return self._now

    def change(self, given: Mapping[str, Any]) -> None:
        """Change the fields given, in JSON's shape. Raises ValueError, and changes nothing then."""
        unknown = sorted(set(given) - set(_SCHEMA))
        if unknown:
            raise ValueError(f'"{unknown[0]}" is not one of {", ".join(_SCHEMA)}')
        for name, problem in _problems(given):
            raise ValueError(f"{name}: {problem}")
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
        }
        with self._lock:
            self._now = replace(self._now, **values)

    def meets_unpublished(self, workflow: str) -> bool:
        """Whether a write that targets the workflow is refused; uses up one refusal."""
        with self._lock:
            left = self._now.unpublished_workflows.get(workflow, 0)
            if left:
                remaining = {**self._now.unpublished_workflows, workflow: left - 1}
                self._now = replace(self._now, unpublished_workflows=remaining)
        return left > 0


def _problems(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    from jsonschema import Draft202012Validator

    for item in fields(Behaviour):
        if item.name in given:
            for error in Draft202012Validator(_SCHEMA[item.name]).iter_errors(given[item.name]):
                yield item.name, error.message
