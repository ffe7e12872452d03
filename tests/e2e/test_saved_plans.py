"""A plan that is saved, reviewed, and applied exactly, or not at all."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.test_plan_and_apply import applied
from tests.e2e.workplace import ENDPOINT, Hand, Inside, Ran, Workplace, clean_environment, credentials_for

if TYPE_CHECKING:
    from gcsync.emulator import RunningEmulator

SECRET = "canary-of-the-api-key"
WITH_SECRET = """\
version: 1
stack: team
variables:
  api_key: {type: string, sensitive: true}
  endpoint: {type: string, env: ENDPOINT_OF_THE_TEST}
streams:
  calls:
    event_types: [conversation:start]
    destinations: [{protocol: https, url: '${var.endpoint}', headers: {X-Api-Key: '${var.api_key}'}}]
"""


@pytest.fixture
def offline(tmp_path: Path) -> Workplace:
    """A folder whose commands run in this process: quicker, and the same program."""
    (tmp_path / "work").mkdir()
    return Inside(tmp_path / "work", clean_environment())


@pytest.fixture
def work(offline: Workplace, emulator: RunningEmulator) -> Workplace:
    return Inside(offline.folder, offline.environ | credentials_for(emulator.url))


def plan(work: Workplace, *arguments: str, **environ: str) -> Ran:
    ran = work.gcsync("plan", "--out", "plan.gcsync", *arguments, **environ)
    assert (ran.code, "The plan is saved in plan.gcsync" in ran.err) == (0, True), ran.err
    return ran


def apply(work: Workplace, *arguments: str, **environ: str) -> Ran:
    return work.gcsync("apply", "plan.gcsync", "--auto-approve", *arguments, **environ)


def assert_refused(ran: Ran, hand: Hand, code: str, *said: str) -> None:
    """Refused with that code, and nothing was written."""
    assert (ran.code, f"error[{code}]" in ran.err) == (1, True), ran.err
    for text in said:
        assert text in ran.err
    writes = [line for line in hand.requests() if line.startswith(("PUT /api", "DELETE /api", "POST /api", "PATCH"))]
    assert writes == []


def saved(work: Workplace) -> dict[str, object]:
    return dict(json.loads((work.folder / "plan.gcsync").read_text(encoding="utf-8")))


def test_what_was_reviewed_is_shown_and_applied(work: Workplace, hand: Hand) -> None:
    work.stack("conversations", "agents")
    planned = plan(work)
    shown = work.gcsync("show", "plan.gcsync")
    target, _, rest = shown.out.partition("\n")
    origin, _, body = rest.partition("\n")
    assert f"{target}\n{body}" == planned.out
    assert origin.startswith("Saved 20")
    assert origin.endswith("not applied yet.")
    ran = apply(work)
    assert (ran.last_line, ran.code) == (applied(created=2), 0)
    assert work.gcsync("plan", "--detailed-exitcode").code == 0
    assert sorted(stream["name"] for stream in hand.streams()) == ["agents", "conversations"]


def test_show_needs_neither_credentials_nor_network(work: Workplace, offline: Workplace) -> None:
    work.stack("conversations")
    document = plan(work, "--format", "json").document
    shown = offline.gcsync("show", "plan.gcsync", "--format", "json")
    assert (shown.code, shown.document) == (0, document)


def test_the_file_is_for_its_owner_alone(work: Workplace) -> None:
    work.stack("conversations")
    plan(work)
    assert stat.S_IMODE((work.folder / "plan.gcsync").stat().st_mode) == 0o600
    assert sorted(path.name for path in work.folder.iterdir()) == ["plan.gcsync", "stacks"]


def test_a_plan_is_applied_once(work: Workplace, hand: Hand) -> None:
    work.stack("conversations")
    plan(work)
    assert apply(work).code == 0
    hand.requests()
    assert_refused(apply(work), hand, "GC617", "applied already")
    assert "; applied 20" in work.gcsync("show", "plan.gcsync").out


def test_one_that_is_not_approved_can_still_be_applied(work: Workplace, hand: Hand) -> None:
    work.stack("conversations")
    plan(work)
    hand.requests()
    assert_refused(work.gcsync("apply", "plan.gcsync"), hand, "GC606")
    assert apply(work).last_line == applied(created=1)


def test_nothing_to_do_needs_no_approval(work: Workplace) -> None:
    work.stack("conversations")
    work.gcsync("apply", "--auto-approve")
    plan(work)
    assert work.gcsync("apply", "plan.gcsync").last_line == applied()


class TestStale:
    def test_what_changed_is_named(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations", "agents")
        work.gcsync("apply", "--auto-approve")
        work.stack("conversations", "agents", description="For the new team")
        plan(work)
        hand.change("agents", enabled=False)
        hand.requests()
        assert_refused(apply(work), hand, "GC616", "stream.agents", "enabled: true -> false", "version 1 -> 2")
        assert "stream.conversations" not in apply(work).err

    def test_a_version_alone_will_do(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations")
        work.gcsync("apply", "--auto-approve")
        work.stack("conversations", description="For the new team")
        plan(work)
        hand.change("conversations")
        hand.requests()
        assert_refused(apply(work), hand, "GC616", "version 1 -> 2")

    def test_of_objects_without_a_version_the_date(self, offline: Workplace, tmp_path: Path) -> None:
        from gcsync.emulator import EmulatorSettings, start

        with start(EmulatorSettings(database=tmp_path / "plain.db", versions=False)) as running:
            work, hand = Inside(offline.folder, offline.environ | credentials_for(running.url)), Hand(running.url)
            work.stack("conversations")
            work.gcsync("apply", "--auto-approve")
            work.stack("conversations", description="For the new team")
            plan(work)
            hand.change("conversations")
            hand.requests()
            assert_refused(apply(work), hand, "GC616", "modified")

    def test_one_that_needed_no_change_and_does_now(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations", "agents")
        work.gcsync("apply", "--auto-approve", "--target", "stream.agents")
        plan(work)
        hand.change("agents", enabled=False)
        hand.requests()
        assert_refused(apply(work), hand, "GC616", "stream.agents", "planned was no-op, now it would be update")

    def test_one_that_is_gone(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations", "agents")
        work.gcsync("apply", "--auto-approve")
        work.stack("conversations", "agents", description="For the new team")
        plan(work)
        hand.delete("agents")
        hand.requests()
        assert_refused(apply(work), hand, "GC616", "was deleted", "planned was update, now it would be create")

    def test_a_namesake_that_appeared_is_not_adopted_unseen(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations")
        plan(work)
        hand.create("conversations")
        hand.requests()
        assert_refused(apply(work), hand, "GC616", "has appeared", "planned was create, now it would be adopt")

    def test_others_objects_do_not_matter(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations")
        plan(work)
        hand.create("somebody-elses")
        assert apply(work).last_line == applied(created=1)


class TestStack:
    def test_another_value_is_refused_with_its_place(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations")
        plan(work)
        work.stack("conversations", description="For the new team")
        hand.requests()
        assert_refused(apply(work), hand, "GC615", "stacks/contact-center.yaml:5:18", "`description`")

    def test_one_more_resource_and_one_less(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations", "agents")
        plan(work)
        work.stack("conversations", "queues")
        hand.requests()
        assert_refused(apply(work), hand, "GC615", "stream.queues was not declared", "stream.agents is no longer")

    def test_other_safety_rules(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations")
        plan(work)
        work.stack("conversations", settings="safety: {max_delete_percent: 100}\n")
        hand.requests()
        assert_refused(apply(work), hand, "GC615", "`safety`")

    def test_another_stack(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations")
        plan(work)
        (work.folder / "stacks/contact-center.yaml").unlink()
        work.stack("conversations", name="another")
        hand.requests()
        assert_refused(apply(work), hand, "GC615", '"another"', '"contact-center"')

    def test_comments_and_order_are_no_difference(self, work: Workplace) -> None:
        path = work.stack("conversations")
        plan(work)
        text = path.read_text(encoding="utf-8").replace("conversation:start, conversation:end", "x-1, x-2")
        path.write_text("# a comment\n" + text.replace("x-1, x-2", "conversation:end, conversation:start"))
        assert apply(work).last_line == applied(created=1)

    def test_targets_are_those_of_the_plan(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations", "agents")
        plan(work, "--target", "stream.agents")
        assert apply(work).last_line == applied(created=1)
        assert [stream["name"] for stream in hand.streams()] == ["agents"]

    def test_several_stacks_in_one_plan(self, work: Workplace) -> None:
        work.stack("conversations", name="one")
        work.stack("agents", name="two")
        plan(work, "stacks/one.yaml", "stacks/two.yaml")
        assert apply(work).last_line == applied(created=2)


class TestPlace:
    def test_another_organization(self, work: Workplace, hand: Hand, tmp_path: Path) -> None:
        from gcsync.emulator import EmulatorSettings, start

        work.stack("conversations")
        plan(work)
        with start(EmulatorSettings(database=tmp_path / "other.db", organization="Another Ltd")) as other:
            ran = apply(work, **credentials_for(other.url))
            assert_refused(ran, Hand(other.url), "GC614", '"Example Ltd"', '"Another Ltd"')

    def test_another_environment(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations", settings="environments:\n  dev: {}\n  prod: {}\n")
        plan(work, "--env", "dev")
        hand.requests()
        assert_refused(apply(work, GCSYNC_ENV="prod"), hand, "GC614", '"dev"', '"prod"')
        assert apply(work).last_line == applied(created=1)
        assert "[gcsync1:contact-center@dev:" in hand.stream("conversations")["description"]

    def test_another_client_may_apply_it(self, work: Workplace) -> None:
        work.stack("conversations")
        plan(work)
        assert apply(work, GENESYS_CLOUD_CLIENT_ID="the-writer").code == 0

    def test_another_gcsync(self, work: Workplace, hand: Hand) -> None:
        from gcsync.cli.plan_file import PlanFile

        work.stack("conversations")
        plan(work)
        content = dict(saved(work)["content"]) | {"version": "99.0"}  # type: ignore[call-overload]
        (work.folder / "plan.gcsync").write_text(PlanFile(content).render(), encoding="utf-8")
        hand.requests()
        assert_refused(apply(work), hand, "GC613", "99.0")


class TestVariables:
    def test_values_of_the_plan_go_with_it_but_for_sensitive_ones(self, work: Workplace, hand: Hand) -> None:
        work.write("stacks/team.yaml", WITH_SECRET)
        plan(work, "--var", f"api_key={SECRET}", "--var", f"endpoint={ENDPOINT}")
        assert SECRET not in (work.folder / "plan.gcsync").read_text(encoding="utf-8")
        hand.requests()
        assert_refused(apply(work), hand, "GC201", "api_key")
        assert apply(work, GCSYNC_VAR_api_key=SECRET).last_line == applied(created=1)
        (destination,) = hand.stream("calls")["destinations"]
        assert destination == {"protocol": "https", "url": ENDPOINT, "headers": {"X-Api-Key": SECRET}}

    def test_another_secret_is_refused(self, work: Workplace, hand: Hand) -> None:
        work.write("stacks/team.yaml", WITH_SECRET)
        plan(work, "--var", f"api_key={SECRET}", ENDPOINT_OF_THE_TEST=ENDPOINT)
        hand.requests()
        assert_refused(apply(work, "--var", "api_key=another"), hand, "GC618")

    def test_a_value_given_anew_must_be_the_same(self, work: Workplace, hand: Hand) -> None:
        work.write("stacks/team.yaml", WITH_SECRET)
        plan(work, "--var", f"api_key={SECRET}", ENDPOINT_OF_THE_TEST=ENDPOINT)
        hand.requests()
        ran = apply(work, "--var", f"api_key={SECRET}", ENDPOINT_OF_THE_TEST=f"{ENDPOINT}/other")
        assert_refused(ran, hand, "GC615", "`destinations`")

    def test_a_url_with_credentials_is_not_kept(self, work: Workplace) -> None:
        work.write("stacks/team.yaml", WITH_SECRET)
        plan(work, "--var", "api_key=k-1", ENDPOINT_OF_THE_TEST=f"https://user:{SECRET}@events.example.com/x")
        assert SECRET not in (work.folder / "plan.gcsync").read_text(encoding="utf-8")
        assert apply(work, "--var", "api_key=k-1").code == 1

    def test_a_plain_variable_that_goes_into_a_header_is_not_kept(self, work: Workplace) -> None:
        work.write("stacks/team.yaml", WITH_SECRET.replace(", sensitive: true", ""))
        plan(work, "--var", f"api_key={SECRET}", ENDPOINT_OF_THE_TEST=ENDPOINT)
        assert SECRET not in (work.folder / "plan.gcsync").read_text(encoding="utf-8")

    def test_a_secret_that_somebody_changed_on_the_object(self, work: Workplace, hand: Hand) -> None:
        work.write("stacks/team.yaml", WITH_SECRET)
        given = ("--var", f"api_key={SECRET}", "--var", f"endpoint={ENDPOINT}")
        work.gcsync("apply", "--auto-approve", *given)
        hand.change("calls", enabled=False)
        plan(work, *given)
        destination = {"protocol": "https", "url": ENDPOINT, "headers": {"X-Api-Key": "by hand"}}
        hand.change("calls", destinations=[destination])
        hand.requests()
        ran = apply(work, "--var", f"api_key={SECRET}")
        assert_refused(ran, hand, "GC616", "destinations differs from the stack now")
        assert "by hand" not in ran.err + ran.out


class TestFile:
    @pytest.mark.parametrize("kept", [0, 1, 20, 200, -1, -2, -40])
    def test_a_cut_one_is_refused(self, work: Workplace, hand: Hand, kept: int) -> None:
        work.stack("conversations")
        plan(work)
        path = work.folder / "plan.gcsync"
        path.write_bytes(path.read_bytes().rstrip()[:kept])
        for command in (["show", "plan.gcsync"], ["apply", "plan.gcsync", "--auto-approve"]):
            assert work.gcsync(*command).code == 1
        assert hand.streams() == []

    def test_an_edited_one_is_refused(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations")
        plan(work)
        path = work.folder / "plan.gcsync"
        path.write_text(path.read_text(encoding="utf-8").replace("For analytics", "For analytixx"), encoding="utf-8")
        assert "GC612" in work.gcsync("show", "plan.gcsync").err
        hand.requests()
        assert_refused(apply(work), hand, "GC612", "checksum")

    def test_an_edit_with_a_right_checksum_is_refused_as_another_plan(self, work: Workplace, hand: Hand) -> None:
        from gcsync.cli.plan_file import PlanFile

        work.stack("conversations")
        plan(work)
        text = json.dumps(saved(work)["content"]).replace("For analytics", "For the attacker")
        (work.folder / "plan.gcsync").write_text(PlanFile(json.loads(text)).render(), encoding="utf-8")
        hand.requests()
        assert_refused(apply(work), hand, "GC616")

    def test_a_json_plan_is_refused_with_the_way_to_save_one(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations")
        work.write("plan.json", work.gcsync("plan", "--format", "json").out)
        hand.requests()
        assert_refused(work.gcsync("apply", "plan.json", "--auto-approve"), hand, "GC605", "plan --out FILE")
        assert "GC605" in work.gcsync("show", "plan.json").err

    @pytest.mark.parametrize("option", [("--target", "stream.*"), ("--no-delete",), ("--replace", "stream.a")])
    def test_nothing_is_chosen_anew(self, work: Workplace, hand: Hand, option: tuple[str, ...]) -> None:
        work.stack("conversations")
        plan(work)
        hand.requests()
        assert_refused(apply(work, *option), hand, "GC619", option[0])

    @pytest.mark.parametrize("command", [("plan",), ("destroy",), ("apply", "stacks")])
    def test_it_goes_alone_and_to_no_other_command(self, work: Workplace, hand: Hand, command: tuple[str, ...]) -> None:
        work.stack("conversations")
        plan(work)
        hand.requests()
        assert_refused(work.gcsync(*command, "plan.gcsync"), hand, "GC619")

    def test_a_stack_file_is_never_replaced(self, work: Workplace) -> None:
        path = work.stack("conversations")
        before = path.read_text(encoding="utf-8")
        ran = work.gcsync("plan", "--out", "stacks/contact-center.yaml")
        assert (ran.code, "GC601" in ran.err, path.read_text(encoding="utf-8")) == (1, True, before)

    def test_an_older_plan_is(self, work: Workplace) -> None:
        work.stack("conversations")
        plan(work)
        plan(work)

    def test_a_plan_with_errors_is_shown_and_not_saved(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations", name="first")
        work.gcsync("apply", "--auto-approve", "stacks/first.yaml")
        work.stack("conversations", name="second")
        ran = work.gcsync("plan", "stacks/second.yaml", "--out", "plan.gcsync")
        assert (ran.code, "GC402" in ran.out, "GC601" in ran.err) == (1, True, True)
        assert not (work.folder / "plan.gcsync").exists()

    def test_a_folder_that_is_not_there(self, work: Workplace) -> None:
        work.stack("conversations")
        ran = work.gcsync("plan", "--out", "out/plan.gcsync")
        assert (ran.code, "mkdir -p out" in ran.err) == (1, True)


def test_a_plan_over_the_limits_is_saved_shown_and_refused(work: Workplace, hand: Hand) -> None:
    work.stack("a", "b", "c", "d")
    work.gcsync("apply", "--auto-approve")
    work.stack("a", "b")
    plan(work)
    hand.requests()
    ran = apply(work)
    assert (ran.code, "GC421" in ran.out, len(hand.streams())) == (1, True, 4)
    plan(work, "--allow-delete", "stream.c", "--allow-delete", "stream.d")
    assert apply(work).last_line == applied(deleted=2)


def test_a_saved_destroy(work: Workplace, hand: Hand) -> None:
    work.stack("a", "b")
    work.gcsync("apply", "--auto-approve")
    plan(work, "--destroy")
    assert apply(work).last_line == applied(deleted=2)
    assert hand.streams() == []


def test_with_the_emulator_in_the_process(offline: Workplace) -> None:
    offline.stack("conversations")
    plan(offline, "--emulator")
    assert apply(offline, "--emulator").last_line == applied(created=1)


def test_one_that_half_failed_is_applied_all_the_same(work: Workplace, hand: Hand) -> None:
    work.stack("a", "b")
    plan(work)
    hand.faults("400:1:POST")
    assert apply(work).code == 3
    hand.requests()
    assert_refused(apply(work), hand, "GC617")


class TestUndo:
    def test_a_plan_back_is_saved_and_applied_like_any_other(self, work: Workplace, hand: Hand) -> None:
        work.stack("a", "b", "c", "d")
        work.gcsync("apply", "--auto-approve")
        before = {stream["name"]: stream["description"] for stream in hand.streams()}
        work.stack("a", "b", "c", description="For the new team")
        work.gcsync("apply", "--auto-approve")
        journal = max((work.folder / ".gcsync").glob("journal-*.jsonl"))
        plan(work, "--undo", str(journal))
        assert apply(work).last_line == applied(created=1, updated=3)
        assert {stream["name"]: stream["description"] for stream in hand.streams()} == before

    def test_the_stack_must_be_the_one_of_that_plan(self, work: Workplace, hand: Hand) -> None:
        work.stack("a", "b", "c", "d")
        work.gcsync("apply", "--auto-approve")
        work.stack("a", "b", "c", "d", description="For the new team")
        work.gcsync("apply", "--auto-approve")
        plan(work, "--undo", str(max((work.folder / ".gcsync").glob("journal-*.jsonl"))))
        work.stack("a", "b", "c")
        hand.requests()
        assert_refused(apply(work), hand, "GC615", "stream.d is no longer declared")

    def test_it_is_not_chosen_beside_a_plan_file(self, work: Workplace, hand: Hand) -> None:
        work.stack("a")
        plan(work)
        hand.requests()
        assert_refused(apply(work, "--undo", "journal.jsonl"), hand, "GC619", "--undo")


def test_the_journal_names_the_plan(work: Workplace) -> None:
    from gcsync.cli.plan_file import read_plan_file

    work.stack("conversations")
    plan(work)
    identifier = read_plan_file(work.folder / "plan.gcsync").id
    apply(work)
    (journal,) = (work.folder / ".gcsync").glob("journal-*.jsonl")
    header = json.loads(journal.read_text(encoding="utf-8").splitlines()[0])
    assert (header["plan"], header["command"]) == (identifier, "apply")
