"""What `gcsync validate` finds, as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from gcsync.model.diagnostic import Diagnostic, Severity
from gcsync.views.json_plan import diagnostic_object


def render_json_validate(diagnostics: Sequence[Diagnostic], *, files: Sequence[str], resources: int) -> str:
    """`{"valid", "stacks", "resources", "files": [...], "diagnostics": [...]}` on one line; warnings leave it valid."""
    document = {
        "valid": all(found.severity is not Severity.ERROR for found in diagnostics),
        "stacks": len(files),
        "resources": resources,
        "files": list(files),
        "diagnostics": [diagnostic_object(found) for found in diagnostics],
    }
    return json.dumps(document) + "\n"
