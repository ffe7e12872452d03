"""Two plans of one run that take one name in one organization."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gcsync.engine import refuse_names_taken_twice
from gcsync.model.address import Address
from gcsync.model.diagnostic import Place
from gcsync.model.plan import Action, Change, Plan, Target
from gcsync.model.resource import Organization, Resource

HERE = Target(Organization("o-1", "Example Ltd"), "us-east-1", "client one", "https://api.example.com")


def resource(name: str, kind: str = "stream", line: int = 7) -> Resource:
    address = Address.parse(f"{kind}.calls")
    return Resource(address, {"name": name, "enabled": True}, locate=lambda _: Place("stacks/team.yaml", line, 11))


def plan(owner: str, name: str, action: Action = Action.CREATE, kind: str = "stream", target: Target = HERE) -> Plan:
    wanted = resource(name, kind)
    change = Change(wanted.address, action, "genesyscloud_event_stream", name, desired=wanted)
    return Plan(stack=owner.partition("@")[0], owner=owner, target=target, changes=(change,), environment="dev")


def codes(*plans: Plan) -> list[list[str]]:
    return [[found.code for found in one.diagnostics] for one in refuse_names_taken_twice(plans)]


def test_the_second_is_refused_with_both_places_whoever_one_speaks_to_it_as() -> None:
    second = plan("team@prod", "CALLS", target=replace(HERE, client="client two"))
    before, after = refuse_names_taken_twice([plan("team@dev", "calls"), second])
    assert before.diagnostics == ()
    (found,) = after.diagnostics
    assert str(found.place) == "stacks/team.yaml:7:11"
    assert found.message == (
        'the name "CALLS" is also that of stream.calls of team@dev (stacks/team.yaml:7:11), in the same organization'
    )


def test_two_that_adopt_one_object_are_no_better() -> None:
    assert codes(plan("a", "calls", Action.ADOPT), plan("b", "calls", Action.ADOPT)) == [[], ["GC855"]]


@pytest.mark.parametrize(
    "second",
    [
        plan("b", "other"),
        plan("b", "calls", Action.NO_OP),
        plan("b", "calls", kind="trigger"),
        plan("b", "calls", target=replace(HERE, organization=Organization("o-2", "Example Dev"))),
    ],
    ids=["another name", "no change", "another kind", "another organization"],
)
def test_all_else_is_left_alone(second: Plan) -> None:
    assert codes(plan("a", "calls"), second) == [[], []]
