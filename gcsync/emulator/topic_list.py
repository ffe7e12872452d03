"""The topics that the emulator's organization offers.

The ids are those seen in real configurations and documents: the AWS EventBridge blueprints, the module's README, the
wizard's sample, the notifications page on detail events, docs.operata.com, and the CLI's notificationMappings.json.
Which transports a real organization names for which topic is nowhere said: those below are plausible, no more.
"""

from __future__ import annotations

from dataclasses import dataclass

_BRIDGED = ("EventBridge", "Websocket")
_TRIGGERING = ("EventBridge", "ProcessAutomation", "Websocket")
_WATCHED = ("Websocket",)
_DETAIL = "v2.detail.events.conversation.{id}."


@dataclass(frozen=True, slots=True)
class Topic:
    """`permissions` are needed to subscribe; a `preview` topic may change or go."""

    id: str
    description: str
    transports: tuple[str, ...] = _BRIDGED
    permissions: tuple[str, ...] = ()
    preview: bool = False


def _detail(ending: str, description: str, transports: tuple[str, ...] = _BRIDGED) -> Topic:
    return Topic(_DETAIL + ending, description, transports, ("analytics:conversationDetail:view",))


TOPICS = (
    _detail("acd.start", "A conversation enters a queue", _TRIGGERING),
    _detail("acd.end", "A conversation leaves a queue", _TRIGGERING),
    _detail("acw", "After-call work", _TRIGGERING),
    _detail("attributes", "Attributes of a participant change", _TRIGGERING),
    _detail("contact", "An agent contacts a customer"),
    _detail("customer.start", "A customer joins", _TRIGGERING),
    _detail("customer.end", "A customer leaves", _TRIGGERING),
    _detail("flow.start", "A flow begins", _TRIGGERING),
    _detail("flow.end", "A flow ends", _TRIGGERING),
    _detail("flow.outcome", "A flow reaches an outcome", _TRIGGERING),
    _detail("outbound", "An outbound contact"),
    _detail("user.start", "A user joins", _TRIGGERING),
    _detail("user.end", "A user leaves", _TRIGGERING),
    _detail("voicemail.start", "A voicemail begins", _TRIGGERING),
    _detail("voicemail.end", "A voicemail ends", _TRIGGERING),
    _detail("wrapup", "A wrap-up code is given", _TRIGGERING),
    Topic("v2.analytics.conversation.{id}.metrics", "Metrics of a conversation", permissions=("analytics:data:view",)),
    Topic(
        "v2.analytics.flow.{id}.aggregates",
        "Aggregates of a flow",
        permissions=("analytics:flowAggregate:view",),
    ),
    Topic(
        "v2.analytics.queues.{id}.observations",
        "Observations of a queue",
        permissions=("analytics:queueObservation:view",),
    ),
    Topic(
        "v2.analytics.users.{id}.aggregates",
        "Aggregates of a user",
        permissions=("analytics:userAggregate:view",),
    ),
    Topic(
        "v2.architect.dependencytracking.build",
        "Dependency tracking is built anew",
        permissions=("architect:dependencyTracking:view",),
    ),
    Topic("v2.audits.entitytype.{id}.entityid.{id}", "An audited change", ("All",), ("audits:audit:view",)),
    Topic(
        "v2.conversations.{id}.transcription",
        "A part of a transcript",
        permissions=("conversation:transcription:view",),
    ),
    Topic("v2.operations.events.{id}", "An operational event", permissions=("opsEvents:operationalEvent:view",)),
    Topic("v2.users.{id}.activity", "A user's activity", _TRIGGERING, ("analytics:userObservation:view",)),
    Topic("v2.users.{id}.routingStatus", "A user's routing status", permissions=("routing:status:view",)),
    Topic("v2.users.{id}.conversations", "A user's conversations", _WATCHED),
    Topic("v2.users.{id}.conversationsummary", "A summary of a user's conversations", _WATCHED),
    Topic("v2.users.{id}.presence", "A user's presence", _BRIDGED, ("presence:userPresence:view",)),
    Topic("v2.users.{id}.tokens", "A user's tokens", _WATCHED, preview=True),
)
"""In the order in which they are listed."""
