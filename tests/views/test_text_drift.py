from __future__ import annotations

import pytest

from gcsync.model.drift import DriftReport
from gcsync.views.style import Style
from gcsync.views.text_drift import render_drift
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
