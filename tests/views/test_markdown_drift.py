from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.model.drift import Accepted, Blame, DriftReport, KnownDrift, LookAlike
from gcsync.model.plan import Reason
from gcsync.views.markdown_drift import render_markdown_drift
from gcsync.views.markdown_marker import read_marker
from tests.views.factories import create, delete, keep, plan, update
from tests.views.golden import golden
from tests.views.markdown_reading import read
from tests.views.scenes import CANARY, NO_TRIGGERS, drift_report

CALLS = Address("stream", "conversations")
BASELINE = Place("drift-baseline.yaml", 4, 5)


def whole_report() -> DriftReport:
    """One of each, with all that can be asked for: who did it, a baseline, look-alikes."""
    report = drift_report()
    accepted = Accepted(
        Address("stream", "vip"), "enabled", "off until #12 is done", date(2026, 12, 31), place=BASELINE
    )
    known = update({"enabled": True}, {"enabled": False}, reasons=Reason.DRIFT)
    expired = Diagnostic(
        "GC700",
        "the entry expired on 2026-11-01",
        Severity.WARNING,
        BASELINE,
        "stream.old",
        hint="settle it, or renew it",
    )
    return replace(
        report,
        known=(KnownDrift(replace(known, address=accepted.address), accepted),),
        blame={
            CALLS: Blame("jo@example.com", "6c1e0f2a", "2026-11-24T10:00:00Z", "UPDATE"),
            report.missing[0].address: Blame(why="the audit API keeps 30 days"),
        },
        look_alikes=(LookAlike(CALLS, "77aa", "shadow"),),
        baseline=(expired,),
    )


def test_a_report_with_everything_in_it() -> None:
    assert render_markdown_drift([whole_report()]) == golden("drift", "md")


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (DriftReport(plan(keep())), "🟢 contact-center: no drift."),
        (DriftReport(plan(keep()), pending=(delete(),)), "🟢 contact-center: no drift; 1 pending."),
        (
            DriftReport(plan(keep()), missing=(create(),), not_checked=(NO_TRIGGERS,)),
            "🔴 contact-center: 1 MISSING; 1 not checked.",
        ),
        (
            DriftReport(plan(keep(), diagnostics=(Diagnostic("GC401", "owned by another stack"),))),
            "🔴 contact-center: Not everything could be compared.",
        ),
    ],
)
def test_the_first_line_says_it_all(report: DriftReport, line: str) -> None:
    assert read(render_markdown_drift([report])).headings == [line]


def test_several_stacks_have_a_heading_each() -> None:
    headings = read(render_markdown_drift([drift_report(), drift_report()])).headings
    assert headings[0].startswith("🔴 2 stacks: 2 DRIFTED, 2 MISSING, 2 NOT ADOPTED;")
    assert headings[1:] == ["Stack contact-center"] * 2


def test_a_stack_without_drift_is_a_line_at_the_end() -> None:
    quiet = DriftReport(plan(keep(), owner="quiet"))
    text = render_markdown_drift([quiet, drift_report()])
    assert read(text).headings[1:] == ["Stack contact-center"]
    assert text.endswith("**No drift**\n\n- `quiet`: 1 unchanged, file `stacks/prod.yaml`\n")


def test_an_attribute_tells_what_was_last_applied() -> None:
    text = render_markdown_drift([drift_report()])
    assert (
        '- description: "Conversations and agent states"\n+ description: "Old"  # last applied: as declared\n' in text
    )
    assert "! enabled: CONFLICT: the stack changed this too, since the last apply" in text
    assert "nobody knows" in text


def test_each_item_ends_with_the_commands_that_settle_it() -> None:
    report = drift_report()
    at_home = replace(report, plan=replace(report.plan, environment="prod"))
    code = read(render_markdown_drift([at_home])).code
    assert any(
        "gcsync apply stacks/prod.yaml --env prod --target stream.conversations\n" in block
        and "gcsync accept stacks/prod.yaml --env prod --target stream.conversations\n" in block
        for block in code
    )
    assert any("gcsync apply stacks/prod.yaml --env prod --target stream.agents\n" in block for block in code)


def test_nobody_is_named_where_nobody_can_tell() -> None:
    report = replace(drift_report(), blame={CALLS: Blame(why="no audit for this kind")})
    assert "changed by: unknown (no audit for this kind)" in render_markdown_drift([report])


def test_the_digest_is_without_times() -> None:
    reports = [drift_report(), whole_report(), replace(whole_report(), blame={})]
    plain, told, untold = (read_marker(render_markdown_drift([report])) for report in reports)
    assert told == untold != plain


def test_the_marker_tells_of_drift_alone() -> None:
    for report, found in ((drift_report(), True), (DriftReport(plan(keep()), pending=(delete(),)), False)):
        marker = read_marker(render_markdown_drift([report]))
        assert marker is not None
        assert (marker.kind, marker.found) == ("drift", found)


def test_no_secret_is_shown() -> None:
    assert CANARY not in render_markdown_drift([drift_report()])
