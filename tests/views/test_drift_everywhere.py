"""What is told beside drift stands in every format: who it was, what is overdue, undated, older, known, look-alike."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from gcsync.model.drift import DriftReport
from gcsync.views.annotations import of_drift, render_annotations
from gcsync.views.html_report import render_html_drift
from gcsync.views.json_drift import render_json_drift
from gcsync.views.junit import render_junit_drift
from gcsync.views.markdown_drift import render_markdown_drift
from gcsync.views.prometheus import render_prometheus_drift
from gcsync.views.sarif import render_sarif_drift
from gcsync.views.style import Style
from gcsync.views.text_drift import render_drift
from tests.views.drift_scenes import told_report

NOW = datetime(2026, 11, 25, tzinfo=UTC)

PROSE: dict[str, Callable[[DriftReport], str]] = {
    "text": lambda report: render_drift([report], Style(width=200)),
    "markdown": lambda report: render_markdown_drift([report]),
    "html": lambda report: render_html_drift([report]),
    "junit": lambda report: render_junit_drift([report], now=NOW),
    "sarif": lambda report: render_sarif_drift([report]),
    "annotations": lambda report: render_annotations(list(of_drift([report]))),
}

TOLD = (
    "changed by: Jane Doe on 2026-11-24T08:12:03Z, through client 6c1e0f2a (Update: enabled, eventTypes)",
    "changed by: this client 6c1e0f2a on 2026-11-24T08:12:03Z (Update)",
    "changed by: unknown (the client's role lacks the permission audits:audit:view)",
    "OVERDUE: it has stood longer than --max-age allows",
    "nobody tells when it changed: it is kept, and never overdue",
)


def plain(text: str) -> str:
    """What a reader sees, on one line: without the marks of code and what parts a text in Markdown."""
    text = html.unescape(text.replace("<span></span>", "").replace("\\u0027", "'"))
    return re.sub(r"\s+", " ", re.sub(r"[`*]", "", text))


@pytest.mark.parametrize("told", TOLD, ids=("person", "client", "unknown", "overdue", "undated"))
@pytest.mark.parametrize("name", PROSE)
def test_what_is_told_of_an_object_is_the_same_everywhere(name: str, told: str) -> None:
    assert told in plain(PROSE[name](told_report()))


@pytest.mark.parametrize("address", ["stream.old", "stream.older"])
@pytest.mark.parametrize("name", [name for name in PROSE if name != "annotations"])
def test_what_since_leaves_out_is_named(name: str, address: str) -> None:
    assert address in plain(PROSE[name](told_report()))


@pytest.mark.parametrize("name", [name for name in PROSE if name != "annotations"])
def test_a_look_alike_and_what_is_wrong_with_the_baseline_are_told(name: str) -> None:
    text = plain(PROSE[name](told_report()))
    assert "0f9a" in text
    assert "expired on 2026-11-01" in text


def test_metrics_count_it() -> None:
    found = render_prometheus_drift([told_report()], now=NOW)
    for name, count in (("overdue_resources", 1), ("older_drift_resources", 2), ("look_alike_objects", 1)):
        assert f'gcsync_{name}{{stack="contact-center",environment="dev",kind="stream"}} {count}\n' in found


def test_json_has_it_by_name() -> None:
    document = json.loads(render_json_drift([told_report()]))
    told = document["gcsync"]
    assert [one["address"] for one in told["older"]] == ["stream.old", "stream.older"]
    assert [one["gcsync"].get("overdue") for one in document["resource_drift"]] == [True, None, None]
