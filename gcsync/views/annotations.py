"""Annotations of GitHub Actions: findings at the stack file's lines in a pull request, as workflow commands.

Source of the form: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands. The runner
reads every line of a step's output for commands, so text from outside must never look like one: `harmless`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from gcsync.model.check import Check, CheckStatus
from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.model.drift import DriftReport
from gcsync.model.outcome import Report, Status
from gcsync.model.plan import Action, Change, Plan, Reason
from gcsync.views.drift_findings import Finding, Verdict, findings
from gcsync.views.places import relative_path
from gcsync.views.style import clean
from gcsync.views.text_change import HEADS

LIMIT: Final = 10
"""How many annotations of a level GitHub shows for a step."""

_DESTROYS: Final = (Action.DELETE, Action.REPLACE)
_ABSENT: Final = (Verdict.MISSING, Verdict.NOT_ADOPTED)
_LEADING: Final = re.compile(r"(^|[\n\r])([^\S\n\r]*)::")
_HASHED: Final = re.compile(r"##([a-z]*)\[")


class Level(StrEnum):
    """GitHub's own words; the runner has a command of each name."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Annotation:
    """What is said, and where; without a place it stands at the step. The texts may hold anything."""

    level: Level
    title: str
    message: str
    place: Place | None = None


def of_diagnostics(diagnostics: Iterable[Diagnostic]) -> Iterator[Annotation]:
    for found in diagnostics:
        level = Level.ERROR if found.severity is Severity.ERROR else Level.WARNING
        message = f"{found.path}: {found.message}" if found.path else found.message
        yield Annotation(level, found.code, message + (f"\nhint: {found.hint}" if found.hint else ""), found.place)


def of_plans(plans: Iterable[Plan]) -> Iterator[Annotation]:
    """A notice for each change, a warning for what deletes, replaces or is in conflict.

    What no file declares stands at line 1.
    """
    for plan in plans:
        top = Place(plan.file, 1, 1) if plan.file else None
        for change in plan.active:
            loud = change.action in _DESTROYS or change.has_conflict
            level = Level.WARNING if loud else Level.NOTICE
            _, word, _ = HEADS[change.action]
            yield Annotation(level, f"gcsync plan: {word}", _change_text(word, change), change.place or top)


def of_drift(reports: Iterable[DriftReport], *, ignore_missing: bool = False) -> Iterator[Annotation]:
    """A warning for each finding, a notice for what is no drift, an error for a kind that nobody could read.

    What a baseline accepts is not worth an annotation.
    """
    for report in reports:
        for found in findings(report):
            if found.accepted is None:
                text = "\n".join([found.message, *found.about, *found.commands])
                yield Annotation(_level(found, ignore_missing=ignore_missing), found.code, text, found.place)


def of_reports(reports: Iterable[Report]) -> Iterator[Annotation]:
    """What an apply failed to do, as errors at the resources; a warning for what was skipped because of it."""
    for report in reports:
        for outcome in report.outcomes:
            if (found := outcome.diagnostic) is not None and outcome.status is not Status.DONE:
                skipped = outcome.status is Status.SKIPPED
                placed = replace(
                    found,
                    place=found.place or outcome.change.place,
                    path=found.path or str(outcome.address),
                    severity=Severity.WARNING if skipped else Severity.ERROR,
                )
                yield from of_diagnostics([placed])


def of_checks(checks: Iterable[Check]) -> Iterator[Annotation]:
    """What `verify` found: a failure as an error, a warning as one, at the value that was looked at."""
    levels = {CheckStatus.FAIL: Level.ERROR, CheckStatus.WARN: Level.WARNING}
    for check in checks:
        if check.status in levels:
            hint = f"\nhint: {check.hint}" if check.hint else ""
            message = f"{check.address}: {check.check}: {check.message}{hint}"
            yield Annotation(levels[check.status], check.code or "gcsync verify", message, check.place)


def render_annotations(annotations: Sequence[Annotation], *, folder: str = "", root: str = "") -> str:
    """One command per line; of each level the first ten, or nine and how many more there are.

    `folder` is the absolute folder that places are named from, `root` the one that GitHub names files from.
    """
    lines: list[str] = []
    for level in Level:
        found = list(dict.fromkeys(one for one in annotations if one.level is level))
        kept = found if len(found) <= LIMIT else found[: LIMIT - 1]
        lines += [_command(one, folder, root) for one in kept]
        if more := len(found) - len(kept):
            text = f"{more} more of this level: the log and the report of this step have them all"
            lines.append(_command(Annotation(level, "gcsync", text), folder, root))
    return "".join(f"{line}\n" for line in lines)


def harmless(text: str) -> str:
    r"""Text of gcsync with nothing in it that a runner obeys: `::` at the start of a line, `##[` anywhere.

    Nor `##vso[` and `##teamcity[`, which are those of Azure Pipelines and TeamCity. A backslash breaks them, visibly.
    In JSON it is an escape that every reader undoes.
    """
    if text.startswith("{"):
        return _HASHED.sub(r"##\1\\u005b", text)
    return _LEADING.sub(r"\1\2\\::", _HASHED.sub(r"##\1\\[", text))


def _level(found: Finding, *, ignore_missing: bool) -> Level:
    if found.unread_kind:
        return Level.ERROR
    lenient = found.verdict is Verdict.NOT_CHECKED or (ignore_missing and found.verdict in _ABSENT)
    return Level.NOTICE if lenient else Level.WARNING


def _change_text(word: str, change: Change) -> str:
    notes = {Reason.CONFLICT: " (CONFLICT: changed outside gcsync too)", Reason.DRIFT: " (drift)"}
    names = ", ".join(f"{one.name}{notes.get(one.reason, '')}" for one in change.differing)
    name = f" ({change.name})" if change.name and change.name != change.address.key else ""
    because = f", {change.explanation}" if change.explanation else ""
    return f"{word} {change.address}{name}{because}" + (f": {names}" if names else "")


def _command(annotation: Annotation, folder: str, root: str) -> str:
    message = "\n".join(clean(line) for line in annotation.message.split("\n"))
    properties: dict[str, str | int] = {}
    if (place := annotation.place) is not None:
        file = relative_path(place.file, folder, root)
        if file.startswith("../"):
            message = f"{clean(str(place))}: {message}"
        else:
            properties = {"file": clean(file), "line": place.line, "col": place.column}
            properties |= {"endColumn": place.end_column} if place.end_column is not None else {}
    properties["title"] = clean(annotation.title)
    shown = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return _HASHED.sub(r"##\1\\[", f"::{annotation.level.value} {shown}::{_data(message)}")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
