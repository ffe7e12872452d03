"""The plan and the drift report as a pull request and an issue show them."""

from __future__ import annotations

import json

import pytest

from gcsync.views.markdown_marker import read_marker
from tests.e2e.workplace import Hand, Workplace
from tests.views.markdown_reading import read


@pytest.fixture
def applied(work: Workplace) -> Workplace:
    work.stack("conversations", "agents")
    assert work.gcsync("apply", "--auto-approve").code == 0
    return work


def test_a_plan_is_one_document_and_nothing_else_on_stdout(applied: Workplace) -> None:
    applied.stack("conversations", "more", description="Edited")
    ran = applied.gcsync("plan", "--format", "markdown", "--out", "reviewed.plan", "--detailed-exitcode")
    assert ran.code == 2
    marker = read_marker(ran.out)
    assert marker is not None
    assert (marker.kind, marker.stacks, marker.found) == ("plan", ("contact-center",), True)
    found = read(ran.out)
    assert found.headings[0].startswith("🔴 contact-center: 1 to DELETE, 1 to create, 1 to update")
    assert (found.wrong, found.live) == ([], [])
    assert [row[:2] for row in found.rows[1:]] == [
        ["DELETE", "stream.agents"],
        ["create", "stream.more"],
        ["update", "stream.conversations"],
    ]
    assert '- description: "For analytics"\n+ description: "Edited"' in ran.out
    assert applied.gcsync("show", "reviewed.plan", "--format", "markdown").out == ran.out


def test_drift_names_what_differs_and_how_to_settle_it(applied: Workplace, hand: Hand) -> None:
    hand.change("conversations", enabled=False)
    ran = applied.gcsync("drift", "--format", "markdown")
    assert ran.code == 2
    marker = read_marker(ran.out)
    assert marker is not None
    assert (marker.kind, marker.found) == ("drift", True)
    assert read(ran.out).headings == ["🔴 contact-center: 1 DRIFTED."]
    assert "\n- enabled: true\n+ enabled: false" in ran.out
    assert "\ngcsync apply stacks/contact-center.yaml --target stream.conversations\n" in ran.out


def test_a_hostile_name_in_the_organization_stays_text(work: Workplace, hand: Hand) -> None:
    name = "a | b @octocat #12 <img src=x> `code` [x](https://evil.example)"
    hand.create(name)
    path = work.stack("conversations")
    work.write("stacks/contact-center.yaml", path.read_text("utf-8") + f"    name: '{name}'\n")
    ran = work.gcsync("plan", "--format", "markdown")
    found = read(ran.out)
    assert (found.wrong, found.live) == ([], [])
    assert found.rows[1][:2] == ["adopt", f'stream.conversations"{name}"']


def test_the_counts_for_gitlab_are_the_plan_s(applied: Workplace) -> None:
    applied.stack("conversations", "more", description="Edited")
    ran = applied.gcsync("plan", "--format", "gitlab")
    assert (json.loads(ran.out), ran.code) == ({"create": 1, "update": 1, "delete": 1}, 0)
