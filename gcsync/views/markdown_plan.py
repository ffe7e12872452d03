"""Plans as markdown."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from gcsync.model.plan import Action, Plan
from gcsync.views.markdown_marker import MarkdownMarker, render_marker


def render_markdown_plan(plans: Sequence[Plan]) -> str:
    """One document of all plans, with its marker on the first line."""
    lines = []
    for plan in plans:
        counts = ", ".join(f"{count} to {name}" for name, count in plan.summary.items() if name != "unchanged")
        lines += [f"### Plan of {plan.owner}", "", counts if plan.summary.changes else "No changes.", ""]
        lines += [f"- {one.action.value} `{one.address}`" for one in plan.changes if one.action is not Action.NO_OP]
    text = "\n".join(lines)
    marker = MarkdownMarker(
        "plan",
        tuple(plan.owner for plan in plans),
        plans[0].target.organization.id if plans else "",
        any(plan.summary.changes or plan.errored for plan in plans),
        hashlib.sha256(text.encode()).hexdigest()[:16],
    )
    return f"{render_marker(marker)}\n{text}\n"
