"""Names and values that somebody else chose: no text view lets them act on a terminal, whatever they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, Place
from gcsync.model.drift import Accepted, Blame, DriftReport, KnownDrift, LookAlike, Owned
from gcsync.model.outcome import Outcome, Report, Status
from gcsync.model.plan import Action, Change, NotChecked, Plan
from gcsync.model.resource import Organization
from gcsync.views.annotations import of_diagnostics, of_drift, of_plans, render_annotations
from gcsync.views.diagnostics import render_diagnostics
from gcsync.views.junit import render_junit_drift
from gcsync.views.prometheus import render_prometheus_drift
from gcsync.views.sarif import render_sarif_drift
from gcsync.views.style import Style, cells
from gcsync.views.text_drift import render_drift
from gcsync.views.text_list import render_list
from gcsync.views.text_plan import render_plan, render_target
from gcsync.views.text_report import render_report
from tests.views.factories import attributes, change, plan, target
from tests.views.formats import NOW

HOSTILE = (
    "a | b",
    "<script>alert(1)</script>",
    "`code` ```fence```",
    "one\ntwo\r\n  + create  stream.fake\n\nPlan: 0 to create",
    "\x1b[2J\x1b]0;title\x07\x1b[31mred",
    "\x9b31m\x90q\x9c",
    "safe\u202egpj.exe\u2066\u200f",
    "x" * 3000,
    "word " * 600,
    "日本語の説明" * 80,
    "e\u0301" * 300 + "👩\u200d👩\u200d👧",
    '"quoted" \\ and \\n',
    "\ud800",
    "",
    "\n\n\n",
)
WIDTHS = (40, 80, 200)


def hostile_plan(text: str, other: str = "x") -> Plan:
    """A plan with the text wherever somebody else's text can be."""
    block = {"protocol": "https", "url": text, "headers": {text: text, "Y": text}}
    before = attributes(description=text, name=text, destinations=[block], event_types=[text, "z"])
    after = attributes(description=other, name=other, destinations=[block | {"url": other}], event_types=["z", other])
    changes = (
        change(Action.ADOPT, "stream.a", before, after, explanation=text),
        change(Action.CREATE, "stream.b", None, before),
        change(Action.DELETE, "stream.c", before, None, explanation=text),
        change(Action.UPDATE, "stream.d", after, before, temporary_name=text),
    )
    found = Diagnostic("GC401", text, place=Place("a.yaml", 1, 3, 5), path=text, source_line=text, hint=text)
    gaps = (NotChecked("stream", text, id=text, attribute=text, hint=text),)
    organization = target(organization=Organization(text, text), region=text, client=text, api_url=text)
    return plan(
        *changes, target=organization, diagnostics=(found,), refusals=(found,), not_checked=gaps, file=text, owner=text
    )


def hostile_report(whole: Plan, named: tuple[Change, ...], text: str) -> DriftReport:
    """A drift report with the text wherever an audit API, another's object or a baseline can put it."""
    blame = {one.address: Blame(text, text, text, text, text, attributes=(text, text)) for one in named}
    known = tuple(
        KnownDrift(replace(one, attributes=(attribute,)), Accepted(one.address, text, text, date(2026, 12, 31)))
        for one in named
        for attribute in one.attributes
    )
    told = DriftReport(whole, named, named, named, named, whole.not_checked, known=known, blame=blame, older=named)
    twins = tuple(LookAlike(one.address, text, text) for one in named)
    addresses = frozenset(one.address for one in named)
    return replace(told, look_alikes=twins, overdue=addresses, undated=addresses, baseline=whole.diagnostics)


def every_text(whole: Plan, text: str, style: Style) -> Iterator[str]:
    """What each text view makes of it."""
    named = tuple(found for found in whole.changes if found.action is not Action.CREATE)
    yield render_plan([whole, whole], style)
    yield render_target(whole.target)
    yield render_drift([hostile_report(whole, named, text)] * 2, style)
    outcomes = [
        Outcome(found, status, found.action, text, whole.diagnostics[0], text) for found in named for status in Status
    ]
    yield render_report([Report(text, tuple(outcomes), 2)] * 2, style)
    yield render_list([Owned("stream", text, text, text, text, False, text)] * 2, style)
    yield render_diagnostics(whole.diagnostics, style)
    report = DriftReport(whole, named, named, named, named, whole.not_checked)
    yield render_junit_drift([report], now=NOW)
    yield render_sarif_drift([report])
    yield render_prometheus_drift([report], now=NOW)
    yield render_annotations([*of_plans([whole]), *of_drift([report]), *of_diagnostics(whole.diagnostics)])


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_but_printable_text_and_newlines_comes_out(text: str, width: int) -> None:
    for drawn in every_text(hostile_plan(text), text, Style(width=width)):
        assert all(line.isprintable() for line in drawn.split("\n"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(), st.text())
def test_nothing_but_printable_text_comes_out_of_any_text(text: str, other: str) -> None:
    for drawn in every_text(hostile_plan(text, other), text, Style(width=60)):
        assert all(line.isprintable() for line in drawn.split("\n"))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_with_colours_only_colours_are_added(text: str) -> None:
    plain, painted = (
        list(every_text(hostile_plan(text), text, Style(color=color, width=80))) for color in (False, True)
    )
    assert [_without_colours(drawn) for drawn in painted] == plain


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("width", WIDTHS)
def test_values_keep_to_the_width(text: str, width: int) -> None:
    """What is laid out: everything but the first line of a diagnostic, its hint, and titles."""
    changes = replace(hostile_plan(text), diagnostics=(), refusals=(), left_out=(Address("stream", "k" * 60),) * 9)
    drawn = render_plan([changes], Style(width=width))
    *lines, closing = drawn.rstrip("\n").split("\n")
    assert closing.startswith("Plan: ")
    assert max(map(cells, lines)) <= width


@pytest.mark.parametrize("text", HOSTILE[3:5])
def test_a_name_cannot_pretend_to_be_another_line(text: str) -> None:
    for drawn in every_text(hostile_plan(text), text, Style(width=200)):
        assert not any(line.startswith(("  + create  stream.fake", "Plan: 0 to create")) for line in drawn.split("\n"))


def _without_colours(text: str) -> str:
    for code in ("0", "1", "2", "31", "32", "33", "36", "1;31", "1;33", "1;35"):
        text = text.replace(f"\x1b[{code}m", "")
    return text
