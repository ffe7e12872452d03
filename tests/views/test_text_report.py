from __future__ import annotations

from dataclasses import replace

from gcsync.model.outcome import Outcome, Report, Status
from gcsync.model.plan import Action
from gcsync.views.style import Style
from gcsync.views.text_report import render_report
from tests.views.factories import create
from tests.views.golden import golden
from tests.views.scenes import apply_report

CLOSING = "Applied: 1 created, 0 updated, 0 replaced, 0 deleted, 0 adopted, 0 failed, 0 skipped."


def test_a_report_with_every_status() -> None:
    assert render_report([apply_report()], Style(width=80)) == golden("report")


def test_a_report_of_success_is_a_line_per_change() -> None:
    report = Report("contact-center", (Outcome(create(), Status.DONE, Action.CREATE, "0f9a"),))
    assert render_report([report], Style(width=80)) == (
        f' ok stream.conversations  "aws-eventbridge-stream": created (id 0f9a)\n\n{CLOSING}\n'
    )


def test_nothing_to_do_is_the_closing_line_alone() -> None:
    assert render_report([Report("a", ())], Style()) == CLOSING.replace("1 created", "0 created") + "\n"


def test_several_stacks_have_a_header_each_and_one_closing_line() -> None:
    text = render_report([apply_report(), replace(apply_report(), stack="other", interrupted=15)], Style(width=80))
    assert [line for line in text.splitlines() if line.startswith("Stack")] == ["Stack contact-center", "Stack other"]
    assert text.endswith(
        "2 objects written, not verified: they could not be read back.\n"
        "Interrupted: nothing more was begun.\n"
        "Applied: 2 created, 2 updated, 0 replaced, 2 deleted, 4 adopted, 4 failed, 2 skipped.\n"
    )
