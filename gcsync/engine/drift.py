"""A plan, sorted into what somebody changed by hand and what merely waits to be applied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gcsync.engine.options import Refreshed
from gcsync.model.address import Address
from gcsync.model.drift import DriftReport, Owned
from gcsync.model.marker import Marker, UnusableMarker
from gcsync.model.plan import Action, Change, Plan, Reason
from gcsync.model.resource import RemoteObject, Stack

_CHANGING = (Action.UPDATE, Action.REPLACE)
_DRIFTED = (Reason.DRIFT, Reason.CONFLICT)


def drift_of(plan: Plan) -> DriftReport:
    """Tell the changes of a plan apart; see `DriftReport`."""
    return DriftReport(
        plan=plan,
        drifted=tuple(c for change in plan.changes if (c := _only(change, *_DRIFTED)).attributes),
        missing=tuple(change for change in plan.changes if change.action is Action.CREATE),
        not_adopted=tuple(change for change in plan.changes if change.action is Action.ADOPT),
        pending=tuple(_pending(change) for change in plan.changes if _is_pending(change)),
        not_checked=plan.not_checked,
    )


def _only(change: Change, *reasons: Reason) -> Change:
    return replace(change, attributes=tuple(a for a in change.attributes if a.reason in reasons))


def _is_pending(change: Change) -> bool:
    if change.action in (Action.DELETE, Action.RELEASE, Action.MOVE) or change.upgrades_marker:
        return True
    return change.action in _CHANGING and bool(_only(change, Reason.PENDING).attributes)


def _pending(change: Change) -> Change:
    return _only(change, Reason.PENDING) if change.action in _CHANGING else change


def owned(refreshed: Refreshed, stacks: Iterable[Stack] = ()) -> tuple[Owned, ...]:
    """Every object that bears a marker, of whichever stack, sorted by owner and address."""
    declared = _declared_addresses(stacks)
    objects = (remote for listing in refreshed.listings.values() for remote in listing.objects)
    rows = [row for remote in objects if (row := _owned(remote, declared)) is not None]
    return tuple(sorted(rows, key=lambda row: (row.owner, row.address, row.id)))


def _owned(remote: RemoteObject, declared: dict[str, frozenset[Address]]) -> Owned | None:
    marker = remote.marker
    if isinstance(marker, Marker):
        known = declared.get(marker.owner)
        return Owned(
            remote.kind,
            remote.id,
            remote.name,
            marker.owner,
            str(marker.address),
            declared=None if known is None else marker.address in known,
        )
    if isinstance(marker, UnusableMarker):
        return Owned(
            remote.kind, remote.id, remote.name, marker.owner or "", marker.address or "", problem=marker.reason
        )
    return None


def _declared_addresses(stacks: Iterable[Stack]) -> dict[str, frozenset[Address]]:
    found: dict[str, frozenset[Address]] = {}
    for stack in stacks:
        found[stack.owner] = found.get(stack.owner, frozenset()) | frozenset(stack.resources) | frozenset(stack.moved)
    return found
