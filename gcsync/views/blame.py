"""Who changed an object, in words that every view of drift shares."""

from __future__ import annotations

from gcsync.model.drift import Blame
from gcsync.views.style import clean


def blame_text(blame: Blame) -> str:
    """`changed by Jane Doe on 2026-11-24T08:12:03Z (Update; enabled), client …`, or that nobody can tell, and why."""
    if not blame.known:
        return f"changed by: unknown ({clean(blame.why) or 'nobody can tell'})"
    client = "this client" if blame.ours else "client"
    named = f"{client} {clean(blame.client)}" if blame.client is not None else ""
    who = clean(blame.who) if blame.who is not None else named
    when = f" on {clean(blame.when)}" if blame.when is not None else ", nobody knows when"
    told = [clean(part) for part in (blame.action, ", ".join(blame.attributes)) if part]
    through = f", through {named}" if blame.who is not None and named else ""
    return f"changed by: {who}{when}{through}" + (f" ({': '.join(told)})" if told else "")
