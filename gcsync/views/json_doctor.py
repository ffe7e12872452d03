"""`gcsync doctor` as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from gcsync.model.check import Check


def render_json_doctor(checks: Sequence[Check]) -> str:
    """`{"checks": [{check, status, message, hint}]}` on one line; `code` and `about` where there are any."""
    return json.dumps({"checks": [_object(check) for check in checks]}) + "\n"


def _object(check: Check) -> dict[str, str]:
    found = {"check": check.check, "status": check.status.value, "message": check.message, "hint": check.hint}
    more = {"code": check.code, "about": check.about}
    return found | {name: text for name, text in more.items() if text}
