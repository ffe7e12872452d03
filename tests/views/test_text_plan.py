from __future__ import annotations

import pytest

from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.plan import Plan
from gcsync.views.style import Style
from gcsync.views.text_plan import closing_line, render_plan, render_target
from tests.views.factories import create, delete, keep, plan, target
from tests.views.golden import golden
from tests.views.scenes import NO_TRIGGERS, REFUSED, full_plan, small_plans


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_plan_with_everything_in_it(width: int) -> None:
    assert render_plan([full_plan()], Style(width=width)) == golden(f"plan_{width}")


def test_several_stacks_have_a_header_each_and_one_closing_line() -> None:
    assert render_plan(small_plans(), Style(width=80)) == golden("plan_two_stacks")


def test_colours_change_nothing_but_colours() -> None:
    painted = render_plan([full_plan()], Style(color=True, width=80))
    assert _without_colours(painted) == golden("plan_80")
    assert "\x1b[1;31m  - DELETE  stream.legacy\x1b[0m" in painted


def test_what_does_not_change_is_only_counted() -> None:
    assert render_plan([plan(keep())], Style()) == "No changes. The organization matches the stack.\n"


@pytest.mark.parametrize(
    ("plans", "line"),
    [
        ([plan(create())], "Plan: 1 to create, 0 to update, 0 to replace, 0 to delete, 0 to adopt, 0 unchanged."),
        (
            [plan(create(), keep()), plan(delete())],
            "Plan: 1 to create, 0 to update, 0 to replace, 1 to delete, 0 to adopt, 1 unchanged.",
        ),
        ([plan(keep()), plan(keep())], "No changes. The organization matches the stacks."),
        ([plan()], "No changes. Nothing is declared and nothing is owned."),
        ([plan(keep(), not_checked=(NO_TRIGGERS,))], "No changes. What was looked at matches (1 not checked)."),
        (
            [plan(keep(), left_out=(Address("stream", "a"), Address("stream", "b")))],
            "No changes. What was looked at matches (2 resources left out).",
        ),
        (
            [plan(keep(), diagnostics=(Diagnostic("GC401", "owned by another stack"),))],
            "Plan: 0 to create, 0 to update, 0 to replace, 0 to delete, 0 to adopt, 1 unchanged.",
        ),
    ],
)
def test_the_closing_line(plans: list[Plan], line: str) -> None:
    assert closing_line(plans) == line
    assert render_plan(plans, Style()).endswith(f"{line}\n")


def test_a_refusal_stands_last() -> None:
    *_, heading, refusal, closing = render_plan([plan(delete(), refusals=(REFUSED,))], Style()).split("\n\n")
    assert heading == "apply refuses this plan:"
    assert refusal.startswith("error[GC420]: 1 of 2 objects would be deleted")
    assert closing.startswith("Plan: ")


@pytest.mark.parametrize(
    ("overrides", "line"),
    [
        ({}, "Organization Example Ltd, us-east-1, as client 6c1e0f2a…"),
        ({"client": "short"}, "Organization Example Ltd, us-east-1, as client short"),
        ({"api_url": "http://127.0.0.1:8081"}, None),
        ({"client": "\x1b[2J"}, "Organization Example Ltd, us-east-1, as client \\x1b[2J"),
    ],
)
def test_the_target_is_named(overrides: dict[str, str], line: str | None) -> None:
    at_emulator = "Organization Example Ltd, us-east-1, as client 6c1e0f2a…, at http://127.0.0.1:8081"
    assert render_target(target(**overrides)) == (line or at_emulator)


def _without_colours(text: str) -> str:
    from rich.text import Text

    return Text.from_ansi(text).plain
