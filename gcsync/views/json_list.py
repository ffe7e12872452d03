"""`gcsync list` as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from gcsync.model.drift import Owned


def render_json_list(rows: Sequence[Owned]) -> str:
    """`{"objects": [{kind, id, name, owner, address, declared, problem}]}` on one line, by owner and address."""
    ordered = sorted(rows, key=lambda row: (row.owner, row.kind, row.address, row.id))
    return json.dumps({"objects": [asdict(row) for row in ordered]}) + "\n"
