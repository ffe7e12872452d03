"""Who changed an object, and whether it has stood too long, in words that every view of drift shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gcsync.model.drift import Blame, DriftReport
from gcsync.model.plan import Change
from gcsync.views.style import clean

OVERDUE: Final = "OVERDUE: it has stood longer than --max-age allows"
_UNDATED: Final = "nobody tells when it changed: it is kept, and never overdue"


def blame_text(blame: Blame, shown: Callable[[str], str] = clean, said: Callable[[str], str] = clean) -> str:
    """`changed by: Jane Doe on 2026-11-24T08:12:03Z, through client … (Update; enabled)`, or that nobody can tell.

    `shown` makes a name what the format needs it to be, `said` a sentence.
    """
    if not blame.known:
        return f"changed by: unknown ({said(blame.why) or 'nobody can tell'})"
    client = "this client" if blame.ours else "client"
    named = f"{client} {shown(blame.client)}" if blame.client is not None else ""
    who = shown(blame.who) if blame.who is not None else named
    when = f" on {shown(blame.when)}" if blame.when is not None else ", nobody knows when"
    told = [shown(blame.action)] if blame.action else []
    told += [", ".join(map(shown, blame.attributes))] if blame.attributes else []
    through = f", through {named}" if blame.who is not None and named else ""
    return f"changed by: {who}{when}{through}" + (f" ({': '.join(told)})" if told else "")


def undated_text(report: DriftReport, change: Change) -> str:
    """That nobody knows how old it is, where that was asked for, and what may help; empty where it is known."""
    if change.address not in report.undated:
        return ""
    return _UNDATED + ("" if change.address in report.blame else "; --blame may know")


def about(report: DriftReport, change: Change) -> tuple[str, ...]:
    """All that is known beside the difference, a sentence each: overdue, who it was, that nobody can date it."""
    blame = report.blame.get(change.address)
    overdue = OVERDUE if change.address in report.overdue else ""
    told = (overdue, "" if blame is None else blame_text(blame), undated_text(report, change))
    return tuple(text for text in told if text)
