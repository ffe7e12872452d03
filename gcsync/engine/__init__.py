"""Matching, three-way diff, plan, execution, safety rules and drift. Knows no kind by name and no HTTP."""

from gcsync.engine.comparing import compare
from gcsync.engine.compute import compute
from gcsync.engine.drift import drift_of, owned
from gcsync.engine.execute import execute
from gcsync.engine.hidden import hide_applied_secrets
from gcsync.engine.options import Event, Options, Phase, Recorder, Refreshed, StopRequest
from gcsync.engine.reconcile import wanted_by
from gcsync.engine.refresh import refresh
from gcsync.engine.selection import check_selection, is_chosen
from gcsync.engine.taken_twice import refuse_names_taken_twice
from gcsync.engine.topics import check_topics, topic_uses

__all__ = [
    "Event",
    "Options",
    "Phase",
    "Recorder",
    "Refreshed",
    "StopRequest",
    "check_selection",
    "check_topics",
    "compare",
    "compute",
    "drift_of",
    "execute",
    "hide_applied_secrets",
    "is_chosen",
    "owned",
    "refresh",
    "refuse_names_taken_twice",
    "topic_uses",
    "wanted_by",
]
