from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gcsync.explanations import explain
from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.model.drift import DriftReport
from gcsync.views.sarif import message_text, render_sarif_diagnostics, render_sarif_drift
from tests.views.factories import create, keep, plan
from tests.views.formats import full_drift_report, read_sarif
from tests.views.scenes import CANARY

WRONG = Diagnostic(
    "GC104", "must be https", place=Place("stacks/a.yaml", 3, 5, 9), path="streams.a", hint="write https"
)


def only_run(*reports: DriftReport, **how: Any) -> Any:
    (run,) = read_sarif(render_sarif_drift(reports, **how))["runs"]
    return run


def results(report: DriftReport, **how: Any) -> dict[tuple[str, str], Any]:
    """The results that have an address, by rule and address."""
    found = only_run(report, **how)["results"]
    return {(one["ruleId"], one["properties"]["address"]): one for one in found if "properties" in one}


def test_the_level_says_how_bad_it_is() -> None:
    assert {key: one["level"] for key, one in results(full_drift_report()).items()} == {
        ("GC715", "stream.conversations"): "warning",
        ("GC716", "stream.conversations"): "error",
        ("GC715", "stream.noted"): "warning",
        ("GC717", "stream.agents"): "warning",
        ("GC718", "stream.adopted"): "warning",
        ("GC719", "every trigger"): "error",
        ("GC719", "stream.masked"): "note",
    }


def test_a_finding_stands_at_its_line() -> None:
    (location,) = results(full_drift_report())["GC716", "stream.conversations"]["locations"]
    assert location == {
        "physicalLocation": {
            "artifactLocation": {"uri": "stacks/prod.yaml", "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 11, "startColumn": 5, "endColumn": 12},
        },
        "logicalLocations": [{"fullyQualifiedName": "stream.conversations", "kind": "resource"}],
    }


def test_a_file_is_named_from_the_current_folder_and_never_from_the_root() -> None:
    report = full_drift_report()
    moved = replace(report, plan=replace(report.plan, file="/repo/shared/my stack.yaml"))
    text = render_sarif_drift([moved], folder="/repo/gcsync")
    assert '"uri": "../shared/my%20stack.yaml"' in text
    assert '"/repo' not in text


def test_known_drift_is_suppressed_with_its_reason() -> None:
    known = results(full_drift_report())["GC715", "stream.noted"]
    (suppression,) = known["suppressions"]
    assert suppression["justification"] == "until the audit is over (until 2026-12-31)"
    assert suppression["location"]["physicalLocation"]["artifactLocation"]["uri"] == "drift-baseline.yaml"
    assert "suppressions" not in results(full_drift_report())["GC715", "stream.conversations"]


def test_a_fingerprint_is_of_the_finding_and_not_of_its_line_or_its_value() -> None:
    report = full_drift_report()
    (change,) = report.drifted
    attributes = tuple(replace(one, place=Place("b.yaml", 99, 1), before="other") for one in change.attributes)
    later = replace(report, drifted=(replace(change, attributes=attributes),))
    first, second = ([one["partialFingerprints"] for one in only_run(found)["results"]] for found in (report, later))
    assert first == second
    assert len({one["gcsyncFinding/v1"] for one in first}) == len(first)
    elsewhere = replace(report, plan=replace(report.plan, owner="contact-center@dev"))
    assert [one["partialFingerprints"] for one in only_run(elsewhere)["results"]] != first


def test_every_rule_has_the_text_of_its_explanation() -> None:
    run = only_run(full_drift_report())
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    for rule in rules:
        if (found := explain(rule["id"])) is not None:
            assert rule["shortDescription"]["text"] == found.title
            assert rule["help"]["text"].startswith(found.text)


def test_a_run_per_stack_each_with_an_id_of_its_own() -> None:
    reports = [DriftReport(plan(keep(), owner=owner)) for owner in ("a", "b@dev")]
    document = read_sarif(render_sarif_drift(reports))
    assert [run["automationDetails"]["id"] for run in document["runs"]] == ["gcsync/drift/a/", "gcsync/drift/b@dev/"]


def test_what_is_not_there_is_a_note_where_that_is_no_drift() -> None:
    gone = create("stream.gone")
    report = DriftReport(plan(gone), missing=(gone,))
    assert results(report, ignore_missing=True)["GC717", "stream.gone"]["level"] == "note"


def test_what_is_pending_is_no_result_and_is_told() -> None:
    run = only_run(full_drift_report())
    assert run["properties"]["pending"] == ["stream.conversations", "stream.legacy"]
    assert run["properties"]["lookAlikes"] == ["stream.agents: shadow (77aa)"]


def test_a_run_that_could_not_read_a_kind_did_not_succeed() -> None:
    assert only_run(full_drift_report())["invocations"][0]["executionSuccessful"] is False
    assert only_run(DriftReport(plan(keep())))["invocations"][0]["executionSuccessful"] is True


def test_no_stack_is_a_run_without_results() -> None:
    assert only_run()["results"] == []


def test_diagnostics_are_results_at_their_lines_and_others_are_told() -> None:
    other = Diagnostic("GC602", "no space left")
    warned = Diagnostic("GC150", "every event", Severity.WARNING, Place("b.yaml", 2, 1))
    text = render_sarif_diagnostics([WRONG, warned, other], command="validate", folder="/repo")
    (run,) = read_sarif(text)["runs"]
    found = [(one["ruleId"], one["level"], one["message"]["text"]) for one in run["results"]]
    assert found == [
        ("GC104", "error", "streams.a: must be https\nhint: write https"),
        ("GC150", "warning", "every event"),
    ]
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert (notification["descriptor"]["id"], run["invocations"][0]["executionSuccessful"]) == ("GC602", False)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[win](https://evil.example)", "[win] (https://evil.example)"),
        ("costs {0}", "costs {{0}}"),
        ("stream.a[0] {x}", "stream.a[0] {x}"),
    ],
)
def test_a_message_holds_neither_links_nor_placeholders(text: str, shown: str) -> None:
    assert message_text(text) == shown


@pytest.mark.parametrize("text", ["\x00\x1b[31m", "\ud800", "[a](b)", "{0}", "a\r\nb"])
def test_text_from_outside_leaves_the_document_whole(text: str) -> None:
    report = full_drift_report()
    hostile = replace(report.drifted[0], name=text)
    told = replace(report, drifted=(hostile,), plan=replace(report.plan, file=text, owner=text))
    read_sarif(render_sarif_drift([told], folder="/repo"))
    found = replace(WRONG, message=text, path=text, place=Place(text, 1, 1))
    read_sarif(render_sarif_diagnostics([found], command="validate"))


def test_no_secret_is_in_it() -> None:
    text = render_sarif_drift([full_drift_report()])
    assert (CANARY in text, text.isascii()) == (False, True)
