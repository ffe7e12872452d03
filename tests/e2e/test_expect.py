"""`apply --expect PLANFILE`: where the exact plan no longer fits, what is still as it says, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_plan_and_apply import applied
from tests.e2e.test_saved_plans import SECRET, WITH_SECRET
from tests.e2e.workplace import ENDPOINT, Hand, Ran, Workplace


def plan(work: Workplace, *arguments: str) -> None:
    ran = work.gcsync("plan", "--out", "plan.gcsync", *arguments)
    assert ran.code == 0, ran.err


def expect(work: Workplace, *arguments: str) -> Ran:
    return work.gcsync("apply", "--expect", "plan.gcsync", "--auto-approve", *arguments)


def rewrite(work: Workplace, **content: Any) -> None:
    from gcsync.cli.plan_file import PlanFile

    path = work.folder / "plan.gcsync"
    whole = json.loads(path.read_text(encoding="utf-8"))["content"] | content
    path.write_text(PlanFile(whole).render(), encoding="utf-8")


def names(hand: Hand) -> list[str]:
    return sorted(stream["name"] for stream in hand.streams())


def test_a_plan_of_another_version_commit_and_folder_is_carried_out_where_it_is_the_same(
    work: Workplace, hand: Hand
) -> None:
    path = work.stack("conversations", "agents")
    plan(work)
    rewrite(work, version="0.0.1", commit="0" * 40)
    (work.folder / "elsewhere").mkdir()
    path.rename(work.folder / "elsewhere" / "moved.yaml")
    ran = expect(work, "elsewhere")
    assert (ran.last_line, ran.code, names(hand)) == (applied(created=2), 0, ["agents", "conversations"])


def test_what_is_other_is_left_out_and_told(work: Workplace, hand: Hand) -> None:
    work.stack("conversations", "agents")
    work.gcsync("apply", "--auto-approve")
    work.stack("conversations", "agents", description="For the new team")
    plan(work)
    hand.change("agents", enabled=False)
    ran = expect(work)
    assert (ran.last_line, ran.code) == (applied(updated=1), 3)
    assert "warning[GC745]: stream.agents: not as in plan.gcsync" in ran.err
    assert 'now update (description: "For analytics" -> "For the new team"; enabled: false -> true)' in ran.err
    assert hand.stream("agents")["enabled"] is False


def test_what_nobody_reviewed_is_left_out(work: Workplace, hand: Hand) -> None:
    work.stack("conversations")
    plan(work)
    work.stack("conversations", "agents")
    ran = expect(work)
    assert (ran.code, names(hand)) == (3, ["conversations"])
    assert "stream.agents: not as in plan.gcsync, and left out: expected nothing" in ran.err


def test_a_namesake_that_appeared_is_not_adopted(work: Workplace, hand: Hand) -> None:
    work.stack("conversations", "agents")
    plan(work)
    hand.create("agents")
    ran = expect(work)
    assert (ran.code, ran.last_line) == (3, applied(created=1))
    assert "expected create, now adopt" in ran.err


def test_nor_is_one_that_appears_at_the_last_moment(
    work: Workplace, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gcsync.cli.expected_plan import ExpectedPlan

    work.stack("conversations")
    plan(work)
    monkeypatch.setattr(ExpectedPlan, "begin", lambda _: hand.create("conversations"))
    ran = expect(work)
    assert (ran.code, "[gcsync" in hand.stream("conversations").get("description", "")) == (1, False)


def test_nothing_as_expected_is_nothing_applied(work: Workplace, hand: Hand) -> None:
    work.stack("conversations")
    plan(work)
    work.stack("conversations", description="Another")
    hand.requests()
    ran = expect(work)
    assert (ran.code, ran.out.count("\n"), "error[GC744]" in ran.err, "error[GC745]" in ran.err) == (1, 1, True, True)
    assert [line for line in hand.requests() if line.startswith(("POST /api", "PUT", "DELETE"))] == []


def test_what_is_done_already_is_as_expected(work: Workplace) -> None:
    work.stack("conversations", "agents")
    plan(work)
    work.gcsync("apply", "--auto-approve", "--target", "stream.agents")
    assert (expect(work).code, work.gcsync("plan", "--detailed-exitcode").code) == (0, 0)


def test_all_done_already_is_no_change(work: Workplace) -> None:
    work.stack("conversations")
    plan(work)
    work.gcsync("apply", "--auto-approve")
    ran = work.gcsync("apply", "--expect", "plan.gcsync")
    assert (ran.last_line, ran.code) == (applied(), 0)


def test_a_change_that_needs_one_left_out_is_not_applied_alone(work: Workplace, hand: Hand) -> None:
    """A name is traded: without the other half of it there is nothing to be had."""
    text = "version: 1\nstack: s\nstreams:\n{}"
    stream = "  {}:\n    name: {}\n    description: {}\n    destinations: [{{protocol: https, url: https://a.de}}]\n"
    work.write("stacks/s.yaml", text.format(stream.format("one", "a", "x") + stream.format("two", "b", "x")))
    work.gcsync("apply", "--auto-approve")
    work.write("stacks/s.yaml", text.format(stream.format("one", "b", "x") + stream.format("two", "c", "x")))
    plan(work)
    work.write("stacks/s.yaml", text.format(stream.format("one", "b", "x") + stream.format("two", "c", "y")))
    ran = expect(work)
    assert (ran.code, names(hand)) == (1, ["a", "b"])


def test_a_plan_is_expected_once(work: Workplace) -> None:
    work.stack("conversations")
    plan(work)
    assert expect(work).code == 0
    assert "GC617" in expect(work).err


def test_json_holds_what_was_left_out(work: Workplace) -> None:
    work.stack("conversations")
    plan(work)
    work.stack("conversations", "agents")
    document = expect(work, "--format", "json").document
    assert [(one["code"], one["path"]) for one in document["gcsync"]["diagnostics"]] == [("GC745", "stream.agents")]
    assert document["gcsync"]["applied"]["counts"]["created"] == 1


class TestSecrets:
    def given(self, key: str = SECRET) -> tuple[str, ...]:
        return ("--var", f"api_key={key}", "--var", f"endpoint={ENDPOINT}")

    def test_the_same_one_is_confirmed_by_the_file(self, work: Workplace, hand: Hand) -> None:
        work.write("stacks/team.yaml", WITH_SECRET)
        plan(work, *self.given())
        assert expect(work, "--var", f"api_key={SECRET}").code == 0
        assert hand.stream("calls")["destinations"][0]["headers"] == {"X-Api-Key": SECRET}

    def test_another_one_is_not(self, work: Workplace, hand: Hand) -> None:
        work.write("stacks/team.yaml", WITH_SECRET)
        plan(work, *self.given())
        ran = expect(work, *self.given("another-secret"))
        assert (ran.code, "its sensitive values cannot be confirmed" in ran.err, hand.streams()) == (1, True, [])
        assert "another-secret" not in ran.out + ran.err

    def test_nor_one_of_a_file_that_says_nothing_of_it(self, work: Workplace, hand: Hand) -> None:
        work.write("stacks/team.yaml", WITH_SECRET)
        plan(work, *self.given())
        hidden = json.loads((work.folder / "plan.gcsync").read_text(encoding="utf-8"))["content"]["hidden"]
        rewrite(work, hidden={name: hidden[name] for name in ("salt", "digest")})
        assert (expect(work, *self.given()).code, hand.streams()) == (1, [])

    def test_one_on_an_object_that_was_written_to_since(self, work: Workplace, hand: Hand) -> None:
        work.write("stacks/team.yaml", WITH_SECRET)
        work.gcsync("apply", "--auto-approve", *self.given())
        work.write("stacks/team.yaml", WITH_SECRET.replace("conversation:start", "conversation:end"))
        plan(work, *self.given())
        hand.change("calls")
        ran = expect(work, *self.given())
        assert (ran.code, "its object was written to" in ran.err) == (1, True)


class TestRefused:
    @pytest.mark.parametrize("option", [["--target", "stream.a"], ["--no-delete"], ["--undo", "j"]])
    def test_what_is_to_be_chosen_anew(self, work: Workplace, option: list[str]) -> None:
        work.stack("conversations")
        plan(work)
        assert "GC619" in expect(work, *option).err

    def test_another_environment_or_organization(self, work: Workplace, tmp_path: Path) -> None:
        from gcsync.emulator import EmulatorSettings, start
        from tests.e2e.workplace import credentials_for

        work.stack("conversations", settings="environments:\n  dev: {}\n  prod: {}\n")
        plan(work, "--env", "dev")
        assert "GC614" in expect(work, "--env", "prod").err
        with start(EmulatorSettings(database=tmp_path / "other.db", organization="Another Ltd")) as other:
            ran = work.gcsync("apply", "--expect", "plan.gcsync", "--auto-approve", **credentials_for(other.url))
        assert (ran.code, "GC614" in ran.err) == (1, True)

    def test_what_is_no_plan_file(self, work: Workplace) -> None:
        work.stack("conversations")
        (work.folder / "plan.gcsync").write_text(work.gcsync("plan", "--format", "json").out)
        assert "GC605" in expect(work).err
        (work.folder / "plan.gcsync").write_text("{}")
        assert "GC612" in expect(work).err
        (work.folder / "plan.gcsync").unlink()
        assert expect(work).code == 1

    def test_a_plan_back(self, work: Workplace) -> None:
        work.stack("conversations")
        work.gcsync("apply", "--auto-approve")
        (journal,) = (work.folder / ".gcsync").glob("journal-*.jsonl")
        plan(work, "--undo", str(journal))
        assert "GC746" in expect(work).err
