"""Two runs that make the same object at once, where names are not unique: never both objects stay."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gcsync.engine import StopRequest
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.failure import OutcomeUnknown, RemoteError
from gcsync.model.marker import Marker
from gcsync.model.outcome import Outcome, Report, Status
from gcsync.model.resource import Listing, RemoteObject, Resource
from tests.engine.organization import Streams, apply, carry_out, plan_for, stack, stream

ADDRESS = Address("trigger", "t")
OURS = Marker("team", ADDRESS, ())


def trigger(key: str = "t") -> Resource:
    target = {"type": "Workflow", "id": "4d3c2b1a-0000-4000-8000-000000000001"}
    values = {"name": key, "enabled": True, "topic": "v2.detail.events.conversation.{id}.customer.end"}
    return Resource(Address("trigger", key), {**values, "target": target})


def triggers() -> Streams:
    return Streams(name="trigger", unique=False)


def twin_appears(organization: Streams, marker: Marker = OURS) -> None:
    """Another run makes the same object right after ours."""

    def make(operation: str, _: str) -> None:
        if operation == "create":
            organization.after = lambda *_: None
            organization.put("t", marker)

    organization.after = make


def only(report: Report) -> Outcome:
    (outcome,) = report.outcomes
    return outcome


def codes(report: Report) -> list[str]:
    return [outcome.diagnostic.code for outcome in report.outcomes if outcome.diagnostic is not None]


def test_a_run_that_sees_a_twin_deletes_its_own_and_fails() -> None:
    organization = triggers()
    twin_appears(organization)
    outcome = only(apply(stack(trigger()), organization))
    assert (outcome.status, list(organization.objects)) == (Status.FAILED, ["id-2"])
    assert outcome.diagnostic is not None
    assert outcome.diagnostic.code == "GC523"
    assert "(id-2)" in outcome.diagnostic.message
    assert "(id-1)" in outcome.diagnostic.message
    assert "the next apply" in outcome.diagnostic.hint


def test_alone_it_stays() -> None:
    organization = triggers()
    assert apply(stack(trigger()), organization).counts["created"] == 1
    assert list(organization.objects) == ["id-1"]


def test_an_object_of_another_owner_or_address_is_no_twin() -> None:
    for marker in (replace(OURS, owner="others"), replace(OURS, address=Address("trigger", "u")), None):
        organization = triggers()
        twin_appears(organization, marker)  # type: ignore[arg-type]
        assert apply(stack(trigger()), organization).counts["created"] == 1
        assert len(organization.objects) == 2


def test_a_kind_with_unique_names_is_not_listed_again() -> None:
    organization = Streams()
    plan = plan_for(stack(stream("s")), organization)
    listed = count_listings(organization)
    carry_out(plan, organization)
    assert listed == []


def test_one_listing_does_for_all_that_was_made() -> None:
    organization = triggers()
    plan = plan_for(stack(*map(trigger, "abc")), organization)
    listed = count_listings(organization)
    carry_out(plan, organization)
    # The read-back takes one more where it asks for many.
    assert 1 <= len(listed) <= 2


def test_nothing_is_listed_where_nothing_was_made() -> None:
    organization = triggers()
    apply(stack(trigger()), organization)
    plan = plan_for(stack(), organization)
    listed = count_listings(organization)
    carry_out(plan, organization)
    assert listed == []


def count_listings(organization: Streams) -> list[int]:
    listed: list[int] = []
    original = organization.list

    def counted(session: object) -> Listing:
        listed.append(1)
        return original(session)

    organization.list = counted  # type: ignore[method-assign]
    return listed


def shown_late(organization: Streams, looks: int) -> list[int]:
    """The listing shows no object at first."""
    left = [looks]
    original = organization.list

    def stale(session: object) -> Listing:
        left[0] -= 1
        return Listing(()) if left[0] >= 0 else original(session)

    organization.list = stale  # type: ignore[method-assign]
    return left


def test_a_listing_that_does_not_show_our_own_yet_is_read_again() -> None:
    organization = triggers()
    plan = plan_for(stack(trigger()), organization)
    twin_appears(organization)
    shown_late(organization, 3)
    assert codes(carry_out(plan, organization)) == ["GC523"]
    assert list(organization.objects) == ["id-2"]


def test_one_that_never_shows_it_leaves_it_unverified() -> None:
    organization = triggers()
    plan = plan_for(stack(trigger()), organization)
    shown_late(organization, 1000)
    outcome = only(carry_out(plan, organization))
    assert (outcome.status, list(organization.objects)) == (Status.NOT_VERIFIED, ["id-1"])
    assert outcome.diagnostic is not None
    assert (outcome.diagnostic.code, "does not show it" in outcome.diagnostic.message) == ("GC525", True)


def test_one_from_which_objects_may_be_missing_is_read_again() -> None:
    organization = triggers()
    plan = plan_for(stack(trigger()), organization)
    twin_appears(organization)
    original, first = organization.list, [True]

    def torn(session: object) -> Listing:
        listing = original(session)
        return Listing(listing.objects[:1], moved=True) if first and first.pop() else listing

    organization.list = torn  # type: ignore[method-assign]
    assert codes(carry_out(plan, organization)) == ["GC523"]


def test_a_listing_that_fails_leaves_it_unverified() -> None:
    organization = triggers()
    plan = plan_for(stack(trigger()), organization)

    def fail(session: object) -> Listing:
        raise RemoteError(Diagnostic("GC330", "broken"))

    organization.list = fail  # type: ignore[method-assign]
    outcome = only(carry_out(plan, organization))
    assert (outcome.status, codes(Report("team", (outcome,)))) == (Status.NOT_VERIFIED, ["GC525"])


def test_after_an_interruption_nothing_is_listed_or_deleted() -> None:
    organization = triggers()
    plan = plan_for(stack(trigger()), organization)
    stop = StopRequest()

    def interrupt(operation: str, _: str) -> None:
        organization.after = lambda *_: None
        organization.put("t", OURS)
        stop.request(2)

    organization.after = interrupt
    listed = count_listings(organization)
    assert only(carry_out(plan, organization, stop)).status is Status.DONE
    assert (listed, len(organization.objects)) == ([], 2)


def test_only_what_bears_our_marker_still_is_deleted() -> None:
    organization = triggers()
    twin_appears(organization)
    read = organization.read

    def changed(session: object, object_id: str) -> RemoteObject | None:
        found = read(session, object_id)
        stolen = found is not None and object_id == "id-1"
        return replace(found, marker=replace(OURS, owner="others")) if stolen and found is not None else found

    organization.read = changed  # type: ignore[method-assign]
    assert codes(apply(stack(trigger()), organization)) == ["GC524"]
    assert len(organization.objects) == 2


def test_what_somebody_changed_since_it_was_made_stays() -> None:
    organization = triggers()
    twin_appears(organization)
    listed = organization.list

    def edited(session: object) -> Any:
        found = listed(session)
        organization.objects["id-1"] = replace(organization.objects["id-1"], attributes={"name": "t", "enabled": False})
        return found

    organization.list = edited  # type: ignore[method-assign]
    outcome = only(carry_out(plan_for(stack(trigger()), triggers()), organization))
    assert outcome.diagnostic is not None
    assert (outcome.diagnostic.code, sorted(organization.objects)) == ("GC524", ["id-1", "id-2"])
    assert "somebody changed it" in outcome.diagnostic.message


def test_a_listing_that_still_shows_a_deleted_object_shows_no_twin() -> None:
    organization = triggers()
    gone = replace(organization.put("t", OURS), id="id-gone")
    organization.objects.clear()
    listed = organization.list

    def lagging(session: object) -> Any:
        found = listed(session)
        return replace(found, objects=(gone, *found.objects))

    plan = plan_for(stack(trigger()), organization)
    organization.list = lagging  # type: ignore[method-assign]
    assert carry_out(plan, organization).counts["created"] == 1
    assert len(organization.objects) == 1


def test_a_delete_that_is_refused_is_told_with_both_ids() -> None:
    organization = triggers()
    twin_appears(organization)

    def refuse(operation: str, _: str) -> None:
        if operation == "delete":
            raise RemoteError(Diagnostic("GC308", "no permission"))

    organization.before = refuse
    outcome = only(apply(stack(trigger()), organization))
    assert outcome.diagnostic is not None
    assert (outcome.diagnostic.code, len(organization.objects)) == ("GC524", 2)
    assert all(part in outcome.diagnostic.message for part in ("id-1", "id-2", "no permission"))


def test_a_delete_whose_answer_is_lost_is_looked_up_and_repeated() -> None:
    organization = triggers()
    twin_appears(organization)
    lost = [True]

    def lose(operation: str, _: str) -> None:
        if operation == "delete" and lost and lost.pop():
            raise OutcomeUnknown(Diagnostic("GC320", "lost"))

    organization.before = lose
    assert codes(apply(stack(trigger()), organization)) == ["GC523"]
    assert list(organization.objects) == ["id-2"]


def half_made(organization: Streams, *, twin: bool) -> Report:
    """A create that fails after its first call and says which object it has left."""
    plan = plan_for(stack(trigger()), organization)
    original = organization.create

    def fail(session: object, attributes: Any, marker: Marker) -> RemoteObject:
        left = replace(original(session, attributes, marker), half_made=True)
        organization.objects[left.id] = left
        if twin:
            organization.put("t", OURS)
        raise RemoteError(Diagnostic("GC341", "the suffix is in use", hint="adopt it"), left_behind=left)

    organization.create = fail  # type: ignore[method-assign]
    return carry_out(plan, organization)


def test_what_a_failed_create_left_beside_a_twin_is_withdrawn() -> None:
    organization = triggers()
    outcome = only(half_made(organization, twin=True))
    assert (outcome.status, list(organization.objects)) == (Status.FAILED, ["id-2"])
    assert outcome.diagnostic is not None
    assert (outcome.diagnostic.code, "the suffix is in use" in outcome.diagnostic.message) == ("GC523", True)


def test_what_it_left_without_a_twin_is_for_the_next_apply() -> None:
    organization = triggers()
    outcome = only(half_made(organization, twin=False))
    assert (codes(Report("team", (outcome,))), list(organization.objects)) == (["GC341"], ["id-1"])


@given(first=st.integers(0, 4), second=st.integers(0, 4))
def test_whatever_the_order_of_two_runs_one_more_apply_converges(first: int, second: int) -> None:
    """Each run plans, writes, and lists; the second one's steps fall anywhere between the first one's."""
    organization = triggers()
    wanted = stack(trigger())
    plans = [plan_for(wanted, organization) for _ in range(2)]
    calls = [0]

    def interleave() -> None:
        calls[0] += 1
        if calls[0] == first + 1:
            carry_out(plans[1], organization)

    original_list, original_create = organization.list, organization.create

    def listed(session: object) -> Listing:
        if second % 2:
            interleave()
        found = original_list(session)
        interleave()
        return found

    def created(session: object, attributes: Any, marker: Marker) -> RemoteObject:
        interleave()
        return original_create(session, attributes, marker)

    organization.list, organization.create = listed, created  # type: ignore[method-assign]
    carry_out(plans[0], organization)
    if calls[0] <= first:
        carry_out(plans[1], organization)
    assert len(organization.objects) <= 1
    organization.list, organization.create = original_list, original_create  # type: ignore[method-assign]
    apply(wanted, organization)
    assert len(organization.objects) == 1
    assert plan_for(wanted, organization).summary.changes == 0


class TestLookingAgain:
    """Before creates of such a kind, where the plan's listing took several pages."""

    def test_what_the_plan_had_missed_is_not_made_twice(self) -> None:
        organization = triggers()
        plan = replace(plan_for(stack(trigger()), organization), pages={"trigger": 2})
        attributes = {name: value for name, value in trigger().attributes.items() if name != "name"}
        made = organization.put("t", plan.changes[0].marker)
        organization.objects[made.id] = replace(made, attributes={"name": "t", **attributes})
        outcome = only(carry_out(plan, organization))
        assert (outcome.status, len(organization.objects)) == (Status.DONE, 1)
        assert "had missed it" in outcome.note

    def test_of_one_page_nothing_can_be_missed(self) -> None:
        organization = triggers()
        listings = []
        listed = organization.list
        plan = plan_for(stack(trigger()), organization)
        organization.list = lambda session: listings.append(1) or listed(session)  # type: ignore[method-assign, func-returns-value]
        carry_out(plan, organization)
        assert len(listings) == 1

    def test_a_listing_that_fails_leaves_it_to_the_look_at_the_end(self) -> None:
        organization = triggers()
        plan = replace(plan_for(stack(trigger()), organization), pages={"trigger": 2})
        listed, failures = organization.list, [True]

        def failing(session: object) -> Any:
            if failures:
                failures.pop()
                raise RemoteError(Diagnostic("GC318", "busy"))
            return listed(session)

        organization.list = failing  # type: ignore[method-assign]
        assert carry_out(plan, organization).counts["created"] == 1
