"""A notification: what is new and what is gone in the first lines, then the report, as short as a message must be.

Or that a run failed before it could look, and that one can again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from gcsync.model.diagnostic import Diagnostic
from gcsync.model.drift import DriftReport
from gcsync.model.picture import News, subject_of
from gcsync.views.diagnostics import render_diagnostics
from gcsync.views.style import Style, clean, plural
from gcsync.views.text_drift import render_drift

LONGEST: Final = 3000
"""Characters of a body; the services that take the fewest (SMS and pagers apart) take some more."""

_SHOWN: Final = 10
_MENTION: Final = re.compile(r"(?<!\w)@(?=\w)")


def render_title(reports: Sequence[DriftReport], news: News) -> str:
    """`gcsync: drift in contact-center@prod (Example Ltd): 2 new, 1 gone`; `no more drift` once all of it is gone."""
    where = ", ".join(dict.fromkeys(_where(report) for report in reports))
    if not news.confirmed and not news.waiting:
        return f"gcsync: no more drift in {where}"
    counts = [f"{len(subjects)} {word.lower()}" for word, subjects in _sorted_out(news) if subjects]
    return f"gcsync: drift in {where}: {', '.join(counts)}"


def render_body(reports: Sequence[DriftReport], news: News) -> str:
    """The changes of the picture, then the report of `gcsync drift`, cut at a line's end. No mention in it works."""
    lines = [line for word, subjects in _sorted_out(news) for line in _listed(word, subjects)] + [""]
    lines += render_drift(reports, Style(width=100)).splitlines()
    return _MENTION.sub("@\u200b", _cut(lines))


def render_blind(job: str, diagnostics: Sequence[Diagnostic]) -> tuple[str, str]:
    """The title and the body for a run that failed with the diagnostics; without any, for the first that could look.

    `job` are the arguments that tell the run from others: `stacks/prod.yaml --env prod`.
    """
    which = f": {clean(job)}" if job else ""
    if not diagnostics:
        return f"gcsync: drift is looked for again{which}", "What the run found is told by itself, where it is new.\n"
    lines = ["Until it can be, nobody hears of drift. The run ended with:", ""]
    lines += render_diagnostics(diagnostics, Style(width=100)).splitlines()
    return f"gcsync: drift could not be looked for{which}", _MENTION.sub("@\u200b", _cut(lines))


def _where(report: DriftReport) -> str:
    return f"{clean(report.plan.owner)} ({clean(report.plan.target.organization.name)})"


def _sorted_out(news: News) -> Sequence[tuple[str, Sequence[str]]]:
    """Subjects by what happened to them; one that is both new and gone has another value than the one told."""
    new, gone = ({subject_of(finding) for finding in findings} for findings in (news.new, news.gone))
    return [
        (word, sorted(some))
        for word, some in (("New", new - gone), ("Changed again", new & gone), ("Gone", gone - new))
    ]


def _listed(word: str, subjects: Sequence[str]) -> list[str]:
    shown = [f"{word}: {clean(subject)}" for subject in subjects[:_SHOWN]]
    more = len(subjects) - _SHOWN
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
