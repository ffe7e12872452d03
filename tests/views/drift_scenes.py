"""A drift report with everything that is told beside drift: who it was, what is known, what is old."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.model.drift import Accepted, Blame, DriftReport, KnownDrift, LookAlike
from gcsync.model.plan import Action, AttributeChange, Change, Reason
from tests.views.factories import attributes, change, create, plan
from tests.views.scenes import conversations

EXPIRED = Diagnostic(
    "GC726",
    "expired on 2026-11-01: it accepts nothing any more",
    Severity.WARNING,
    Place("drift-baseline.yaml", 4, 15, 28),
    "stream.conversations",
    hint="settle the drift, or take the entry out of the baseline",
)
JANE = Blame("Jane Doe", "6c1e0f2a", "2026-11-24T08:12:03Z", "Update", attributes=("enabled", "eventTypes"))
CLIENT = Blame(client="6c1e0f2a", when="2026-11-24T08:12:03Z", action="Update", ours=True)
UNKNOWN = Blame(why="the client's role lacks the permission audits:audit:view")


def by_hand(key: str, each: str | None = None) -> Change:
    """A stream that somebody switched off, with nothing else to it."""
    before, after = attributes(name=key, enabled=False), attributes(name=key)
    address = str(Address("stream", key, each))
    return change(Action.UPDATE, address, before, after, reasons=Reason.DRIFT)


def told_report() -> DriftReport:
    """A conflict by a known person, drift by gcsync's own client, one that is overdue and one nobody can date."""
    whole = conversations()
    mixed = replace(whole, attributes=tuple(one for one in whole.attributes if one.reason is not Reason.PENDING))
    agents, late = by_hand("agents", "emea"), by_hand("late")
    known = replace(late, attributes=(AttributeChange("description", "Kept", "Old", Reason.DRIFT),))
    gone = create("stream.gone", name="gone")
    accepted = Accepted(
        late.address,
        "description",
        "until the migration is over",
        date(2026, 12, 31),
        place=Place("drift-baseline.yaml", 3, 15),
    )
    return DriftReport(
        plan(mixed, agents, late, gone, environment="dev"),
        drifted=(late, mixed, agents),
        missing=(gone,),
        known=(KnownDrift(known, accepted),),
        blame={mixed.address: JANE, agents.address: CLIENT, late.address: UNKNOWN, gone.address: UNKNOWN},
        look_alikes=(LookAlike(agents.address, "0f9a", 'sha"dow'),),
        older=(by_hand("old"), by_hand("older")),
        overdue=frozenset({late.address}),
        undated=frozenset({agents.address, gone.address}),
        baseline=(EXPIRED,),
    )
