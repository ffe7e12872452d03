"""What `verify` found, as text, JSON and JUnit XML."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gcsync.model.check import Check, CheckStatus
from gcsync.model.diagnostic import Place
from gcsync.views.json_verify import render_json_verify
from gcsync.views.junit_verify import render_junit_verify
from gcsync.views.style import Style
from gcsync.views.text_verify import render_trial, render_verify
from tests.views.formats import NOW, read_junit
from tests.views.test_hostile_text import HOSTILE


def check(name: str, status: CheckStatus, message: str = "m", hint: str = "", code: str = "", **more: str) -> Check:
    return Check(name, status, message, hint, code, **({"about": "one", "address": "stream.a"} | more))


CHECKS = [
    check("exists", CheckStatus.OK, "id 1"),
    check("event_types", CheckStatus.WARN, "every event", "list them", "GC822"),
    check("dns", CheckStatus.FAIL, "unknown", "publish it", "GC824"),
    check("address", CheckStatus.NOT_CHECKED, "dns failed"),
    check("tls", CheckStatus.NOT_CHECKED, "dns failed"),
    check("handshake", CheckStatus.NOT_CHECKED, "another reason"),
]


def test_as_text_there_is_a_heading_per_resource_and_what_was_not_checked_for_one_reason_shares_a_line() -> None:
    assert (
        render_verify([*CHECKS, check("exists", CheckStatus.OK, "id 2", address="stream.b")], Style())
        == """\
stream.a
ok    exists: id 1
warn  event_types[GC822]: every event
        hint: list them
fail  dns[GC824]: unknown
        hint: publish it
-     address, tls: not checked: dns failed
-     handshake: not checked: another reason

stream.b
ok    exists: id 2

2 ok, 1 warn, 1 fail, 3 not checked.
"""
    )


def test_where_there_are_several_stacks_the_heading_says_which() -> None:
    text = render_verify([check("exists", CheckStatus.OK), check("exists", CheckStatus.OK, about="two")], Style())
    assert [line for line in text.splitlines() if line.startswith("stream")] == ["stream.a (one)", "stream.a (two)"]


def test_the_junit_tells_the_line_of_the_stack_file() -> None:
    placed = check("dns", CheckStatus.FAIL, "unknown", "publish it", "GC824")
    text = render_junit_verify([replace(placed, place=Place("stacks/a.yaml", 9, 16))], now=NOW)
    assert "stacks/a.yaml:9:16: unknown\nhint: publish it" in text


def test_the_json_has_the_same_keys_for_every_check() -> None:
    text = render_json_verify(CHECKS[1:2] + CHECKS[:1])
    assert text.count("\n") == 1
    assert json.loads(text)["checks"] == [
        {
            "address": "stream.a",
            "check": "event_types",
            "status": "warn",
            "message": "every event",
            "hint": "list them",
            "stack": "one",
            "code": "GC822",
        },
        {"address": "stream.a", "check": "exists", "status": "ok", "message": "id 1", "hint": "", "stack": "one"},
    ]


def test_in_junit_a_failure_fails_what_was_not_checked_is_skipped_and_a_warning_passes() -> None:
    (suite,) = read_junit(render_junit_verify(CHECKS, now=NOW))
    found = {case.name: [(type(one).__name__, one.type, one.message) for one in case.result] for case in suite}
    assert found == {
        "exists": [],
        "event_types": [],
        "dns": [("Failure", "GC824", "unknown")],
        "address": [("Skipped", "address", "dns failed")],
        "tls": [("Skipped", "tls", "dns failed")],
        "handshake": [("Skipped", "handshake", "another reason")],
    }
    assert {case.classname for case in suite} == {"stream.a"}
    assert (suite.tests, suite.failures, suite.skipped) == (6, 1, 3)
    warned = next(case for case in suite if case.name == "event_types")
    assert warned.system_out == "warn: every event\nhint: list them"


def test_every_stack_is_a_suite() -> None:
    suites = read_junit(render_junit_verify([*CHECKS, check("exists", CheckStatus.OK, about="two")], now=NOW))
    assert [(suite.name, suite.tests) for suite in suites] == [("one", 6), ("two", 1)]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_server_said_acts_on_no_terminal_and_breaks_no_document(text: str) -> None:
    found = [check("dns", status, text, text, address=text, about=text) for status in CheckStatus]
    for shown in (render_verify(found, Style()), render_trial(found, Style())):
        assert all(character.isprintable() for character in shown.replace("\n", ""))
    read_junit(render_junit_verify(found, now=NOW))
    assert len(json.loads(render_json_verify(found))["checks"]) == 4
