"""The main job: plan, apply, plan again."""

from __future__ import annotations

import pytest

from tests.e2e.workplace import ENDPOINT, Hand, Ran, Workplace

PLAN_ONE = "Plan: 1 to create, 0 to update, 0 to replace, 0 to delete, 0 to adopt, 0 unchanged."


def applied(**counts: int) -> str:
    names = ("created", "updated", "replaced", "deleted", "adopted", "failed", "skipped")
    return "Applied: " + ", ".join(f"{counts.get(name, 0)} {name}" for name in names) + "."


def test_a_plan_says_first_whom_it_speaks_to_and_last_what_it_counts(work: Workplace) -> None:
    work.stack("conversations")
    plan = work.gcsync("plan")
    assert plan.out.startswith("Organization Example Ltd, us-east-1, as client client-")
    assert (plan.last_line, plan.code, plan.err) == (PLAN_ONE, 0, "")


def test_with_json_the_organization_is_told_on_stderr(work: Workplace) -> None:
    work.stack("conversations")
    plan = work.gcsync("plan", "--format", "json")
    assert plan.err.startswith("Organization Example Ltd, us-east-1, as client client-")
    assert plan.out.count("\n") == 1
    assert plan.document["gcsync"]["summary"] == {
        "create": 1,
        "update": 0,
        "replace": 0,
        "delete": 0,
        "adopt": 0,
        "unchanged": 0,
    }


def test_what_is_applied_needs_no_second_apply(work: Workplace, hand: Hand) -> None:
    work.stack("conversations", "agents")
    first = work.gcsync("apply", "--auto-approve")
    assert (first.last_line, first.code) == (applied(created=2), 0)
    plan = work.gcsync("plan", "--detailed-exitcode")
    assert (plan.last_line, plan.code) == ("No changes. The organization matches the stack.", 0)
    again = work.gcsync("apply")
    assert (again.last_line, again.code) == (applied(), 0)
    assert "No changes." in again.out
    assert sorted(stream["name"] for stream in hand.streams()) == ["agents", "conversations"]


def test_an_edit_is_planned_and_applied_as_an_update(work: Workplace, hand: Hand) -> None:
    work.stack("conversations")
    work.gcsync("apply", "--auto-approve")
    work.stack("conversations", description="For the new team")
    assert work.gcsync("plan", "--detailed-exitcode").code == 2
    assert work.gcsync("apply", "--auto-approve").last_line == applied(updated=1)
    assert hand.stream("conversations")["description"].startswith("For the new team\n\n[gcsync1:contact-center:")


def test_apply_writes_nothing_but_what_the_plan_shows(work: Workplace, hand: Hand) -> None:
    hand.create("somebody-elses")
    before = hand.streams()
    work.stack("conversations")
    work.gcsync("apply", "--auto-approve")
    assert hand.stream("somebody-elses") == before[0]


def test_plan_cannot_write(work: Workplace, hand: Hand) -> None:
    work.stack("conversations")
    hand.requests()
    work.gcsync("plan")
    asked = [line for line in hand.requests() if not line.startswith("DELETE /emulator")]
    assert {line.split()[0] for line in asked if "/oauth/token" not in line and "/emulator" not in line} == {"GET"}


def test_several_stacks_share_a_session_and_a_refresh(work: Workplace, hand: Hand) -> None:
    work.stack("conversations", name="one")
    work.stack("agents", name="two")
    hand.requests()
    ran = work.gcsync("apply", "--auto-approve")
    reading = [line for line in hand.requests() if line.startswith("GET /api/v2/eventstreams 200")]
    assert (ran.last_line, ran.out.count("Organization Example Ltd"), len(reading)) == (applied(created=2), 1, 1)


def test_apply_in_json_is_one_document_and_the_plan_is_on_stderr(work: Workplace) -> None:
    work.stack("conversations")
    ran = work.gcsync("apply", "--auto-approve", "--format", "json")
    assert ran.code == 0
    assert PLAN_ONE in ran.err
    assert ran.out.count("\n") == 1
    assert isinstance(ran.document, dict)


class TestSelection:
    def test_target_takes_a_glob(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations", "agents")
        assert work.gcsync("apply", "--auto-approve", "--target", "stream.conv*").last_line == applied(created=1)
        assert [stream["name"] for stream in hand.streams()] == ["conversations"]

    def test_exclude_leaves_out(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations", "agents")
        assert work.gcsync("apply", "--auto-approve", "--exclude", "stream.conv*").last_line == applied(created=1)
        assert [stream["name"] for stream in hand.streams()] == ["agents"]

    def test_a_target_that_matches_nothing_is_an_error(self, work: Workplace) -> None:
        work.stack("conversations")
        ran = work.gcsync("plan", "--target", "stream.nothing")
        assert (ran.code, "error[GC410]" in ran.err) == (1, True)

    def test_no_delete_keeps_what_is_not_declared_any_more(self, work: Workplace, hand: Hand) -> None:
        apply_then_drop_one(work)
        assert work.gcsync("apply", "--auto-approve", "--no-delete").code == 0
        assert len(hand.streams()) == 4

    def test_replace_makes_the_object_anew(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations", "agents")
        work.gcsync("apply", "--auto-approve")
        before = hand.stream("conversations")["id"]
        ran = work.gcsync("apply", "--auto-approve", "--replace", "stream.conversations")
        assert ran.last_line == applied(replaced=1)
        assert hand.stream("conversations")["id"] != before


class TestDeletes:
    def test_one_of_several_goes_when_it_is_not_declared_any_more(self, work: Workplace, hand: Hand) -> None:
        apply_then_drop_one(work)
        assert work.gcsync("apply", "--auto-approve").last_line == applied(deleted=1)
        assert sorted(stream["name"] for stream in hand.streams()) == ["a", "b", "c"]

    def test_too_many_are_shown_and_refused(self, work: Workplace, hand: Hand) -> None:
        work.stack("a", "b", "c", "d")
        work.gcsync("apply", "--auto-approve")
        work.stack("a", "b")
        assert work.gcsync("plan").code == 0
        ran = work.gcsync("apply", "--auto-approve")
        assert (ran.code, len(hand.streams())) == (1, 4)
        assert "GC421" in ran.out
        assert "0 to create, 0 to update, 0 to replace, 2 to delete" in ran.out

    def test_each_may_be_allowed_by_its_address(self, work: Workplace, hand: Hand) -> None:
        work.stack("a", "b", "c", "d")
        work.gcsync("apply", "--auto-approve")
        work.stack("a", "b")
        allowed = ("--allow-delete", "stream.c", "--allow-delete", "stream.d")
        assert work.gcsync("apply", "--auto-approve", *allowed).last_line == applied(deleted=2)
        assert len(hand.streams()) == 2

    def test_destroy_takes_all_that_the_stack_owns_and_nothing_else(self, work: Workplace, hand: Hand) -> None:
        hand.create("somebody-elses")
        work.stack("conversations", "agents")
        work.gcsync("apply", "--auto-approve")
        assert "2 to delete" in work.gcsync("plan", "--destroy").out
        ran = work.gcsync("destroy", "--auto-approve")
        assert (ran.last_line, ran.code) == (applied(deleted=2), 0)
        assert [stream["name"] for stream in hand.streams()] == ["somebody-elses"]
        assert work.gcsync("destroy").last_line == applied()


def test_an_unmanaged_object_of_the_declared_name_is_adopted(work: Workplace, hand: Hand) -> None:
    existing = hand.create("conversations", f"{ENDPOINT}/conversations")
    work.stack("conversations")
    assert "1 to adopt" in work.gcsync("plan").last_line
    assert work.gcsync("apply", "--auto-approve").last_line == applied(adopted=1)
    assert hand.stream("conversations")["id"] == existing["id"]
    assert work.gcsync("plan", "--detailed-exitcode").code == 0


def test_one_failure_of_several_is_a_part(work: Workplace, hand: Hand) -> None:
    work.stack("a", "b", "c")
    hand.faults("400:1:POST")
    ran = work.gcsync("apply", "--auto-approve")
    assert (ran.last_line, ran.code) == (applied(created=2, failed=1), 3)


def test_when_all_fails_nothing_was_done(work: Workplace, hand: Hand) -> None:
    work.stack("a", "b")
    hand.faults("400:2:POST")
    ran = work.gcsync("apply", "--auto-approve")
    assert (ran.last_line, ran.code) == (applied(failed=2), 1)


def test_a_lost_answer_never_makes_a_second_object(work: Workplace, hand: Hand) -> None:
    work.stack("conversations")
    hand.faults("drop-after:1:POST")
    ran = work.gcsync("apply", "--auto-approve")
    assert (ran.last_line, ran.code, len(hand.streams())) == (applied(created=1), 0, 1)


def test_environments_are_chosen_with_env_or_its_variable(work: Workplace, hand: Hand) -> None:
    settings = "environments:\n  dev: {}\n  prod: {}\n"
    work.stack("conversations", settings=settings)
    assert work.gcsync("plan").code == 1
    assert work.gcsync("apply", "--auto-approve", "--env", "dev").code == 0
    assert work.gcsync("plan", "--detailed-exitcode", GCSYNC_ENV="dev").code == 0
    assert "[gcsync1:contact-center@dev:" in hand.stream("conversations")["description"]


@pytest.mark.parametrize(
    ("arguments", "environ"),
    [
        (("--var", "endpoint=https://a.example.com/x"), {}),
        (("--var-file", "values.yaml"), {}),
        ((), {"GCSYNC_VAR_endpoint": "https://a.example.com/x"}),
        ((), {"AWS_EVENTBRIDGE_ENDPOINT_URL": "https://a.example.com/x"}),
    ],
)
def test_variables_come_from_where_the_contract_says(
    work: Workplace, arguments: tuple[str, ...], environ: dict[str, str]
) -> None:
    work.write("values.yaml", "endpoint: https://a.example.com/x\n")
    work.write(
        "stacks/one.yaml",
        "version: 1\nstack: one\n"
        "variables:\n  endpoint: {type: string, pattern: '^https://', env: AWS_EVENTBRIDGE_ENDPOINT_URL}\n"
        "streams:\n  a:\n    event_types: [conversation:start]\n"
        "    destinations: [{protocol: https, url: '${var.endpoint}'}]\n",
    )
    plan = work.gcsync("plan", "--format", "json", *arguments, **environ)
    (change,) = plan.document["resource_changes"]
    assert change["change"]["after"]["destinations"] == [{"protocol": "https", "url": "https://a.example.com/x"}]


def apply_then_drop_one(work: Workplace) -> Ran:
    work.stack("a", "b", "c", "d")
    ran = work.gcsync("apply", "--auto-approve")
    work.stack("a", "b", "c")
    return ran
