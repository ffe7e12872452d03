"""`gcsync verify` as JSON (schemas/verify.schema.json)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from gcsync.model.check import Check


def render_json_verify(checks: Sequence[Check]) -> str:
    """`{"checks": [{address, check, status, message, hint}]}` on one line; `stack`, and `code` where there is one."""
    return json.dumps({"checks": [_object(check) for check in checks]}) + "\n"


def _object(check: Check) -> dict[str, str]:
    found = {
        "address": check.address,
        "check": check.check,
        "status": check.status.value,
        "message": check.message,
        "hint": check.hint,
        "stack": check.about,
    }
    return found | ({"code": check.code} if check.code else {})
