"""How much one run may take away, as a person meets it: what is refused, in which words, and the way round."""

from __future__ import annotations

import pytest

from tests.e2e.workplace import Hand, Workplace, stack

PROTECTED = "    lifecycle: {prevent_destroy: true}\n"
EMPTY = "version: 1\nstack: contact-center\n"


def names(hand: Hand) -> list[str]:
    return sorted(stream["name"] for stream in hand.streams())


def apply_first(work: Workplace, *keys: str) -> None:
    work.stack(*keys)
    assert work.gcsync("apply", "--auto-approve").code == 0


@pytest.mark.parametrize("text", [EMPTY, f"{EMPTY}streams: {{}}\n", f"{EMPTY}streams:\n"])
def test_a_stack_without_resources_is_no_order_to_delete(work: Workplace, hand: Hand, text: str) -> None:
    apply_first(work, "a", "b")
    work.write("stacks/contact-center.yaml", text)
    ran = work.gcsync("apply", "--auto-approve")
    assert (ran.code, names(hand)) == (1, ["a", "b"])
    if "GC420" in ran.out:
        assert "gcsync destroy" in ran.out
        assert work.gcsync("destroy", "--auto-approve").code == 0
        assert names(hand) == []


def test_an_empty_file_is_an_error(work: Workplace, hand: Hand) -> None:
    apply_first(work, "a", "b")
    work.write("stacks/contact-center.yaml", "")
    assert (work.gcsync("plan").code, work.gcsync("apply", "--auto-approve").code) == (1, 1)
    assert names(hand) == ["a", "b"]


def test_a_stack_file_that_is_gone_from_its_folder_takes_nothing_with_it(work: Workplace, hand: Hand) -> None:
    apply_first(work, "a", "b")
    work.stack("c", name="other")
    work.folder.joinpath("stacks/contact-center.yaml").unlink()
    assert work.gcsync("apply", "stacks", "--auto-approve").code == 0
    assert names(hand) == ["a", "b", "c"]


def test_a_part_that_is_gone_is_held_to_the_limit(work: Workplace, hand: Hand) -> None:
    work.write("stacks/all.yaml", f"{EMPTY}include: [parts/*.yaml]\n")
    for part, keys in (("one", "ab"), ("two", "cd")):
        streams = stack(*keys).partition("streams:")[2]
        work.write(f"stacks/parts/{part}.yaml", f"version: 1\nstreams:{streams}")
    assert work.gcsync("apply", "--auto-approve").code == 0
    work.folder.joinpath("stacks/parts/two.yaml").unlink()
    ran = work.gcsync("apply", "--auto-approve")
    assert (ran.code, len(names(hand))) == (1, 4)
    assert "2 of 4 objects (50 %) would be deleted or replaced, more than max_delete_percent: 30" in ran.out
    work.folder.joinpath("stacks/parts/one.yaml").unlink()
    assert work.gcsync("apply", "--auto-approve").code == 1
    assert len(names(hand)) == 4


def test_a_refused_plan_is_shown_is_not_applyable_and_exits_by_its_changes(work: Workplace) -> None:
    apply_first(work, "a", "b", "c", "d")
    work.stack("a", "b")
    shown = work.gcsync("plan", "--detailed-exitcode")
    assert (shown.code, "2 to delete" in shown.last_line) == (2, True)
    assert "--allow-delete 'stream.c' --allow-delete 'stream.d'" in shown.out
    document = work.gcsync("plan", "--format", "json").document
    assert (document["applyable"], document["errored"]) == (False, False)
    assert [refusal["code"] for refusal in document["gcsync"]["refusals"]] == ["GC421"]


def test_protection_outlives_its_section_and_holds_for_destroy(work: Workplace, hand: Hand) -> None:
    work.write("stacks/contact-center.yaml", stack("b", "a") + PROTECTED)
    assert work.gcsync("apply", "--auto-approve").code == 0
    work.stack("b")
    for line in ("apply", "destroy"):
        ran = work.gcsync(line, "--auto-approve")
        assert (ran.code, names(hand)) == (1, ["a", "b"])
        assert "prevent_destroy protects it" in ran.out
        assert "--allow-delete 'stream.a'" in ran.out
    assert work.gcsync("destroy", "--auto-approve", "--allow-delete", "stream.a").code == 0
    assert names(hand) == []


def test_protection_declared_since_the_last_apply_stops_destroy_too(work: Workplace, hand: Hand) -> None:
    apply_first(work, "b", "a")
    work.write("stacks/contact-center.yaml", stack("b", "a") + PROTECTED)
    assert work.gcsync("destroy", "--auto-approve").code == 1
    assert names(hand) == ["a", "b"]


def test_safety_is_the_stacks_and_no_environments(work: Workplace) -> None:
    settings = "environments:\n  dev: {safety: {max_delete_percent: 100}}\n"
    work.stack("a", settings=settings)
    ran = work.gcsync("validate")
    assert (ran.code, "environments.dev" in ran.err) == (1, True)


def test_a_target_says_what_it_leaves_out_deletes_too(work: Workplace, hand: Hand) -> None:
    apply_first(work, "a", "b", "c", "d")
    work.stack("a", "b", "c", "new")
    ran = work.gcsync("apply", "--auto-approve", "--target", "stream.n*")
    assert (ran.code, names(hand)) == (0, ["a", "b", "c", "d", "new"])
    assert "stream.d" in ran.out
    document = work.gcsync("plan", "--target", "stream.a", "--format", "json").document
    assert document["gcsync"]["stacks"][0]["left_out"] == ["stream.d"]


def test_a_name_in_the_way_stops_what_leaves_its_delete_out(work: Workplace, hand: Hand) -> None:
    apply_first(work, "a", "b", "c", "d")
    work.write("stacks/contact-center.yaml", stack("a", "b", "c", "e") + "    name: d\n")
    for option in (("--no-delete",), ("--target", "stream.e"), ("--exclude", "stream.d")):
        ran = work.gcsync("apply", "--auto-approve", *option)
        assert (ran.code, "GC407" in ran.out) == (1, True)
    before = hand.stream("d")["id"]
    assert work.gcsync("apply", "--auto-approve").code == 0
    assert (names(hand), hand.stream("d")["id"] != before) == (["a", "b", "c", "d"], True)


def test_one_failed_change_skips_only_what_depends_on_it(work: Workplace, hand: Hand) -> None:
    first = stack("a", "b", "c")
    chain = first.replace("description: For analytics", "description: 'after ${stream.a.id}'", 2)
    chain = chain.replace("description: 'after ${stream.a.id}'", "description: For analytics", 1)
    work.write("stacks/contact-center.yaml", chain)
    hand.faults("400:1:POST")
    ran = work.gcsync("apply", "--auto-approve", "--parallelism", "1")
    assert ran.code == 3
    assert "1 created, 0 updated, 0 replaced, 0 deleted, 0 adopted, 1 failed, 1 skipped" in ran.last_line
    assert "stream.a was not done" in ran.out
    assert names(hand) == ["c"]
