from __future__ import annotations

import json

from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.views.json_validate import render_json_validate

WARNED = Diagnostic("GC150", "every event", Severity.WARNING, Place("a.yaml", 2, 5), "streams.a", hint="name them")


def test_the_whole_document() -> None:
    text = render_json_validate([WARNED], files=["a.yaml"], resources=3)
    assert (text.count("\n"), json.loads(text)) == (
        1,
        {
            "valid": True,
            "stacks": 1,
            "resources": 3,
            "files": ["a.yaml"],
            "diagnostics": [
                {
                    "severity": "warning",
                    "code": "GC150",
                    "message": "every event",
                    "path": "streams.a",
                    "hint": "name them",
                    "file": "a.yaml",
                    "line": 2,
                    "column": 5,
                }
            ],
        },
    )


def test_an_error_makes_it_invalid() -> None:
    wrong = Diagnostic("GC104", "must be https")
    assert json.loads(render_json_validate([WARNED, wrong], files=[], resources=0))["valid"] is False
