"""Plans and drift as one HTML file that needs nothing else: no network, no other file, no script of anyone's.

The page is `page/page.html` with its parts filled in. What stands above and below the list is written here, so that it
is there without a script, too; the list itself is data for `page/*.js`, which makes rows of it with `textContent`
only. The page's own Content-Security-Policy lets nothing else in (docs/decisions/0020-html-report.md).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from string import Template
from typing import Any, Final

from gcsync.model.diagnostic import Diagnostic, Severity
from gcsync.model.drift import DriftReport
from gcsync.model.plan import NotChecked, Plan
from gcsync.views.graph_svg import style_rules
from gcsync.views.html_frame import (
    diagnostics_section,
    graph_section,
    left_out_section,
    matrix_section,
    not_checked_section,
    plain_table,
    stacks_section,
)
from gcsync.views.html_items import DRIFT_GROUPS, PLAN_GROUPS, Group, drift_items, group_data, plan_items
from gcsync.views.html_text import Html, element, joined
from gcsync.views.style import Style, clean
from gcsync.views.text_drift import drift_closing
from gcsync.views.text_plan import closing_line, lead_lines

_FOLDER: Final = Path(__file__).parent / "page"
_SCRIPTS: Final = ("rows.js", "page.js")


def render_html_plan(plans: Sequence[Plan], *, when: datetime | None = None) -> str:
    """Plans as a page. `when` they were made stands on it, if it is given."""
    lead = [line for plan in plans for line in lead_lines(plan, Style(width=10_000))]
    refusals = [(plan.owner, plan.refusals) for plan in plans]
    sections = [
        diagnostics_section("Refused: apply will not run this plan", refusals),
        diagnostics_section("Errors", _errors(plans)),
        matrix_section(plans),
    ]
    below = [
        left_out_section(plans),
        not_checked_section([item for plan in plans for item in plan.not_checked]),
        diagnostics_section("Warnings", _warnings(plans)),
    ]
    return _page("Plan", plans, plan_items(plans), PLAN_GROUPS, closing_line(plans), lead, sections, below, when)


def render_html_drift(reports: Sequence[DriftReport], *, when: datetime | None = None) -> str:
    """Drift reports as a page. `when` they were made stands on it, if it is given."""
    plans = [report.plan for report in reports]
    baseline = [(report.plan.owner, report.baseline) for report in reports]
    not_checked: list[NotChecked] = [item for report in reports for item in report.not_checked]
    below = [
        diagnostics_section("The baseline", baseline),
        not_checked_section(not_checked),
        diagnostics_section("Warnings", _warnings(plans)),
    ]
    errors = [diagnostics_section("Errors", _errors(plans))]
    closing = drift_closing(reports)
    return _page("Drift", plans, drift_items(reports), DRIFT_GROUPS, closing, [], errors, below, when)


def _page(
    title: str,
    plans: Sequence[Plan],
    items: list[dict[str, Any]],
    groups: Sequence[Group],
    closing: str,
    lead: list[str],
    above: list[Html],
    below: list[Html],
    when: datetime | None,
) -> str:
    drift = title == "Drift"
    heads = ["Declared", "Actual"] if drift else ["Before", "After"]
    owners = [clean(plan.owner) for plan in plans]
    data = {"heads": heads, "stacks": owners, "groups": group_data(items, groups), "items": items}
    named = f"{title}: {', '.join(owners[:3])}{' …' if len(owners) > 3 else ''}"
    made = None if when is None else element("p", when.strftime("%Y-%m-%d %H:%M %Z").strip(), class_="when")
    body = {
        "title": joined([named]),
        "heading": joined([named]),
        "when": made or "",
        "closing": element("p", closing, class_="closing"),
        "lead": joined([element("p", line, class_="lead") for line in lead]),
        "stacks": stacks_section(plans, drift=drift),
        "above": joined(above),
        "below": joined(below),
        "table": plain_table(items, groups, owners),
        "graph": graph_section(plans),
        "data": _embedded(data),
    }
    style, script = _style(), _script()
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:"
    return Template(_read("page.html")).substitute(
        body, style=style, script=script, policy=f"{policy}; base-uri 'none'; form-action 'none'"
    )


def _errors(plans: Sequence[Plan]) -> list[tuple[str, list[Diagnostic]]]:
    return [(plan.owner, [one for one in plan.diagnostics if one.severity is Severity.ERROR]) for plan in plans]


def _warnings(plans: Sequence[Plan]) -> list[tuple[str, list[Diagnostic]]]:
    return [(plan.owner, [one for one in plan.diagnostics if one.severity is not Severity.ERROR]) for plan in plans]


def _embedded(data: dict[str, Any]) -> str:
    """JSON inside a `script` element, where only `<` could end it or begin a comment."""
    text = json.dumps(data, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


@cache
def _style() -> str:
    dark = style_rules(1)
    switched = "".join(f':root[data-theme="dark"] {rule}}}' for rule in dark.split("}") if rule)
    followed = "".join(f':root:not([data-theme="light"]) {rule}}}' for rule in dark.split("}") if rule)
    printed = "@media screen and (prefers-color-scheme: dark){" + followed + "}@media screen{" + switched + "}"
    return f"\n{_read('page.css')}{style_rules(0)}\n{printed}\n"


@cache
def _script() -> str:
    return "\n" + "".join(_read(name) for name in _SCRIPTS)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
