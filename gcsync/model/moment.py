"""Moments and stretches of time, as APIs, files and people write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

_DURATION: Final = re.compile(r"([0-9]{1,6})([smhdw])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_time(value: object) -> datetime | None:
    """An ISO 8601 time; one without a zone is UTC. None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_date(text: str) -> date | None:
    """A day as `2026-12-31`; None for anything else, such as a day that no calendar has."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_duration(text: str) -> timedelta | None:
    """`90s`, `30m`, `12h`, `7d`, `2w`; None for anything else."""
    match = _DURATION.fullmatch(text.strip())
    return None if match is None else timedelta(**{_UNITS[match[2]]: int(match[1])})


def iso(moment: datetime) -> str:
    """A moment in UTC to the second: `2026-11-25T09:30:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
