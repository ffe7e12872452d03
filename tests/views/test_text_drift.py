from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from gcsync.model.drift import DriftReport
from gcsync.views.style import Style
from gcsync.views.text_drift import render_drift
from tests.views.drift_scenes import by_hand, told_report
from tests.views.factories import create, delete, keep, plan
from tests.views.golden import golden
from tests.views.scenes import NO_TRIGGERS, drift_report


def test_a_report_with_everything_in_it() -> None:
    assert render_drift([drift_report()], Style(width=80)) == golden("drift")


def test_several_stacks_have_a_header_each() -> None:
    text = render_drift([drift_report(), drift_report()], Style(width=80))
    assert text.count("Stack contact-center (stacks/prod.yaml)\n") == 2
    assert text.endswith("\nDrift: 2 drifted, 2 missing, 2 not adopted, 4 pending, 4 not checked.\n")


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (DriftReport(plan(keep())), "No drift. The organization matches the stack."),
        (
            DriftReport(plan(keep()), pending=(delete(),)),
            "Drift: 0 drifted, 0 missing, 0 not adopted, 1 pending, 0 not checked.",
        ),
        (
            DriftReport(plan(keep()), missing=(create(),), not_checked=(NO_TRIGGERS,)),
            "Drift: 0 drifted, 1 missing, 0 not adopted, 0 pending, 1 not checked.",
        ),
    ],
)
def test_the_closing_line(report: DriftReport, line: str) -> None:
    assert render_drift([report], Style()).splitlines()[-1] == line


def test_everything_that_is_told_beside_drift() -> None:
    assert render_drift([told_report()], Style(width=80)) == golden("drift_told")


def test_an_entry_of_a_baseline_is_offered_with_its_value() -> None:
    text = render_drift([DriftReport(plan(), drifted=(by_hand("agents", "emea"),))], Style(width=200))
    entry = "- {address: 'stream.agents[\"emea\"]', attribute: enabled, value: false, reason: WHY, expires: YYYY-MM-DD}"
    assert entry in text
    read = yaml.safe_load(entry)
    assert (read[0]["address"], read[0]["value"]) == ('stream.agents["emea"]', False)


def test_no_entry_is_offered_where_nothing_drifted() -> None:
    assert "--baseline" not in render_drift([replace(told_report(), drifted=())], Style())


def test_the_closing_line_counts_what_was_asked_for_only() -> None:
    report = told_report()
    assert render_drift([report], Style()).splitlines()[-1] == (
        "Drift: 3 drifted, 1 missing, 0 not adopted, 0 pending, 0 not checked, 1 known, 2 older, 1 overdue."
    )


def test_drift_that_is_all_known_is_told_as_such() -> None:
    report = DriftReport(plan(), known=told_report().known)
    assert render_drift([report], Style()).splitlines()[-1].endswith("0 not checked, 1 known.")
