"""Laws that hold for every stack and every organization."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gcsync.engine import Options
from gcsync.model.marker import Marker
from gcsync.model.outcome import Status
from gcsync.model.plan import Action
from gcsync.model.resource import Lifecycle, Resource, Safety, Stack
from gcsync.model.value import Secret
from tests.engine.organization import Streams, apply, carry_out, plan_for, stack, stream
from tests.examples import examples

KEYS = st.sampled_from(["a", "b", "c", "d", "e"])
NAMES = st.sampled_from(["alpha", "Beta", "gamma", "DELTA", "épsilon"])
EVENT_TYPES = st.lists(st.sampled_from(["conversation:start", "conversation:end", "user:state:change"]), max_size=4)
HEADERS = st.dictionaries(st.sampled_from(["X-Key", "X-Team"]), st.sampled_from(["one", "two"]).map(Secret), max_size=2)
DESTINATIONS = st.lists(
    st.fixed_dictionaries(
        {
            "protocol": st.just("https"),
            "url": st.sampled_from(
                ["https://a.example.com", "https://u:p@b.example.com", "https://c.example.com/?t=1"]
            ),
        },
        optional={"headers": HEADERS},
    ),
    min_size=1,
    max_size=2,
)


@st.composite
def resources(draw: st.DrawFn, key: str) -> Resource:
    attributes = {"name": draw(NAMES), "enabled": draw(st.booleans()), "destinations": draw(DESTINATIONS)}
    if draw(st.booleans()):
        attributes["event_types"] = draw(EVENT_TYPES)
    if draw(st.booleans()):
        attributes["description"] = draw(st.sampled_from(["", "one", " two\r\nlines ", "ünï [x]"]))
    return stream(key, Lifecycle(prevent_destroy=False), **attributes)


@st.composite
def stacks(draw: st.DrawFn) -> Stack:
    found: dict[str, Resource] = {}
    for key in draw(st.lists(KEYS, unique=True, min_size=1, max_size=5)):
        resource = draw(resources(key))
        found.setdefault(resource.name.casefold(), resource)
    return stack(*found.values(), safety=Safety(max_delete_percent=100))


UNMANAGED_NAMES = ["one by hand", "another by hand", "gamma"]


def organization_with(names: list[str], *, versions: bool) -> Streams:
    organization = Streams(versions=versions)
    for name in names:
        organization.put(name, description="by hand", event_types=["conversation:end"])
    return organization


@given(stacks(), stacks(), st.lists(st.sampled_from(UNMANAGED_NAMES), unique=True), st.booleans())
@examples(300)
def test_after_an_apply_there_is_nothing_to_do(first: Stack, second: Stack, names: list[str], versions: bool) -> None:
    organization = organization_with(names, versions=versions)
    for wanted in (first, second):
        plan = plan_for(wanted, organization)
        if plan.errored:
            return
        report = carry_out(plan, organization)
        assert report.count(Status.FAILED, Status.DIFFERS, Status.SKIPPED, Status.NOT_VERIFIED) == 0
        again = plan_for(wanted, organization)
        assert [change for change in again.changes if change.action is not Action.NO_OP] == []


@given(stacks(), st.lists(st.sampled_from(UNMANAGED_NAMES[:2]), unique=True, min_size=1))
@examples(100)
def test_unmanaged_objects_never_change(wanted: Stack, names: list[str]) -> None:
    organization = organization_with(names, versions=True)
    before = {name: organization.named(name) for name in names}
    apply(wanted, organization)
    apply(replace(wanted, resources={}), organization, Options(destroy=True))
    assert {name: organization.named(name) for name in names} == before


@given(stacks(), stacks())
@examples(100)
def test_objects_of_another_stack_never_change(mine: Stack, theirs: Stack) -> None:
    organization = Streams()
    apply(replace(theirs, name="others"), organization)
    before = dict(organization.objects)
    apply(mine, organization)
    apply(mine, organization, Options(destroy=True))
    assert {identifier: organization.objects.get(identifier) for identifier in before} == before


@given(stacks(), stacks(), st.randoms(use_true_random=False))
@examples(100)
def test_the_order_of_input_never_matters(first: Stack, second: Stack, shuffler: random.Random) -> None:
    organization = Streams()
    apply(first, organization)
    plan = plan_for(second, organization)
    items, objects = list(second.resources.items()), list(organization.objects.items())
    shuffler.shuffle(items)
    shuffler.shuffle(objects)
    organization.objects = dict(objects)
    assert plan_for(replace(second, resources=dict(items)), organization) == plan


@given(stacks())
@examples(100)
def test_destroy_leaves_nothing_that_the_stack_owns(wanted: Stack) -> None:
    organization = Streams()
    apply(wanted, organization)
    apply(wanted, organization, Options(destroy=True))
    assert not [remote for remote in organization.objects.values() if isinstance(remote.marker, Marker)]


@given(stacks(), stacks())
@examples(150)
def test_a_half_done_apply_is_finished_by_the_next(first: Stack, second: Stack) -> None:
    organization = Streams()
    apply(first, organization)
    plan = plan_for(second, organization)
    carry_out(replace(plan, steps=tuple(s for s in plan.steps[: len(plan.steps) // 2] if not s.requires)), organization)
    report = apply(second, organization)
    assert report.count(Status.FAILED, Status.DIFFERS, Status.SKIPPED) == 0
    assert not plan_for(second, organization).active
