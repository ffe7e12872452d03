from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync import __version__
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.drift import DriftReport
from gcsync.model.plan import Action
from gcsync.views.prometheus import StackName, escape_label, render_prometheus_drift, render_prometheus_failure
from tests.views.factories import attributes, change, keep, plan
from tests.views.formats import NOW, full_drift_report, read_prometheus
from tests.views.scenes import CANARY


def values(report: DriftReport, kind: str) -> dict[str, float]:
    """What each metric has for a kind, without its prefix."""
    found = read_prometheus(render_prometheus_drift([report], now=NOW))
    return {
        name.removeprefix("gcsync_"): value
        for name, series in found.items()
        for labels, value in series.items()
        if ("kind", kind) in labels
    }


def test_everything_is_counted() -> None:
    assert values(full_drift_report(), "stream") == {
        "resources": 11,
        "drifted_resources": 1,
        "conflicting_resources": 1,
        "missing_resources": 1,
        "not_adopted_resources": 1,
        "pending_resources": 2,
        "known_drift_resources": 1,
        "overdue_resources": 0,
        "older_drift_resources": 0,
        "look_alike_objects": 1,
        "not_checked": 1,
    }


def test_what_is_zero_is_there_for_every_kind_so_that_an_alert_ends() -> None:
    report = DriftReport(plan(keep(), pages={"stream": 1, "trigger": 1}))
    assert {kind: set(values(report, kind).values()) for kind in ("stream", "trigger")} == {
        "stream": {0, 1},
        "trigger": {0},
    }
    assert values(report, "stream").keys() == values(full_drift_report(), "stream").keys()


def test_a_stack_that_was_judged_has_a_last_success() -> None:
    report = DriftReport(plan(keep(), environment="dev"))
    found = read_prometheus(render_prometheus_drift([report], now=NOW))
    labels = (("environment", "dev"), ("stack", "contact-center"))
    assert found["gcsync_drift_last_success_timestamp_seconds"] == {labels: NOW.timestamp()}
    assert found["gcsync_drift_up"] == {labels: 1}
    assert found["gcsync_build_info"] == {(*labels, ("version", __version__)): 1}


@pytest.mark.parametrize(
    "report",
    [full_drift_report(), DriftReport(plan(keep(), diagnostics=(Diagnostic("GC401", "two bear its marker"),)))],
    ids=["an unread kind", "an error"],
)
def test_a_stack_that_could_not_be_judged_has_none(report: DriftReport) -> None:
    found = read_prometheus(render_prometheus_drift([report], now=NOW))
    assert "gcsync_drift_last_success_timestamp_seconds" not in found
    assert set(found["gcsync_drift_up"].values()) == {0}


def test_errors_and_warnings_are_counted() -> None:
    report = replace(full_drift_report(), plan=plan(keep(), diagnostics=(Diagnostic("GC401", "two bear its marker"),)))
    found = read_prometheus(render_prometheus_drift([report], now=NOW))
    assert [set(found[f"gcsync_drift_{what}"].values()) for what in ("errors", "warnings")] == [{1}, {1}]


def test_no_series_is_there_twice() -> None:
    """The reader refuses one; two stacks, and one stack in two environments, differ in their labels."""
    same = keep()
    reports = [DriftReport(plan(same, environment=name, owner=f"contact-center@{name}")) for name in ("dev", "prod")]
    found = read_prometheus(render_prometheus_drift([*reports, DriftReport(plan(same, stack="other"))], now=NOW))
    assert len(found["gcsync_drift_up"]) == 3


def test_a_run_that_failed_is_down() -> None:
    found = read_prometheus(render_prometheus_failure([StackName("contact-center", "dev")]))
    assert found["gcsync_drift_up"] == {(("environment", "dev"), ("stack", "contact-center")): 0}
    assert render_prometheus_failure([]) == ""


@given(st.text())
def test_any_text_is_a_label(text: str) -> None:
    readable = text.replace("\r", " ").encode("utf-8", "replace").decode()
    found = read_prometheus(f'# HELP a b\n# TYPE a gauge\na{{l="{escape_label(text)}"}} 1\n')
    assert found == {"a": {(("l", readable),): 1}}


def test_no_value_of_a_resource_is_in_it() -> None:
    moved = change(Action.MOVE, "stream.a", attributes(name=CANARY), attributes(name=CANARY))
    assert CANARY not in render_prometheus_drift([DriftReport(plan(moved), pending=(moved,))], now=NOW)
