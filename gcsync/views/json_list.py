"""`gcsync list` as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from gcsync.model.drift import Owned


def render_json_list(rows: Sequence[Owned]) -> str:
    """`{"objects": [{kind, id, name, owner, stack, environment, address, key, declared, orphan, problem}]}`, a line.

    By owner and address. `declared` and `orphan` are null where no file of the stack was read.
    """
    ordered = sorted(rows, key=lambda row: (row.owner, row.kind, row.address, row.id))
    return json.dumps({"objects": [_document(row) for row in ordered]}) + "\n"


def _document(row: Owned) -> dict[str, object]:
    more = {"stack": row.stack, "environment": row.environment, "key": row.key, "orphan": row.orphan}
    return asdict(row) | more
