"""What `gcsync drift` is asked beside the plain question, and the reports that answer it."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gcsync.cli import output

if TYPE_CHECKING:
    from gcsync.cli.options import Common
    from gcsync.cli.walk import Group, Planned, Visit
    from gcsync.engine.dating import Ages
    from gcsync.model.diagnostic import Diagnostic
    from gcsync.model.drift import Accepted, DriftReport
    from gcsync.model.plan import Plan


_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Request:
    """The entries of the baseline (None without one), whether to ask who it was, and which ages count.

    `given` are the words that the commands which settle drift have to repeat.
    """

    ages: Ages
    accepted: tuple[Accepted, ...] | None = None
    blame: bool = False
    given: tuple[str, ...] = ()


def read_request(
    baseline: str | None, since: str | None, max_age: str | None, *, blame: bool, now: datetime | None = None
) -> Request:
    """The options as values. Raises DiagnosticError with all that is wrong in them and in the baseline."""
    from gcsync.engine.dating import Ages
    from gcsync.model.diagnostic import DiagnosticError

    moment = now or datetime.now(UTC)
    found: list[Diagnostic] = []
    begin = _since(since, moment, found)
    longest = _max_age(max_age, found)
    accepted = None
    if baseline is not None:
        from gcsync.stack.baseline import read_baseline

        try:
            accepted = read_baseline(baseline, Path.cwd())
        except DiagnosticError as error:
            found += error.diagnostics
    if found:
        raise DiagnosticError(found)
    return Request(Ages(moment, begin, longest), accepted, blame)


def words_again(
    common: Common, variables: Sequence[str] | None, variable_files: Sequence[str] | None
) -> tuple[str, ...]:
    """What tells another command to speak to the same place with the same variables, as words of a shell.

    A value given by `--var` may be a secret: the shell is left to ask for it, so that no command runs without it.
    """
    names = dict.fromkeys(text.partition("=")[0] for text in variables or ())
    shell = {name: name.replace("-", "_") for name in names if _NAME.fullmatch(name)}
    words = ["--emulator"] if common.emulator else []
    words += ["--emulator-db", shlex.quote(str(common.emulator_db))] if common.emulator_db is not None else []
    words += [word for file in variable_files or () for word in ("--var-file", shlex.quote(file))]
    words += [word for name, own in shell.items() for word in ("--var", f'{name}="${{{own}:?}}"')]
    return tuple(words)


def report_all(
    visits: Sequence[Visit], plans: Sequence[Planned], request: Request, *, no_color: bool
) -> tuple[DriftReport, ...]:
    """A report per plan, in their order."""
    from gcsync.engine import drift_of
    from gcsync.engine.baseline import with_baseline
    from gcsync.engine.dating import by_age
    from gcsync.engine.look_alikes import look_alikes_of

    refreshed = {id(seen.group): seen.refreshed for seen in visits}
    reports = tuple(
        replace(
            drift_of(_for_drift(one.plan)),
            look_alikes=look_alikes_of(one.plan, refreshed[id(one.group)]),
            given=request.given,
        )
        for one in plans
    )
    if request.accepted is not None:
        reports = with_baseline(reports, request.accepted, request.ages.now.date())
    if request.blame:
        from gcsync.cli.progress import asking

        with asking(no_color=no_color):
            reports = _blamed(reports, [one.group for one in plans], request.ages.now)
    return tuple(by_age(report, request.ages) for report in reports)


def tell_notes(reports: Sequence[DriftReport], common: Common) -> None:
    """What is to be said of the baseline, on stderr: for formats that cannot say it in the report."""
    found = [note for report in reports for note in report.baseline]
    output.report(found, output.style_of(sys.stderr, no_color=common.no_color))


def _for_drift(plan: Plan) -> Plan:
    """A topic that the organization does not offer keeps a plan from being applied; of drift it says nothing.

    A look-alike of what would be created is told among the others.
    """
    from gcsync.engine.findings import LOOK_ALIKE
    from gcsync.engine.topics import UNKNOWN_TOPIC

    told = (one for one in plan.diagnostics if one.code != LOOK_ALIKE)
    found = (one.as_warning() if one.code == UNKNOWN_TOPIC else one for one in told)
    return replace(plan, diagnostics=tuple(found))


def _blamed(reports: Sequence[DriftReport], groups: Sequence[Group], now: datetime) -> tuple[DriftReport, ...]:
    """The reports with who it was; one session for all stacks that share theirs."""
    from gcsync.engine.blame import suspects

    found = list(reports)
    for group in dict.fromkeys(map(id, groups)):
        members = [index for index, one in enumerate(groups) if id(one) == group and suspects(reports[index])]
        if members:
            asked = _ask(groups[members[0]], [reports[index] for index in members], now)
            for index, report in zip(members, asked, strict=True):
                found[index] = report
    return tuple(found)


def _ask(group: Group, reports: Sequence[DriftReport], now: datetime) -> tuple[DriftReport, ...]:
    """Never fails for what the organization does: then nobody can tell, and the reports say why."""
    from gcsync.cli.interruption import signals
    from gcsync.engine.blame import reason_of, with_blame, without_answer
    from gcsync.model.failure import RemoteError
    from gcsync.remote.audits import AuditLog

    try:
        with group.open(read_only=True, stop=signals.stop) as session:
            own = None if session.client == "access token" else session.client
            return with_blame(reports, AuditLog(session, now), own)
    except RemoteError as error:
        return tuple(replace(report, blame=without_answer(report, reason_of(error))) for report in reports)


def _since(text: str | None, now: datetime, found: list[Diagnostic]) -> datetime | None:
    """The moment that `--since` means: so long ago, the beginning of a day in UTC, or that very moment."""
    from gcsync.model.diagnostic import Diagnostic
    from gcsync.model.moment import read_duration, read_time

    if text is None:
        return None
    duration = read_duration(text)
    moment = _before(now, duration) if duration is not None else read_time(text)
    if moment is None:
        hint = "write how long ago (30m, 12h, 7d, 2w), a day (2026-11-01) or a time (2026-11-01T08:00:00Z), in UTC"
        found.append(Diagnostic("GC728", f'"{text[:60]}" is no moment', path="--since", hint=hint))
    elif moment >= now:
        message = f"{text[:60]} does not lie in the past, so that nothing could have drifted since"
        found.append(Diagnostic("GC728", message, path="--since", hint="name a moment that has passed; it is UTC"))
    return moment


def _max_age(text: str | None, found: list[Diagnostic]) -> timedelta | None:
    from gcsync.model.diagnostic import Diagnostic
    from gcsync.model.moment import read_duration

    duration = None if text is None else read_duration(text)
    if text is not None and duration is None:
        hint = "write how long drift may stand: 30m, 12h, 7d, 2w"
        found.append(Diagnostic("GC728", f'"{text[:60]}" is no duration', path="--max-age", hint=hint))
    return duration


def _before(now: datetime, duration: timedelta) -> datetime:
    """A moment so long ago; the first one there is where that lies before it."""
    try:
        return now - duration
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)
