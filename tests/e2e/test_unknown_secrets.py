"""`plan --unknown-secrets`: the plan of a pull request that is given no secrets, to be read and never applied."""

from __future__ import annotations

import json

from tests.e2e.test_saved_plans import SECRET, WITH_SECRET
from tests.e2e.workplace import ENDPOINT, Hand, Ran, Workplace

GIVEN = ("--var", f"endpoint={ENDPOINT}")


def plan(work: Workplace, *arguments: str) -> Ran:
    work.write("stacks/team.yaml", WITH_SECRET)
    return work.gcsync("plan", "--unknown-secrets", *GIVEN, *arguments)


def test_what_hangs_on_a_secret_is_shown_as_not_given(work: Workplace) -> None:
    ran = plan(work)
    assert "+ X-Api-Key: (sensitive value, not given)" in ran.out
    assert (ran.code, "without a value for api_key" in ran.out, "refuses this plan: GC742" in ran.err) == (
        0,
        True,
        True,
    )


def test_and_is_not_checked_where_it_is_there(work: Workplace) -> None:
    work.write("stacks/team.yaml", WITH_SECRET)
    work.gcsync("apply", "--auto-approve", *GIVEN, "--var", f"api_key={SECRET}")
    ran = plan(work, "--detailed-exitcode")
    assert (ran.code, ran.last_line) == (0, "No changes. What was looked at matches (1 not checked).")
    assert "? stream.calls.destinations: its sensitive value is not given" in ran.out
    assert SECRET not in ran.out + ran.err


def test_one_that_is_given_after_all_makes_a_plan_like_any_other(work: Workplace) -> None:
    ran = plan(work, "--var", f"api_key={SECRET}", "--out", "plan.gcsync")
    assert "GC742" not in ran.out + ran.err
    assert work.gcsync("apply", "plan.gcsync", "--auto-approve", "--var", f"api_key={SECRET}").code == 0


def test_json_says_that_it_cannot_be_applied(work: Workplace) -> None:
    document = plan(work, "--format", "json").document
    assert (document["applyable"], document["gcsync"]["unknown_secrets"]) == (False, ["api_key"])
    assert [one["code"] for one in document["gcsync"]["refusals"]] == ["GC742"]
    (change,) = document["resource_changes"]
    marks = {"destinations": [{"headers": {"X-Api-Key": True}}]}
    assert change["change"]["after_sensitive"] == marks
    assert change["change"]["after_unknown"] == marks | {"id": True}
    assert change["change"]["after"]["destinations"] == [{"protocol": "https", "url": ENDPOINT, "headers": {}}]


def test_it_can_be_saved_and_shown_and_is_refused_by_apply(work: Workplace, hand: Hand) -> None:
    ran = plan(work, "--out", "plan.gcsync")
    assert "It can be shown, not applied" in ran.err
    assert "(sensitive value, not given)" in work.gcsync("show", "plan.gcsync").out
    shown = work.gcsync("show", "plan.gcsync", "--format", "json").document
    assert shown == plan(work, "--format", "json").document
    for command in (["apply", "plan.gcsync"], ["apply", "--expect", "plan.gcsync"]):
        ran = work.gcsync(*command, "--auto-approve", *GIVEN, "--var", f"api_key={SECRET}")
        assert (ran.code, "error[GC742]: plan.gcsync was made with --unknown-secrets" in ran.err) == (1, True)
    assert hand.streams() == []


def test_nothing_of_the_file_can_be_edited_to_make_it_one_that_applies(work: Workplace, hand: Hand) -> None:
    from gcsync.cli.plan_file import PlanFile

    plan(work, "--out", "plan.gcsync")
    path = work.folder / "plan.gcsync"
    content = json.loads(path.read_text(encoding="utf-8"))["content"]
    content["stacks"][0]["plan"] |= {"unknown_secrets": [], "refusals": []}
    path.write_text(PlanFile(content).render(), encoding="utf-8")
    ran = work.gcsync("apply", "plan.gcsync", "--auto-approve", "--var", f"api_key={SECRET}")
    assert (ran.code, hand.streams()) == (1, [])


def test_a_plain_variable_without_a_value_is_an_error_all_the_same(work: Workplace) -> None:
    work.write("stacks/team.yaml", WITH_SECRET)
    ran = work.gcsync("plan", "--unknown-secrets")
    assert (ran.code, "GC201" in ran.err, "api_key" in ran.err) == (1, True, False)


def test_credentials_are_needed_all_the_same(offline: Workplace) -> None:
    assert "GC301" in plan(offline).err
