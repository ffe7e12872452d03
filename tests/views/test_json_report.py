from __future__ import annotations

import json

from jsonschema import Draft202012Validator

from gcsync.schema.files import read_schema
from gcsync.views.json_report import render_json_report
from tests.views.scenes import CANARY, apply_report, full_plan


def test_the_report_is_the_plan_with_what_became_of_it() -> None:
    text = render_json_report([apply_report()], [full_plan()])
    document = json.loads(text)
    Draft202012Validator(read_schema("plan")).validate(document)
    applied = document["gcsync"]["applied"]
    assert (text.count("\n"), CANARY in text, applied["interrupted"]) == (1, False, 2)
    assert applied["counts"] == {
        "created": 1,
        "updated": 1,
        "replaced": 0,
        "deleted": 1,
        "adopted": 2,
        "failed": 2,
        "skipped": 1,
    }
    assert applied["outcomes"][1] == {
        "stack": "contact-center",
        "address": "stream.agents",
        "name": "agents",
        "action": "create",
        "status": "failed",
        "diagnostic": {
            "severity": "error",
            "code": "GC510",
            "message": 'event stream "agents" was refused: 400 invalid.destination.url (contextId 7d1c)',
            "path": "stream.agents",
            "hint": "the URL must be https and publicly resolvable",
        },
    }


def test_nothing_done_is_a_document_too() -> None:
    document = json.loads(render_json_report([], []))
    Draft202012Validator(read_schema("plan")).validate(document)
    assert document["gcsync"]["applied"]["outcomes"] == []
