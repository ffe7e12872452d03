"""`--format html` on the command line: the same page from a fresh plan, a saved one, and for drift."""

from __future__ import annotations

import pytest

from tests.e2e.workplace import Hand, Workplace
from tests.views.page import Page


@pytest.fixture
def edited(work: Workplace, hand: Hand) -> Workplace:
    """A stack that was applied, changed by hand, and edited."""
    work.stack("calls", "agents", "chats", "old")
    assert work.gcsync("apply", "--auto-approve").code == 0
    hand.change("calls", enabled=False)
    work.stack("calls", "agents", "chats", "new")
    return work


def items(html: str) -> dict[str, str]:
    return {item["id"]: item["group"] for item in Page(html).data()["items"]}


def test_a_plan_is_a_page_fresh_and_saved(edited: Workplace) -> None:
    fresh = edited.gcsync("plan", "--format", "html", "--out", "plan.json")
    saved = edited.gcsync("show", "plan.json", "--format", "html")
    assert (fresh.code, saved.code) == (0, 0)
    assert items(fresh.out) == items(saved.out)
    assert items(fresh.out) == {
        "stream.old": "delete",
        "stream.calls": "update",
        "stream.new": "create",
        "stream.agents": "no-op",
        "stream.chats": "no-op",
    }


def test_drift_is_a_page_with_the_exit_code_of_drift(edited: Workplace) -> None:
    ran = edited.gcsync("drift", "--format", "html")
    assert ran.code == 2
    assert items(ran.out)["stream.calls"] == "drifted"
    assert items(ran.out)["stream.old~pending"] == "pending"
