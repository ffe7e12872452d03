from __future__ import annotations

import json
import re
from dataclasses import replace
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.model.drift import DriftReport
from gcsync.views.annotations import (
    LIMIT,
    Annotation,
    Level,
    harmless,
    of_diagnostics,
    of_drift,
    of_plans,
    of_reports,
    render_annotations,
)
from tests.views.factories import create, plan
from tests.views.formats import full_drift_report
from tests.views.scenes import CANARY, apply_report, full_plan
from tests.views.test_hostile_text import HOSTILE, hostile_plan

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")
PLACE = Place("stacks/a.yaml", 14, 5, 9)


def only(message: str = "text", title: str = "GC104", place: Place | None = PLACE, **where: str) -> str:
    return render_annotations([Annotation(Level.ERROR, title, message, place)], **where)


def obeyed(text: str) -> list[str]:
    """The lines that GitHub's runner takes for commands: after leading white space `::`, or `##[` anywhere.

    Source: ActionCommand.cs of github.com/actions/runner, TryParseV2 (which trims the line) and TryParse.
    """
    return [line for line in re.split(r"[\n\r]", text) if line.strip().startswith("::") or "##[" in line]


def test_a_diagnostic_stands_at_its_line() -> None:
    found = Diagnostic("GC104", "must be https", place=PLACE, path="streams.a.url", hint="write https://")
    warning = Diagnostic("GC150", "every event", Severity.WARNING)
    assert render_annotations([*of_diagnostics([found, warning])]) == (
        "::error file=stacks/a.yaml,line=14,col=5,endColumn=9,title=GC104::"
        "streams.a.url: must be https%0Ahint: write https://\n"
        "::warning title=GC150::every event\n"
    )


def test_what_means_something_in_a_command_is_escaped() -> None:
    assert only("100 %\nnext: a,b\r", "a:b,c", Place("x,y:z%.yaml", 1, 2)) == (
        "::error file=x%2Cy%3Az%25.yaml,line=1,col=2,title=a%3Ab%2Cc::100 %25%0Anext: a,b\\r\n"
    )


def test_a_file_is_named_from_the_checkout() -> None:
    assert "file=gcsync/stacks/a.yaml," in only(folder="/repo/gcsync", root="/repo")


def test_what_lies_outside_of_the_checkout_is_named_in_the_text() -> None:
    outside = only(place=Place("/elsewhere/a.yaml", 3, 1), folder="/repo", root="/repo")
    assert outside == "::error title=GC104::/elsewhere/a.yaml:3:1: text\n"


def test_of_each_level_ten_are_shown_and_the_last_says_how_many_more() -> None:
    many = [Annotation(level, "t", f"{number}") for level in (Level.NOTICE, Level.ERROR) for number in range(LIMIT + 5)]
    lines = render_annotations(many).splitlines()
    assert [line.split()[0] for line in lines] == ["::error"] * LIMIT + ["::notice"] * LIMIT
    assert lines[LIMIT - 1] == (
        "::error title=gcsync::6 more of this level: the log and the report of this step have them all"
    )
    assert len(render_annotations(many[:LIMIT]).splitlines()) == LIMIT
    assert "more" not in render_annotations(many[:LIMIT])


def test_what_is_said_twice_is_shown_once() -> None:
    assert len(render_annotations([Annotation(Level.ERROR, "t", "text")] * 3).splitlines()) == 1


def test_a_plan_notes_each_change_and_warns_of_what_is_lost() -> None:
    found = {one.message: (one.level, one.title) for one in of_plans([full_plan()])}
    assert len(found) == len(full_plan().active)
    assert found["create stream.agents"] == (Level.NOTICE, "gcsync plan: create")
    assert found["DELETE stream.legacy (aws-eventbridge-stream), no longer declared"][0] is Level.WARNING
    warned = [message.split()[0] for message, (level, _) in found.items() if level is Level.WARNING]
    assert sorted(warned) == ["DELETE", "REPLACE", "update"]


def test_drift_warns_and_a_kind_that_nobody_read_is_an_error() -> None:
    found = [(one.level, one.title) for one in of_drift([full_drift_report()])]
    assert found == [
        (Level.WARNING, "GC715"),
        (Level.WARNING, "GC716"),
        (Level.WARNING, "GC717"),
        (Level.WARNING, "GC718"),
        (Level.ERROR, "GC719"),
        (Level.NOTICE, "GC719"),
    ]


def test_what_an_apply_did_not_do_is_told_at_the_resource() -> None:
    report = apply_report()
    placed = tuple(replace(one, change=replace(one.change, place=PLACE)) for one in report.outcomes)
    found = [(one.level, one.title, one.place) for one in of_reports([replace(report, outcomes=placed)])]
    assert found == [
        (Level.ERROR, "GC510", PLACE),
        (Level.ERROR, "GC512", PLACE),
        (Level.WARNING, "GC511", PLACE),
    ]


def test_what_is_not_there_is_a_notice_where_that_is_no_drift() -> None:
    gone = create("stream.gone")
    (found,) = of_drift([DriftReport(plan(gone), missing=(gone,))], ignore_missing=True)
    assert found.level is Level.NOTICE


@pytest.mark.parametrize("text", [*HOSTILE, "::error::x", "##[error]x", "%0A::error::x"], ids=range(len(HOSTILE) + 3))
def test_a_hostile_name_makes_no_command_of_its_own(text: str) -> None:
    """Each line is one of ours, and holds the text whole: nothing of it ends the command or begins another."""
    whole = hostile_plan(text)
    named = whole.changes
    report = DriftReport(whole, named, named, named, named, whole.not_checked)
    found = [*of_plans([whole]), *of_drift([report]), *of_diagnostics(whole.diagnostics)]
    for line in render_annotations(found).splitlines():
        match = COMMAND.fullmatch(line)
        assert match is not None, line
        assert all("=" in part for part in match[2].split(","))
        assert "##[" not in line
        assert unquote(match[3]).isprintable() or "\n" in unquote(match[3])


@given(st.text(st.sampled_from("a:# [\n\r\t\x0b\u2028"), max_size=12))
def test_harmless_text_is_obeyed_by_nobody(text: str) -> None:
    shown = harmless(text)
    assert obeyed(shown) == []
    assert shown.replace("\\", "") == text


@pytest.mark.parametrize("text", ["a :: b", "a::b", "## [x]", "# [x]", "##\u00e9[", ""])
def test_harmless_text_is_left_as_it_is(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("word", ["vso", "teamcity"])
def test_nor_is_there_a_command_of_another_runner(word: str) -> None:
    assert harmless(f"x ##{word}[task.setvariable]") == f"x ##{word}\\[task.setvariable]"


def test_json_is_made_harmless_without_another_meaning() -> None:
    document = {"name": "##[error]x", "other": "::error::x"}
    text = harmless(json.dumps(document))
    assert (obeyed(text), json.loads(text)) == ([], document)


def test_no_secret_is_in_it() -> None:
    assert CANARY not in render_annotations([*of_plans([full_plan()]), *of_drift([full_drift_report()])])
