"""What changed outside gcsync, and with which exit code."""

from __future__ import annotations

import json

import pytest

from tests.e2e.workplace import Hand, Workplace


@pytest.fixture
def applied(work: Workplace) -> Workplace:
    work.stack("conversations", "agents")
    assert work.gcsync("apply", "--auto-approve").code == 0
    return work


def test_nothing_changed(applied: Workplace) -> None:
    ran = applied.gcsync("drift")
    assert (ran.last_line, ran.code) == ("No drift. The organization matches the stack.", 0)


def test_a_change_by_hand_is_drift_and_apply_repairs_it(applied: Workplace, hand: Hand) -> None:
    hand.change("conversations", enabled=False)
    ran = applied.gcsync("drift")
    assert (ran.last_line, ran.code) == (
        "Drift: 1 drifted, 0 missing, 0 not adopted, 0 pending, 0 not checked.",
        2,
    )
    assert applied.gcsync("apply", "--auto-approve").code == 0
    assert applied.gcsync("drift").code == 0


def test_an_edit_that_is_not_applied_yet_is_pending_and_no_drift(applied: Workplace) -> None:
    applied.stack("conversations", "agents", description="Edited in Git")
    ran = applied.gcsync("drift")
    assert (ran.last_line, ran.code) == (
        "Drift: 0 drifted, 0 missing, 0 not adopted, 2 pending, 0 not checked.",
        0,
    )


def test_a_deleted_object_is_missing(applied: Workplace, hand: Hand) -> None:
    hand.delete("agents")
    assert applied.gcsync("drift").code == 2
    ran = applied.gcsync("drift", "--ignore-missing")
    assert (ran.last_line, ran.code) == (
        "Drift: 0 drifted, 1 missing, 0 not adopted, 0 pending, 0 not checked.",
        0,
    )


def test_an_object_without_its_marker_is_not_adopted(applied: Workplace, hand: Hand) -> None:
    hand.change("agents", description="For analytics")
    ran = applied.gcsync("drift")
    assert (ran.last_line, ran.code) == (
        "Drift: 0 drifted, 0 missing, 1 not adopted, 0 pending, 0 not checked.",
        2,
    )


def test_json_is_the_document_of_the_plan(applied: Workplace, hand: Hand) -> None:
    hand.change("conversations", enabled=False)
    hand.delete("agents")
    ran = applied.gcsync("drift", "--format", "json")
    document = ran.document
    assert ran.code == 2
    assert [entry["address"] for entry in document["resource_drift"]] == ["stream.conversations"]
    assert [entry["address"] for entry in document["gcsync"]["missing"]] == ["stream.agents"]


def test_a_kind_that_cannot_be_read_is_an_error(applied: Workplace, hand: Hand) -> None:
    hand.scopes("event:stream:write")
    ran = applied.gcsync("drift")
    assert (ran.code, "event:stream:read" in ran.err) == (1, True)


def test_whoever_is_to_be_notified_is_told_once(applied: Workplace, hand: Hand) -> None:
    url = "json://user:s3cret-token@127.0.0.1:9/"
    hand.change("conversations", enabled=False)
    first = applied.gcsync("drift", "--confirm", "2", GCSYNC_NOTIFY=url)
    second = applied.gcsync("drift", "--confirm", "2", GCSYNC_NOTIFY=url)
    assert (first.code, second.code) == (2, 2)
    assert "GC757" not in first.err, "it was seen once only"
    assert "GC757" in second.err, "nothing listens there"
    assert "s3cret" not in second.out + second.err
    assert (applied.folder / ".gcsync" / "drift-told.json").exists()


@pytest.mark.parametrize("arguments", [(), ("--baseline", "nowhere.yaml")], ids=["403", "no baseline"])
def test_whoever_is_to_be_notified_hears_that_nobody_could_look(
    applied: Workplace, hand: Hand, arguments: tuple[str, ...]
) -> None:
    hand.scopes(*(() if arguments else ("event:stream:write",)))
    ran = applied.gcsync("drift", *arguments, GCSYNC_NOTIFY="json://user:s3cret-token@127.0.0.1:9/")
    assert (ran.code, "json:// did not take" in ran.err, "s3cret" in ran.err) == (1, True, False)
    told = json.loads((applied.folder / ".gcsync" / "drift-told.json").read_text(encoding="utf-8"))
    assert list(told["stacks"]) == [f"job: {applied.folder.name}"]
