"""A notification: what is new and what is gone in the first lines, then the report, as short as a message must be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from gcsync.model.drift import DriftReport
from gcsync.model.picture import News
from gcsync.views.style import Style, clean, plural
from gcsync.views.text_drift import render_drift

LONGEST: Final = 3000
"""Characters of a body; the services that take the fewest (SMS and pagers apart) take some more."""

_SHOWN: Final = 10
_DIGITS: Final = re.compile(r" \[[0-9a-f]+\]$")
_MENTION: Final = re.compile(r"(?<!\w)@(?=\w)")


def render_title(reports: Sequence[DriftReport], news: News) -> str:
    """`gcsync: drift in contact-center@prod (Example Ltd): 2 new, 1 gone`; `no more drift` once all of it is gone."""
    where = ", ".join(dict.fromkeys(_where(report) for report in reports))
    if not news.confirmed:
        return f"gcsync: no more drift in {where}"
    counts = [f"{len(items)} {word}" for items, word in ((news.new, "new"), (news.gone, "gone")) if items]
    return f"gcsync: drift in {where}: {', '.join(counts)}"


def render_body(reports: Sequence[DriftReport], news: News) -> str:
    """The changes of the picture, then the report of `gcsync drift`, cut at a line's end. No mention in it works."""
    lines = [*_listed("New", news.new), *_listed("Gone", news.gone), ""]
    lines += render_drift(reports, Style(width=100)).splitlines()
    return _MENTION.sub("@\u200b", _cut(lines))


def _where(report: DriftReport) -> str:
    return f"{clean(report.plan.owner)} ({clean(report.plan.target.organization.name)})"


def _listed(word: str, findings: Sequence[str]) -> list[str]:
    shown = [f"{word}: {clean(_DIGITS.sub('', finding))}" for finding in findings[:_SHOWN]]
    more = len(findings) - _SHOWN
    return [*shown, f"{word}: {more} more"] if more > 0 else shown


def _cut(lines: Sequence[str]) -> str:
    kept: list[str] = []
    room = LONGEST
    for index, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            left = len(lines) - index
            return "\n".join([*kept, f"({plural(left, 'more line')}: see what the run printed)"])
        kept.append(line)
    return "\n".join(kept).rstrip() + "\n"
