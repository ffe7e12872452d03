from __future__ import annotations

import json

from gcsync.model.check import Check, CheckStatus
from gcsync.views.json_doctor import render_json_doctor


def test_every_check_has_the_same_four_and_code_and_place_where_there_are_any() -> None:
    checks = [
        Check("versions", CheckStatus.OK, "gcsync 0.1.0"),
        Check("clock", CheckStatus.WARN, "182 s ahead", "set it by NTP", "GC694", "PROD"),
        Check("api.tls", CheckStatus.NOT_CHECKED, "plain http"),
    ]
    text = render_json_doctor(checks)
    assert text.count("\n") == 1
    assert json.loads(text) == {
        "checks": [
            {"check": "versions", "status": "ok", "message": "gcsync 0.1.0", "hint": ""},
            {
                "check": "clock",
                "status": "warn",
                "message": "182 s ahead",
                "hint": "set it by NTP",
                "code": "GC694",
                "about": "PROD",
            },
            {"check": "api.tls", "status": "not_checked", "message": "plain http", "hint": ""},
        ]
    }
