from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.engine.dating import Ages, by_age
from gcsync.model.address import Address
from gcsync.model.drift import Blame, DriftReport
from gcsync.model.plan import Action, Change, Plan
from gcsync.model.resource import RemoteObject
from tests.engine.organization import TARGET

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def change(key: str, days: float | None) -> Change:
    """A change whose object was changed last so many days ago; None where nobody says."""
    when = None if days is None else (NOW - timedelta(days=days)).isoformat()
    remote = RemoteObject("stream", f"id-{key}", key, {}, modified=when)
    return Change(Address("stream", key), Action.UPDATE, "", key, remote=remote)


def report(*drifted: Change, **more: object) -> DriftReport:
    return replace(DriftReport(Plan("team", "team", TARGET, ()), drifted=drifted), **more)  # type: ignore[arg-type]


def keys(changes: tuple[Change, ...]) -> list[str]:
    return [found.address.key for found in changes]


def test_nothing_is_asked_and_nothing_changes() -> None:
    one = report(change("a", 100), change("b", None))
    assert by_age(one, Ages(NOW)) is one


def test_what_changed_last_before_the_moment_is_set_aside_and_counts_no_more() -> None:
    found = by_age(report(change("new", 1), change("old", 3)), Ages(NOW, since=NOW - timedelta(days=2)))
    assert (keys(found.drifted), keys(found.older)) == (["new"], ["old"])
    assert not replace(found, drifted=()).found()


def test_what_nobody_can_date_stays_in_and_is_said() -> None:
    found = by_age(report(change("a", None)), Ages(NOW, since=NOW))
    assert (keys(found.drifted), found.undated) == (["a"], {Address("stream", "a")})


def test_what_has_stood_too_long_comes_first_and_is_marked() -> None:
    one = report(change("new", 1), change("old", 9), change("unknown", None))
    found = by_age(one, Ages(NOW, max_age=timedelta(days=7)))
    assert (keys(found.drifted), found.overdue) == (["old", "new", "unknown"], {Address("stream", "old")})
    assert found.found()


def test_the_audit_record_dates_what_the_api_does_not() -> None:
    blame = {Address("stream", "a"): Blame("Jane Doe", when="2026-11-01T00:00:00Z")}
    found = by_age(report(change("a", None), blame=blame), Ages(NOW, since=NOW - timedelta(days=2)))
    assert (keys(found.older), found.undated) == (["a"], frozenset())


@pytest.mark.parametrize("group", ["missing", "not_adopted"])
def test_the_other_groups_go_by_age_too(group: str) -> None:
    one = report(**{group: (change("old", 9), change("new", 1))})
    found = by_age(one, Ages(NOW, since=NOW - timedelta(days=2)))
    assert (keys(getattr(found, group)), keys(found.older)) == (["new"], ["old"])


AGE = st.none() | st.floats(0, 100)


@given(st.lists(AGE, max_size=8), AGE, AGE)
def test_everything_stays_somewhere(days: list[float | None], since: float | None, limit: float | None) -> None:
    one = report(*(change(f"k{number}", age) for number, age in enumerate(days)))
    begin = None if since is None else NOW - timedelta(days=since)
    found = by_age(one, Ages(NOW, begin, None if limit is None else timedelta(days=limit)))
    assert sorted(keys(found.drifted) + keys(found.older)) == sorted(keys(one.drifted))
    assert found.overdue <= {one.address for one in found.drifted}
