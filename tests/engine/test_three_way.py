"""The three-way table of the contract, row by row, on the plan of one stream."""

from __future__ import annotations

from typing import Any

import pytest

from gcsync.model.plan import Action, Change, Reason
from gcsync.model.resource import Lifecycle
from gcsync.model.value import UNREADABLE, Secret
from tests.engine.organization import URL, Streams, apply, plan_for, stack, stream


def planned(organization: Streams, key: bytes | None = None, /, **attributes: Any) -> Change:
    (change,) = plan_for(stack(stream("s", **attributes)), organization, key=key).changes
    return change


def applied(key: bytes | None = None, /, *, versions: bool = True, **attributes: Any) -> Streams:
    organization = Streams(versions=versions)
    apply(stack(stream("s", **attributes)), organization, key=key)
    return organization


def reasons(change: Change) -> dict[str, Reason]:
    return {attribute.name: attribute.reason for attribute in change.attributes}


def destination(**headers: Any) -> list[dict[str, Any]]:
    return [{"protocol": "https", "url": URL, "headers": headers}]


def test_declared_equals_remote_is_unchanged() -> None:
    change = planned(applied(description="one"), description="one")
    assert (change.action, change.attributes) == (Action.NO_OP, ())


def test_declared_equals_last_applied_is_drift() -> None:
    organization = applied(description="one")
    organization.edit("s", description="by hand")
    assert reasons(planned(organization, description="one")) == {"description": Reason.DRIFT}


def test_remote_equals_last_applied_is_pending() -> None:
    assert reasons(planned(applied(description="one"), description="two")) == {"description": Reason.PENDING}


def test_all_three_differ_is_a_conflict() -> None:
    organization = applied(description="one")
    organization.edit("s", description="by hand")
    change = planned(organization, description="two")
    assert reasons(change) == {"description": Reason.CONFLICT}
    assert change.has_conflict


def test_never_applied_is_pending() -> None:
    organization = applied()
    organization.edit("s", description="by hand")
    assert reasons(planned(organization, description="two")) == {"description": Reason.PENDING}


def test_each_attribute_has_its_own_reason() -> None:
    organization = applied(description="one", enabled=True)
    organization.edit("s", enabled=False)
    change = planned(organization, description="two", enabled=True)
    assert reasons(change) == {"description": Reason.PENDING, "enabled": Reason.DRIFT}


def test_an_edit_by_hand_that_git_follows_is_no_change() -> None:
    organization = applied(description="one")
    organization.edit("s", description="two")
    assert planned(organization, description="two").action is Action.NO_OP


def test_what_is_not_declared_is_left_as_it_is() -> None:
    organization = applied()
    organization.edit("s", event_types=["conversation:end"])
    assert planned(organization).action is Action.NO_OP


def test_what_left_the_file_is_left_as_it_is() -> None:
    assert planned(applied(event_types=["conversation:end"])).action is Action.NO_OP


def test_an_attribute_taken_away_by_hand_is_drift() -> None:
    organization = applied(event_types=["conversation:end"])
    organization.edit("s", event_types=None)
    change = planned(organization, event_types=["conversation:end"])
    assert reasons(change) == {"event_types": Reason.DRIFT}


@pytest.mark.parametrize(
    ("declared", "remote"),
    [
        ({"event_types": ["a", "b"]}, {"event_types": ["b", "a"]}),
        ({"event_types": ["a"]}, {"event_types": ["a", "a"]}),
        ({"event_types": []}, {"event_types": None}),
        ({"description": ""}, {"description": None}),
        ({"description": "two\nlines\n"}, {"description": "two\r\nlines"}),
        ({"destinations": destination()}, {"destinations": [{"protocol": "https", "url": URL}]}),
        ({"destinations": destination(**{"X-Key": "1"})}, {"destinations": destination(**{"x-key": "1"})}),
    ],
    ids=["order of a set", "repetition in a set", "empty set", "empty text", "line ends", "no headers", "header case"],
)
def test_what_means_the_same_is_no_difference(declared: dict[str, Any], remote: dict[str, Any]) -> None:
    organization = applied(**declared)
    organization.edit("s", **remote)
    assert planned(organization, **declared).action is Action.NO_OP


def test_a_number_is_not_a_boolean() -> None:
    organization = applied(enabled=True)
    organization.edit("s", enabled=1)
    assert reasons(planned(organization, enabled=True)) == {"enabled": Reason.DRIFT}


KEYS = pytest.mark.parametrize("key", [None, b"a key of the team"], ids=["keyless", "keyed"])


@KEYS
def test_a_sensitive_value_changed_by_hand_is_drift(key: bytes | None) -> None:
    declared = destination(**{"X-Key": Secret("declared")})
    organization = applied(key, destinations=declared)
    organization.edit("s", destinations=destination(**{"X-Key": "by hand"}))
    assert reasons(planned(organization, key, destinations=declared)) == {"destinations": Reason.DRIFT}


@KEYS
def test_a_rotated_value_is_pending(key: bytes | None) -> None:
    organization = applied(key, destinations=destination(**{"X-Key": Secret("old")}))
    change = planned(organization, key, destinations=destination(**{"X-Key": Secret("new")}))
    assert reasons(change) == {"destinations": Reason.PENDING}


@KEYS
def test_what_the_api_does_not_return_is_not_checked(key: bytes | None) -> None:
    declared = destination(**{"X-Key": Secret("declared")})
    organization = applied(key, destinations=declared)
    organization.edit("s", destinations=destination(**{"X-Key": UNREADABLE}))
    change = planned(organization, key, destinations=declared)
    assert (change.action, reasons(change)) == (Action.NO_OP, {"destinations": Reason.NOT_CHECKED})


@KEYS
def test_a_rotation_of_what_the_api_does_not_return_is_pending(key: bytes | None) -> None:
    organization = applied(key, destinations=destination(**{"X-Key": Secret("old")}))
    organization.edit("s", destinations=destination(**{"X-Key": UNREADABLE}))
    change = planned(organization, key, destinations=destination(**{"X-Key": Secret("new")}))
    assert reasons(change) == {"destinations": Reason.PENDING}


@KEYS
def test_the_readable_part_beside_it_is_still_compared(key: bytes | None) -> None:
    declared = destination(**{"X-Key": Secret("declared")})
    organization = applied(key, destinations=declared)
    elsewhere = [{**destination(**{"X-Key": UNREADABLE})[0], "url": "https://elsewhere.example.com"}]
    organization.edit("s", destinations=elsewhere)
    assert reasons(planned(organization, key, destinations=declared)) == {"destinations": Reason.DRIFT}


def test_a_masked_header_that_is_not_declared_is_a_difference() -> None:
    organization = applied()
    organization.edit("s", destinations=destination(**{"X-Added": UNREADABLE}))
    change = planned(organization, destinations=[{"protocol": "https", "url": URL}])
    assert list(reasons(change)) == ["destinations"]


def test_without_the_key_that_made_it_a_fingerprint_matches_nothing() -> None:
    organization = applied(b"key", destinations=destination(**{"X-Key": Secret("old")}))
    change = planned(organization, destinations=destination(**{"X-Key": Secret("new")}))
    assert reasons(change) == {"destinations": Reason.CONFLICT}


def test_a_secret_in_a_plain_attribute_hides_both_sides() -> None:
    organization = applied(description=Secret("one"))
    organization.edit("s", description="by hand")
    (attribute,) = planned(organization, description=Secret("one")).attributes
    assert (attribute.before, attribute.after, attribute.reason) == (
        Secret("by hand"),
        Secret("one"),
        Reason.DRIFT,
    )


def test_what_was_secret_when_applied_stays_hidden() -> None:
    organization = applied(description=Secret("one"))
    (attribute,) = planned(organization, description="no secret").attributes
    assert (attribute.before, attribute.after) == (Secret("one"), "no secret")


def test_a_url_with_credentials_is_sealed() -> None:
    organization = applied()
    organization.edit("s", destinations=[{"protocol": "https", "url": "https://user:word@example.com"}])
    (attribute,) = planned(organization).attributes
    assert attribute.before == [{"protocol": "https", "url": Secret("https://user:word@example.com")}]


def test_an_ignored_attribute_keeps_its_remote_value() -> None:
    organization = applied(description="one")
    organization.edit("s", description="by hand")
    wanted = stack(stream("s", Lifecycle(ignore_changes=("description",)), description="two", enabled=False))
    report = apply(wanted, organization)
    assert report.counts["updated"] == 1
    assert organization.named("s").attributes["description"] == "by hand"
    assert organization.named("s").attributes["enabled"] is False
    assert not plan_for(wanted, organization).active


def test_protection_set_or_lifted_is_an_update() -> None:
    organization = applied()
    protected = stack(stream("s", Lifecycle(prevent_destroy=True)))
    (change,) = plan_for(protected, organization).changes
    (attribute,) = change.attributes
    assert (change.action, attribute.name, attribute.before, attribute.after) == (
        Action.UPDATE,
        "lifecycle.prevent_destroy",
        False,
        True,
    )
    apply(protected, organization)
    assert not plan_for(protected, organization).active
    assert plan_for(stack(stream("s")), organization).summary.update == 1
