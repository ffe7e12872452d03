"""What differs between environments, as JSON: one document on one line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gcsync.model.comparison import Comparison, PresenceDifference, ValueDifference
from gcsync.model.value import Value, format_path
from gcsync.views.json_values import ABSENT_VALUE, is_secret, marked, visible


def render_json_comparison(comparison: Comparison, *, everything: bool) -> str:
    """`{environments, differ, declared[], live[], by_variables[] (with `everything`), summary}`.

    A difference has `stack`, `address`, and either `standing` or `path`, `expressions` and `values`, each by
    environment. A value that is sensitive, unreadable or not there is absent; `sensitive` marks where one is.
    """
    document: dict[str, Any] = {
        "environments": list(comparison.environments),
        "differ": comparison.found,
        "declared": [_difference(one) for one in comparison.declared],
        "live": [_difference(one) for one in comparison.live],
    }
    if everything:
        document["by_variables"] = [_difference(one) for one in comparison.by_variables]
    counts = {name: len(getattr(comparison, name)) for name in ("declared", "live", "by_variables")}
    return json.dumps(document | {"summary": counts | {"not_compared": comparison.hidden}}) + "\n"


def _difference(found: PresenceDifference | ValueDifference) -> dict[str, Any]:
    named = {"stack": found.stack, "address": str(found.address)}
    if isinstance(found, PresenceDifference):
        return named | {"standing": {name: one.value for name, one in found.standing.items()}}
    return named | {
        "path": format_path(found.path),
        "expressions": list(found.expressions),
        "values": {name: _value(name, value, found.as_declared) for name, value in found.values.items()},
    }


def _value(name: str, value: Value, as_declared: Mapping[str, bool] | None) -> dict[str, Any]:
    shown, secret = visible(value), marked(value, is_secret)
    return {
        **({} if shown is ABSENT_VALUE else {"value": shown}),
        **({"sensitive": secret} if secret else {}),
        **({} if as_declared is None else {"as_declared": as_declared[name]}),
    }
