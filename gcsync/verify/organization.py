"""What the organization says of one declared object: is it there, is it on, is it as declared, is it in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gcsync.model.check import Check, CheckStatus
from gcsync.model.plan import Action, AttributeChange, Change, Reason
from gcsync.model.resource import RemoteObject
from gcsync.model.value import UNREADABLE, Secret
from gcsync.remote.errors import denied_hint
from gcsync.verify.subject import Subject

_ABSENT_HINT: Final = "gcsync apply makes it"
_ENABLED_HINT: Final = (
    "gcsync apply turns it on again; in Genesys Cloud: Admin > Platform > Event Streams, it must be Enabled"
)
_TYPES_HINT: Final = (
    "list the event types that you generate: without a list every event of the organization is delivered"
)
_TYPES_DIFFER_HINT: Final = "gcsync apply makes them as declared; gcsync trace says whether an event is selected"
_DESTINATION_HINT: Final = "gcsync drift --blame tells who changed it, gcsync apply writes it back"
_PENDING_CHANGE_HINT: Final = "gcsync apply writes it"
_STATE_HINT: Final = (
    "look at the integration in Genesys Cloud (Admin > Integrations), and check the AWS account, the region and, in "
    "the EventBridge console, the partner event source"
)
_PENDING_HINT: Final = (
    "wait a minute and verify again, then associate the source with an event bus in AWS, where it stays pending until "
    "then: EventBridge > Partner event sources"
)
_ONLY_AWS: Final = "only AWS tells whether it is associated with an event bus (EventBridge > Partner event sources)"
_LOOKS: Final = {
    "stream": ("exists", "enabled", "event_types", "destination"),
    "eventbridge_source": ("exists", "enabled", "state"),
    "trigger": ("exists", "enabled"),
}


def check_object(subject: Subject) -> Iterator[Check]:
    """A check for each look that there is at the kind; what cannot be looked at says why."""
    looks = _LOOKS.get(subject.address.kind, ("exists",))
    if subject.unread is not None:
        reason = f"every {subject.address.kind} could not be read: {subject.unread.reason}"
        yield from (Check(look, CheckStatus.NOT_CHECKED, reason, subject.unread.hint, "GC835") for look in looks)
        return
    exists = _exists(subject)
    yield exists
    change = subject.change
    if exists.status is CheckStatus.FAIL or change is None or change.remote is None:
        yield from (Check(look, CheckStatus.NOT_CHECKED, "there is no object to look at") for look in looks[1:])
        return
    for look in looks[1:]:
        yield _LOOK_AT[look](change, change.remote)


def why_not_ready(subject: Subject) -> str:
    """What an object that was just written still lacks, in a few words; empty for one that is ready, or will not be."""
    change = subject.change
    if change is None:
        return ""
    if change.remote is None or change.action is Action.CREATE:
        return "it is not there"
    status = change.remote.status
    if status is not None and not status.settled:
        return status.text or "it is not ready"
    return "it is not enabled" if change.remote.attributes.get("enabled") is False and _wants(change) else ""


def _exists(subject: Subject) -> Check:
    change, name = subject.change, _NAMES.get(subject.address.kind, subject.address.kind)
    if change is None:
        problem = subject.problem
        if problem is None or not subject.was_read:
            reason = problem.message if problem is not None else "nothing is known of it"
            return Check("exists", CheckStatus.NOT_CHECKED, reason, code="GC835")
        return Check("exists", CheckStatus.FAIL, problem.message, problem.hint, problem.code)
    if change.remote is None and subject.lacks:
        message = (
            f"the organization has no {name} for it, and the token lacks {', '.join(subject.lacks)} to make it (403)"
        )
        return Check("exists", CheckStatus.FAIL, message, denied_hint(", ".join(subject.lacks)), "GC848")
    if change.remote is None:
        message = f"the organization has no {name} for it"
        return Check("exists", CheckStatus.FAIL, message, _ABSENT_HINT, "GC820")
    if change.action is Action.CREATE:
        message = f"it is half made (id {change.remote.id})"
        return Check("exists", CheckStatus.FAIL, message, "gcsync apply finishes it", "GC820")
    if change.action is Action.ADOPT:
        message = f"id {change.remote.id}; without a marker of gcsync"
        return Check("exists", CheckStatus.WARN, message, "gcsync apply adopts it", "GC820")
    return Check("exists", CheckStatus.OK, f"id {change.remote.id}")


_NAMES: Final = {"stream": "event stream", "eventbridge_source": "EventBridge source", "trigger": "trigger"}


def _wants(change: Change) -> bool:
    """Whether the stack wants it to be on."""
    return change.desired is None or change.desired.attributes.get("enabled", True) is not False


def _enabled(change: Change, remote: RemoteObject) -> Check:
    there = remote.attributes.get("enabled", True) is not False
    if there and not _wants(change):
        message = "it is enabled, although the stack declares `enabled: false`"
        return Check("enabled", CheckStatus.WARN, message, "gcsync apply turns it off", "GC821")
    if there:
        return Check("enabled", CheckStatus.OK, "it is enabled")
    if not _wants(change):
        message = "it is disabled, as the stack declares: no event arrives"
        return Check("enabled", CheckStatus.WARN, message, "set `enabled: true` and apply", "GC821")
    return Check("enabled", CheckStatus.FAIL, "it is disabled: no event arrives", _ENABLED_HINT, "GC821")


def _event_types(change: Change, remote: RemoteObject) -> Check:
    types = remote.attributes.get("event_types")
    if _difference(change, "event_types") is not None:
        message = f"they are not as declared: {_listed(types)}"
        return Check("event_types", CheckStatus.FAIL, message, _TYPES_DIFFER_HINT, "GC822")
    if not types or "*" in _plain(types):
        message = "every event of the organization: " + ("`*` is among them" if types else "there are none")
        return Check("event_types", CheckStatus.WARN, message, _TYPES_HINT, "GC822")
    return Check("event_types", CheckStatus.OK, _listed(types))


def _plain(types: Any) -> list[Any]:
    found = types.reveal() if isinstance(types, Secret) else types
    return [one.reveal() if isinstance(one, Secret) else one for one in found or []]


def _listed(types: Any) -> str:
    if isinstance(types, Secret) or types is UNREADABLE:
        return str(types)
    found = [str(one) for one in types or []]
    return ", ".join(found[:5]) + (f" and {len(found) - 5} more" if len(found) > 5 else "") if found else "none"


def _destination(change: Change, remote: RemoteObject) -> Check:
    found = _difference(change, "destinations")
    if found is not None:
        why = {Reason.PENDING: ": the stack was edited and not applied", Reason.DRIFT: ": someone changed it"}
        message = f"it is not as declared{why.get(found.reason, '')}"
        hint = _PENDING_CHANGE_HINT if found.reason is Reason.PENDING else _DESTINATION_HINT
        return Check("destination", CheckStatus.FAIL, message, hint, "GC823")
    if any(one.name == "destinations" for one in change.attributes):
        message = "the URL is as declared; the API does not return its headers"
        return Check("destination", CheckStatus.OK, message)
    return Check("destination", CheckStatus.OK, "it is as declared")


def _difference(change: Change, name: str) -> AttributeChange | None:
    return next((one for one in change.differing if one.name == name), None)


def _state(change: Change, remote: RemoteObject) -> Check:
    status = remote.status
    if status is None:
        return Check("state", CheckStatus.NOT_CHECKED, "the API says nothing of it")
    if status.failed:
        return Check("state", CheckStatus.FAIL, status.text, _STATE_HINT, "GC834")
    if not status.settled:
        message = f"it is not settled yet: {status.text}"
        return Check("state", CheckStatus.WARN, message, _PENDING_HINT, "GC834")
    associated = f"; {_ONLY_AWS}" if remote.attributes.get("enabled") is not False else ""
    return Check("state", CheckStatus.OK, f"{status.text.rstrip('.')}{associated}")


_LOOK_AT: Final = {
    "enabled": _enabled,
    "event_types": _event_types,
    "destination": _destination,
    "state": _state,
}
