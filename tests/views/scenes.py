"""Plans, drift reports and apply reports as they happen, drawn by the tests that compare whole outputs."""

from __future__ import annotations

from dataclasses import replace

from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.model.drift import DriftReport, Owned
from gcsync.model.outcome import Outcome, Report, Status
from gcsync.model.plan import Action, AttributeChange, Change, NotChecked, Plan, Reason
from gcsync.model.value import UNREADABLE, Secret
from tests.views.factories import attributes, change, create, delete, keep, plan, target, update

CANARY = "canary-7f3a"

_SECURE = {
    "protocol": "https",
    "url": "https://events.example.com/genesys-events",
    "headers": {"X-Api-Key": Secret(f"{CANARY}-old"), "X-Tenant": "blue"},
}
_ROTATED = _SECURE | {"headers": {"X-Api-Key": Secret(f"{CANARY}-new"), "X-Tenant": "blue"}}
_SPARE = {"protocol": "https", "url": "https://spare.example.com/"}

TWIN = Diagnostic(
    "GC410",
    'unmanaged stream "shadow" sends the same events to the same URL: they would arrive twice',
    Severity.WARNING,
    Place("stacks/prod.yaml", 14, 5, 11),
    "stream.agents",
    "    agents: {destinations: *both}",
    hint="delete it, or declare the stream under its name to adopt it",
)
REFUSED = Diagnostic(
    "GC420",
    "1 of 2 objects would be deleted (50 %), max_delete_percent allows 30 %: stream.legacy",
    hint="allow it with --allow-delete stream.legacy",
)
NO_TRIGGERS = NotChecked("trigger", "the client may not list triggers (403)", hint="add processautomation:trigger:view")
MASKED = NotChecked(
    "stream", "the API does not return it", address=Address("stream", "masked"), id="0f9a", attribute="destinations"
)


def conversations() -> Change:
    """An update with every reason in it, a rotated secret, an element that comes and a member that goes."""
    return update(
        {"destinations": [_SECURE], "event_types": ["conversation:start", "user:state:change"], "description": "Old"},
        {
            "destinations": [_SPARE, _ROTATED],
            "event_types": ["conversation:end", "conversation:start"],
            "description": "Conversations and agent states",
            "enabled": False,
        },
        reasons={"description": Reason.DRIFT, "enabled": Reason.CONFLICT},
    )


def masked() -> Change:
    """An object of which an attribute cannot be compared."""
    unreadable = [{"protocol": "https", "url": "https://events.example.com/", "headers": {"X-Api-Key": UNREADABLE}}]
    lines = "first\nsecond\nthird\nfourth\nfifth\nsixth"
    found = update({"description": lines}, {"description": lines.replace("second", "2nd")}, reasons=Reason.PENDING)
    not_checked = AttributeChange("destinations", unreadable, [_SECURE], Reason.NOT_CHECKED)
    return replace(found, address=Address("stream", "masked"), attributes=(*found.attributes, not_checked))


def protected() -> Change:
    """An update of nothing but the protection."""
    protection = AttributeChange("lifecycle.prevent_destroy", False, True, Reason.PENDING)
    same = attributes(name="vip")
    return change(Action.UPDATE, "stream.vip", same, same, attributes=(protection,))


def full_plan() -> Plan:
    """Every action, every reason and everything that is told beside the changes."""
    same = attributes(name="given")
    forced = AttributeChange("name", "old name", "new name", Reason.PENDING, forces_replacement=True)
    return plan(
        change(
            Action.ADOPT, "stream.adopted", same, same | {"enabled": False}, explanation="is there and has no marker"
        ),
        create("stream.agents", name="agents", destinations=[_SECURE, _SPARE]),
        conversations(),
        change(Action.RELEASE, "stream.given_away", same, same, explanation="removed from the stack, the object stays"),
        keep("stream.kept"),
        delete("stream.legacy", destinations=[_SECURE], description="Do not\ndelete!"),
        masked(),
        change(
            Action.MOVE,
            "stream.new_key",
            same,
            same,
            previous_address=Address("stream", "old_key"),
            temporary_name="t~1",
        ),
        change(
            Action.REPLACE,
            'stream.replaced["emea"]',
            attributes(name="old name"),
            attributes(name="new name"),
            attributes=(forced,),
            explanation="name cannot change in place",
        ),
        protected(),
        change(Action.UPDATE, "stream.upgraded", same, same, upgrades_marker=True),
        diagnostics=(TWIN,),
        refusals=(REFUSED,),
        not_checked=(NO_TRIGGERS, MASKED),
        left_out=(Address("stream", "other"),),
    )


def small_plans() -> tuple[Plan, Plan]:
    """Two stacks: one with a create that goes on with a half-made object, one with nothing to do."""
    half = replace(create("stream.half"), continues=True, remote=keep().remote)
    return plan(half), plan(
        keep(), stack="other", owner="other@dev", environment="dev", file="stacks/other.yaml", target=target()
    )


def drift_report() -> DriftReport:
    """One of each: drifted, in conflict, missing, not adopted, pending, not checked."""
    whole = full_plan()
    by_hand = conversations()
    drifted = replace(by_hand, attributes=tuple(a for a in by_hand.attributes if a.reason is not Reason.PENDING))
    pending = replace(by_hand, attributes=tuple(a for a in by_hand.attributes if a.reason is Reason.PENDING))
    return DriftReport(
        plan=plan(*whole.changes, diagnostics=(TWIN,)),
        drifted=(drifted,),
        missing=(create("stream.agents", name="agents"),),
        not_adopted=(change(Action.ADOPT, "stream.adopted", attributes(), attributes()),),
        pending=(pending, delete("stream.legacy")),
        not_checked=(NO_TRIGGERS, MASKED),
    )


def apply_report() -> Report:
    """One of each status."""
    failure = Diagnostic(
        "GC510",
        'event stream "agents" was refused: 400 invalid.destination.url (contextId 7d1c)',
        path="stream.agents",
        hint="the URL must be https and publicly resolvable",
    )
    differs = Diagnostic("GC512", "enabled: written false, reads back true", path="stream.conversations")
    skipped = Diagnostic("GC511", "stream.agents failed, which it needs", path="stream.new_key")
    whole = {str(found.address): found for found in full_plan().changes}
    return Report(
        "contact-center",
        (
            Outcome(whole["stream.adopted"], Status.DONE, Action.ADOPT, "0f9a"),
            Outcome(whole["stream.agents"], Status.FAILED, Action.CREATE, diagnostic=failure),
            Outcome(whole["stream.conversations"], Status.DIFFERS, Action.UPDATE, "0f9a", differs),
            Outcome(create("stream.late"), Status.DONE, Action.ADOPT, "77aa", note="it appeared after the plan"),
            Outcome(whole["stream.legacy"], Status.DONE, Action.DELETE, "0f9a"),
            Outcome(create("stream.made"), Status.DONE, Action.CREATE, "12ab"),
            Outcome(whole["stream.new_key"], Status.SKIPPED, Action.MOVE, "0f9a", skipped),
            Outcome(whole["stream.vip"], Status.NOT_VERIFIED, Action.UPDATE, "0f9a"),
        ),
        interrupted=2,
    )


def owned_rows() -> tuple[Owned, ...]:
    """A declared object, an orphan, one of another stack and one with a broken marker."""
    return (
        Owned("stream", "0f9a", "aws-eventbridge-stream", "contact-center", "stream.conversations", True),
        Owned("stream", "12ab", "日本語 stream", "contact-center", "stream.legacy", False),
        Owned("stream", "77aa", "shadow", "other@dev", 'stream.agents["emea"]'),
        Owned("stream", "9c9c", "broken", "", "", None, "the check digits of its marker do not match"),
    )
