"""Who holds a lock, as it is written beside it: one line of JSON, the same for every kind of lock.

    {"id": "0b9f…", "user": "ada", "host": "build-7", "pid": 4711, "since": "2026-11-25T19:51:14+00:00",
     "command": "apply"}

It holds the command's name and none of its arguments, which may be secrets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Holder:
    """A run that holds a lock. `since` has a time zone; of what cannot be read `id` is empty and `since` None."""

    id: str
    user: str = ""
    host: str = ""
    pid: int = 0
    since: datetime | None = None
    command: str = ""

    def to_json(self) -> str:
        since = self.since.astimezone(UTC).isoformat(timespec="seconds") if self.since is not None else None
        fields = {"id": self.id, "user": self.user, "host": self.host, "pid": self.pid, "since": since}
        return json.dumps({**fields, "command": self.command})

    def describe(self, now: datetime) -> str:
        """`ada@build-7, process 4711, gcsync apply, for 3 min`; what is not known is left out."""
        who = f"{self.user or 'someone'}@{self.host or 'an unknown host'}"
        parts = [who, f"process {self.pid}" if self.pid else "", f"gcsync {self.command}" if self.command else ""]
        if self.since is not None:
            parts.append(f"for {_duration((now - self.since).total_seconds())}")
        return ", ".join(part for part in parts if part)


NOBODY_KNOWN = Holder("")
"""The holder of a lock beside which nothing readable stands."""


def read_holder(text: str | bytes) -> Holder:
    """The holder as it was written, by whatever wrote it: never an error, texts cut to a bearable length."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return NOBODY_KNOWN
    if not isinstance(found, dict):
        return NOBODY_KNOWN
    pid = found.get("pid")
    return Holder(
        id=_text(found, "id"),
        user=_text(found, "user"),
        host=_text(found, "host"),
        pid=pid if isinstance(pid, int) and 0 < pid < 2**31 else 0,
        since=_moment(_text(found, "since")),
        command=_text(found, "command"),
    )


def _text(found: Mapping[str, Any], name: str) -> str:
    """A text without what a terminal would take for an order: it may come from anywhere."""
    value = found.get(name)
    if not isinstance(value, str):
        return ""
    return "".join(character for character in value[:_LONGEST] if character.isprintable())


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _duration(seconds: float) -> str:
    """Rounded down to the largest unit that fills once; clocks of two machines may differ, so never negative."""
    whole = max(0, int(seconds))
    for unit, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if whole >= unit:
            return f"{whole // unit} {name}"
    return f"{whole} s"
