"""`plan` with several environments: one report with a column each, one exit code over all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.environments import SECRET, STACK, Place, two_organizations
from tests.e2e.workplace import Hand, Ran

ALL = ("--env", "dev", "--env", "test", "--env", "prod")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with two_organizations(tmp_path) as found:
        yield found


def matrix(ran: Ran) -> list[list[str]]:
    """The lines from the heading of the matrix to its counts, in words."""
    lines = [line.split() for line in ran.out.splitlines()]
    first = next(index for index, words in enumerate(lines) if words[:1] == ["Resource"])
    last = next(index for index, words in enumerate(lines) if words[:1] == ["Changes"])
    return lines[first : last + 1]


def test_one_report_with_a_column_each(place: Place) -> None:
    place.apply("dev", "test")
    place.prod.create("calls-prod")
    place.dev.delete("agents-test")
    ran = place.work.gcsync("plan", *ALL, "--detailed-exitcode")
    assert matrix(ran) == [
        ["Resource", "dev", "test", "prod"],
        ["stream.agents", "=", "create", "create"],
        ["stream.calls", "=", "=", "adopt"],
        ["Changes", "=", "1", "2"],
    ]
    assert ran.out.startswith("dev, test: Organization Example Dev, us-east-1, as client dev-clie")
    assert "\nprod: Organization Example Ltd," in ran.out
    assert ran.out.index("Stack team@dev") < ran.out.index("Stack team@test") < ran.out.index("Stack team@prod")
    assert ran.last_line == "Plan: 2 to create, 0 to update, 0 to replace, 0 to delete, 1 to adopt, 3 unchanged."
    assert (ran.code, SECRET in ran.out) == (2, False)


def test_the_exit_code_is_that_of_the_worst(place: Place) -> None:
    place.apply("dev", "test", "prod")
    assert place.work.gcsync("plan", *ALL, "--detailed-exitcode").code == 0
    place.prod.change("calls-prod", enabled=False)
    assert place.work.gcsync("plan", *ALL, "--detailed-exitcode").code == 2
    assert place.work.gcsync("plan", *ALL).code == 0
    ran = place.work.gcsync("plan", *ALL, "--detailed-exitcode", GENESYS_CLOUD_DEV_CLIENT_SECRET="")
    assert (ran.code, matrix(ran)[-1]) == (1, ["Changes", "NOT", "READ", "NOT", "READ", "1"])


@pytest.mark.parametrize(
    ("environ", "code"),
    [({"GENESYS_CLOUD_PROD_CLIENT_ID": ""}, "GC301"), ({"GENESYS_CLOUD_PROD_CLIENT_ID": "nobody"}, "GC306")],
    ids=["no credentials", "401"],
)
def test_what_is_wrong_with_one_keeps_no_other_from_being_shown(
    place: Place, environ: dict[str, str], code: str
) -> None:
    ran = place.work.gcsync("plan", *ALL, **environ)
    assert matrix(ran) == [
        ["Resource", "dev", "test", "prod"],
        ["stream.agents", "create", "create", "?"],
        ["stream.calls", "create", "create", "?"],
        ["Changes", "2", "2", "NOT", "READ"],
    ]
    assert (ran.code, f"error[{code}]" in ran.out, code in ran.err) == (1, True, True)
    document = place.work.gcsync("plan", *ALL, "--format", "json", **environ).document
    assert (document["errored"], document["applyable"]) == (True, False)
    assert [one["code"] for one in document["gcsync"]["diagnostics"]] == [code]


def test_a_name_that_two_environments_want_in_one_organization_is_refused_with_both_places(place: Place) -> None:
    place.work.write("stacks/team.yaml", STACK.replace("name: calls-${env_name}", "name: calls"))
    ran = place.work.gcsync("plan", *ALL)
    assert (ran.code, ran.out.count("GC855")) == (1, 1)
    assert (
        'error[GC855]: stacks/team.yaml:13:11: stream.calls: the name "calls" is also that of stream.calls of team@dev '
        "(stacks/team.yaml:13:11), in the same organization" in ran.out
    )
    assert "hint: write ${env_name} into the name" in ran.out
    document = place.work.gcsync("plan", *ALL, "--format", "json").document
    assert (document["errored"], document["applyable"]) == (True, False)
    assert place.work.gcsync("plan", "--env", "dev", "--env", "prod").code == 0


def test_a_value_that_one_environment_lacks_is_its_own_failure(place: Place) -> None:
    text = STACK.replace("variables: {endpoint: https://prod.example.com/e}", "variables: {}")
    place.work.write("stacks/team.yaml", text)
    ran = place.work.gcsync("plan", *ALL)
    assert (ran.code, matrix(ran)[-1]) == (1, ["Changes", "2", "2", "NOT", "READ"])
    assert "error[GC201]" in ran.out


def test_an_organization_is_read_once_per_client(place: Place) -> None:
    place.dev.requests()
    place.work.gcsync("plan", *ALL)
    listings = [line for line in place.dev.requests() if line.startswith("GET /api/v2/eventstreams")]
    assert len(listings) == 1


def test_an_unknown_one_is_refused_before_anything_is_read(place: Place) -> None:
    place.dev.requests()
    ran = place.work.gcsync("plan", "--env", "dev", "--env", "qa")
    assert (ran.code, ran.out) == (1, "")
    assert 'there is no environment "qa"; there are dev, test, prod' in ran.err
    assert place.dev.requests() == []


def test_the_same_one_twice_is_one(place: Place) -> None:
    once, twice = place.work.gcsync("plan", "--env", "dev"), place.work.gcsync("plan", "--env", "dev", "--env", "dev")
    assert once.out == twice.out


def test_gcsync_env_may_name_several_and_gives_way(place: Place) -> None:
    assert place.work.gcsync("plan", GCSYNC_ENV="dev prod").out.startswith("dev: Organization Example Dev")
    assert "Stack" not in place.work.gcsync("plan", "--env", "dev", GCSYNC_ENV="dev prod").out
    err = place.work.gcsync("apply", GCSYNC_ENV="dev prod").err
    assert "GC221" in err
    assert "hint: this command takes one: name it with --env" in err


def test_a_plan_file_is_for_one_of_them(place: Place) -> None:
    ran = place.work.gcsync("plan", *ALL, "--out", "plan.gcsync")
    assert (ran.code, "error[GC741]: --out" in ran.err, ran.out) == (1, True, "")
    assert "GC741" in place.work.gcsync("plan", *ALL, "--undo", "journal.jsonl").err


def test_a_target_counts_in_any_of_them(place: Place) -> None:
    ran = place.work.gcsync("plan", *ALL, "--target", "stream.calls")
    assert (ran.code, matrix(ran)[1]) == (0, ["stream.agents", "left", "out", "left", "out", "left", "out"])
    assert "GC410" in place.work.gcsync("plan", *ALL, "--target", "stream.nobody").err


def test_on_the_emulator_of_the_command_line(place: Place) -> None:
    text = STACK.replace("genesys: {organization: Example Dev}, ", "").replace(
        "genesys: {organization: Example Ltd}, ", ""
    )
    place.work.write("stacks/team.yaml", text)
    ran = place.work.gcsync("plan", "--emulator", *ALL)
    assert (ran.code, matrix(ran)[-1]) == (0, ["Changes", "2", "2", "2"])


def test_compare_tells_what_was_edited_by_hand_and_writes_nothing(place: Place) -> None:
    place.apply("dev", "prod")
    compare = ("compare", "--env", "dev", "--env", "prod")
    ran = place.work.gcsync(*compare)
    assert (ran.code, ran.last_line) == (0, "No differences between dev and prod.")
    place.prod.change("calls-prod", enabled=False)
    place.dev.delete("agents-dev")
    for hand in (place.dev, place.prod):
        hand.requests()
    ran = place.work.gcsync(*compare)
    assert (ran.code, ran.last_line) == (0, "dev and prod differ: 0 declared, 2 live.")
    assert "dev   true (as declared)\n          prod  false (not as declared)" in ran.out
    assert "dev   not there\n      prod  there" in ran.out
    assert writes(place.dev) == writes(place.prod) == []
    document = place.work.gcsync(*compare, "--format", "json", "--all").document
    assert [one["path"] for one in document["by_variables"]] == ["name", "destinations[0].url"] * 2
    assert place.work.gcsync(*compare, "--format", "markdown").out.startswith("**dev and prod differ: 0 declared")
    assert SECRET not in place.work.gcsync(*compare, "--all").out


def test_compare_needs_two_that_can_be_read(place: Place) -> None:
    assert "GC743" in place.work.gcsync("compare", "--env", "dev").err
    ran = place.work.gcsync("compare", "--env", "dev", "--env", "prod", GENESYS_CLOUD_PROD_CLIENT_ID="")
    assert (ran.code, ran.out, "error[GC301]: prod: no credentials" in ran.err) == (1, "", True)


def writes(hand: Hand) -> list[str]:
    return [line for line in hand.requests() if not line.startswith(("GET ", "POST /oauth/token"))]
