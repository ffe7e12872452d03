from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.model.drift import DriftReport
from gcsync.model.plan import NotChecked
from gcsync.views.junit import render_junit_diagnostics, render_junit_drift
from tests.views.factories import create, keep, plan
from tests.views.formats import NOW, full_drift_report, read_junit
from tests.views.scenes import CANARY

WRONG = Diagnostic("GC104", "must be https", place=Place("a.yaml", 3, 5, 9), source_line="    url: http://x", hint="s")
NOTED = Diagnostic("GC150", "every event", Severity.WARNING, Place("b.yaml", 2, 1))


def outcomes(text: str) -> dict[str, list[tuple[str, str]]]:
    """The type and message of what keeps each test case from passing."""
    suites = read_junit(text)
    return {case.name: [(type(one).__name__, one.type) for one in case.result] for suite in suites for case in suite}


def drift(*reports: DriftReport, **how: Any) -> str:
    return render_junit_drift(reports, now=NOW, **how)


def test_every_resource_is_a_test_case_and_what_is_not_as_declared_does_not_pass() -> None:
    found = outcomes(drift(full_drift_report()))
    assert {name: result for name, result in found.items() if result} == {
        "stream.conversations": [("Failure", "conflict")],
        "stream.agents": [("Failure", "missing")],
        "stream.adopted": [("Failure", "not adopted")],
        "stream.masked": [("Skipped", "not checked")],
        "stream.noted": [("Skipped", "known")],
        "every trigger": [("Error", "not checked")],
    }
    assert {"stream.kept", "stream.legacy", "stream.vip"} <= found.keys()


def test_the_counts_are_those_of_the_test_cases() -> None:
    (suite,) = read_junit(drift(full_drift_report()))
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (len(list(suite)), 3, 1, 2)


def test_a_suite_says_whose_it_is_and_when() -> None:
    report = DriftReport(plan(keep(), owner="contact-center@dev", environment="dev"))
    (suite,) = read_junit(drift(report))
    assert (suite.name, suite.timestamp) == ("contact-center@dev", "2026-11-25T08:30:00")
    properties = {one.name: one.value for one in suite.properties()}
    assert properties == {
        "stack": "contact-center",
        "environment": "dev",
        "file": "stacks/prod.yaml",
        "organization": "Example Ltd",
        "organization_id": report.plan.target.organization.id,
        "region": "us-east-1",
    }


def test_a_failure_tells_the_line_who_it_was_and_what_settles_it() -> None:
    (suite,) = read_junit(drift(full_drift_report()))
    (case,) = [case for case in suite if case.name == "stream.conversations"]
    (failure,) = case.result
    assert failure.message == "2 attributes: enabled, description"
    assert failure.text.splitlines()[-3:] == [
        "changed by: Ada on 2026-11-25T08:00:00Z, through client 6c1e",
        "$ gcsync apply stacks/prod.yaml --target stream.conversations",
        "$ gcsync accept stacks/prod.yaml --target stream.conversations",
    ]
    assert failure.text.startswith("stacks/prod.yaml:11:5: stream.conversations: enabled is true")


def test_known_drift_says_why_and_until_when() -> None:
    (suite,) = read_junit(drift(full_drift_report()))
    (case,) = [case for case in suite if case.name == "stream.noted"]
    assert [one.message for one in case.result] == ["known drift, accepted until 2026-12-31: until the audit is over"]


def test_what_is_not_there_is_skipped_where_that_is_no_drift() -> None:
    gone = create("stream.gone")
    report = DriftReport(plan(gone), missing=(gone,))
    assert outcomes(drift(report))["stream.gone"] == [("Failure", "missing")]
    assert outcomes(drift(report, ignore_missing=True))["stream.gone"] == [("Skipped", "missing")]


def test_an_error_of_the_plan_is_one_of_its_resource() -> None:
    errors = (Diagnostic("GC401", "two bear its marker", path="stream.kept"), Diagnostic("GC499", "of all"))
    found = outcomes(drift(DriftReport(plan(keep(), diagnostics=errors))))
    assert found == {"stream.kept": [("Error", "GC401")], "GC499": [("Error", "GC499")]}


def test_a_kind_that_is_not_there_is_skipped() -> None:
    absent = NotChecked("trigger", "the organization has none", absent=True)
    found = outcomes(drift(DriftReport(plan(), not_checked=(absent,))))
    assert found == {"every trigger": [("Skipped", "not checked")]}


def test_no_stack_is_no_suite() -> None:
    assert list(read_junit(drift())) == []


def test_every_file_is_a_test_case_of_validate() -> None:
    other = Diagnostic("GC208", "no such path")
    text = render_junit_diagnostics(
        [WRONG, NOTED, other], command="gcsync validate", files=["b.yaml", "c.yaml"], now=NOW
    )
    assert outcomes(text) == {
        "a.yaml": [("Failure", "GC104")],
        "b.yaml": [],
        "c.yaml": [],
        "gcsync validate": [("Failure", "GC208")],
    }
    (suite,) = read_junit(text)
    assert (suite.tests, suite.failures) == (4, 2)
    assert "warning[GC150]: b.yaml:2:1: every event" in text


@pytest.mark.parametrize("text", ["\x00\x01\x1b[31m", "\ud800", "\ufffe\uffff", "]]>", "<a>&b;", "a\r\nb"])
def test_what_xml_forbids_is_not_in_it(text: str) -> None:
    report = full_drift_report()
    hostile = replace(report.drifted[0], name=text, explanation=text)
    gap = NotChecked("stream", text, id=text, hint=text)
    blame = {hostile.address: replace(report.blame[hostile.address], who=text)}
    told = replace(report, drifted=(hostile,), not_checked=(gap,), blame=blame, look_alikes=())
    read_junit(drift(told))
    read_junit(render_junit_diagnostics([replace(WRONG, message=text, hint=text)], command="c", files=[text], now=NOW))


def test_no_secret_is_in_it() -> None:
    assert CANARY not in drift(full_drift_report())
