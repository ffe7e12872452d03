"""The journal's files: `.gcsync/journal-<time>-<owner>-<random>.jsonl`, one for each stack that is executed.

A line is handed to the operating system before its write leaves: it outlives the process, though not the machine.
Reasons: docs/decisions/0013-journal.md.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gcsync.cli import output

if TYPE_CHECKING:
    from gcsync.cli.options import Common
    from gcsync.model.diagnostic import Diagnostic
    from gcsync.model.journal import Beginning, Ending
    from gcsync.model.outcome import Outcome, Report
    from gcsync.model.plan import Plan

KEPT_FILES = 50
KEPT_BYTES = 64 * 1024 * 1024
_PATTERN = "journal-*.jsonl"
_ABANDONED_SECONDS = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Occasion:
    """The command that executes: its name, the paths as given, and the id of the saved plan, if it was one."""

    command: str = "apply"
    paths: tuple[str, ...] = ()
    plan: str | None = None


@contextmanager
def journal_of(plan: Plan, occasion: Occasion, common: Common) -> Iterator[JournalFile]:
    """The journal of one stack's execution. One that cannot be made is told, and the execution goes on without."""

    def tell(diagnostic: Diagnostic) -> None:
        output.report([diagnostic], output.style_of(sys.stderr, no_color=common.no_color))

    journal = JournalFile(None, tell) if not plan.steps else _open(plan, occasion, tell)
    try:
        yield journal
    finally:
        journal.release()


def tell_journals(reports: Sequence[Report], *, always: bool) -> None:
    """On stderr, where the journals of applies that did not do all they should are; with `always` of every one."""
    for report in reports:
        if report.journal is not None and (always or not report.complete):
            output.notice(f"Journal: {report.journal} (plan back: gcsync plan --undo {report.journal})")


class JournalFile:
    """A journal that is being written; without a descriptor nothing is. Safe to use from several threads."""

    def __init__(
        self,
        descriptor: int | None,
        tell: Callable[[Diagnostic], None],
        path: Path | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.path = path
        self._descriptor = descriptor
        self._tell = tell
        self._now = now
        self._lock = threading.Lock()
        self._begun = 0

    def begin(self, beginning: Beginning) -> int:
        """The write's line, written when this returns. One that is too long stands without its attributes."""
        from gcsync.model.journal_reading import MAX_LINE_BYTES

        with self._lock:
            self._begun += 1
            line = _encoded(beginning.line(self._begun, self._time()))
            if len(line) > MAX_LINE_BYTES:
                line = _encoded(beginning.shortened().line(self._begun, self._time()))
            self._write(line)
            return self._begun

    def end(self, number: int, ending: Ending) -> None:
        with self._lock:
            self._write(_encoded(ending.line(number, self._time())))

    def closed(self, report: Report) -> Report:
        """The report with the journal's path, after what became of its changes and the closing line were written."""
        if self.path is None:
            return report
        lines = [*map(_outcome, report.outcomes), self._closing(report)]
        with self._lock:
            self._write(b"".join(map(_encoded, lines)))
            self._sync()
        return replace(report, journal=str(self.path))

    def put(self, data: dict[str, Any]) -> None:
        """A line as it is."""
        with self._lock:
            self._write(_encoded(data))

    def release(self) -> None:
        """Close the file, which gives its lock away."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _closing(self, report: Report) -> dict[str, Any]:
        return {"closed": self._time(), "counts": report.counts, "interrupted": report.interrupted}

    def _time(self) -> str:
        return self._now().isoformat(timespec="milliseconds")

    def _write(self, line: bytes) -> None:
        if self._descriptor is None:
            return
        try:
            while line:
                line = line[os.write(self._descriptor, line) :]
        except OSError as error:
            self.release()
            self._tell(_broken(self.path, error))

    def _sync(self) -> None:
        try:
            if self._descriptor is not None:
                os.fsync(self._descriptor)
        except OSError as error:
            self._tell(_broken(self.path, error))


def _open(plan: Plan, occasion: Occasion, tell: Callable[[Diagnostic], None]) -> JournalFile:
    from gcsync.cli.local_folder import make_local_folder

    started = datetime.now(UTC)
    time = f"{started:%Y%m%dT%H%M%S}.{started.microsecond // 1000:03}Z"
    name = f"journal-{time}-{plan.owner}-{secrets.token_hex(3)}.jsonl"
    try:
        folder = make_local_folder()
        prune(folder)
        path = folder / name
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    except OSError as error:
        tell(_not_made(name, error))
        return JournalFile(None, tell)
    _lock(descriptor)
    journal = JournalFile(descriptor, tell, path)
    journal.put(_header(plan, occasion, started))
    return journal


def _header(plan: Plan, occasion: Occasion, started: datetime) -> dict[str, Any]:
    from gcsync import __version__
    from gcsync.model.journal import Header

    organization = plan.target.organization
    return Header(
        version=__version__,
        started=started.isoformat(timespec="milliseconds"),
        organization={"id": organization.id, "name": organization.name},
        api_url=plan.target.api_url,
        region=plan.target.region,
        stack=plan.stack,
        owner=plan.owner,
        environment=plan.environment,
        file=plan.file,
        paths=occasion.paths,
        command=occasion.command,
        plan=occasion.plan,
    ).line()


def _outcome(outcome: Outcome) -> dict[str, Any]:
    told = outcome.diagnostic
    found = {
        "outcome": str(outcome.address),
        "status": outcome.status.name.lower(),
        "action": outcome.action.value,
        "id": outcome.id,
        "note": outcome.note or None,
        "code": told.code if told is not None else None,
        "message": told.message if told is not None else None,
    }
    return {key: value for key, value in found.items() if value is not None}


def _encoded(data: dict[str, Any]) -> bytes:
    return json.dumps(data, separators=(",", ":")).encode() + b"\n"


def prune(folder: Path, files: int = KEPT_FILES, size: int = KEPT_BYTES) -> None:
    """Make room for one more journal: the newest stay, and those that are being written."""
    total = 0
    for place, path in enumerate(sorted(folder.glob(_PATTERN), reverse=True), start=1):
        # Another process may be making room as well.
        with suppress(OSError):
            total += path.stat().st_size
            if (place >= files or total > size) and not _in_use(path):
                path.unlink(missing_ok=True)


def _lock(descriptor: int) -> bool:
    """Whether this process has the file to itself from now on, until it closes it. True where no locks are."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _in_use(path: Path) -> bool:
    if sys.platform == "win32":
        return datetime.now(UTC).timestamp() - path.stat().st_mtime < _ABANDONED_SECONDS
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return not _lock(descriptor)
    finally:
        os.close(descriptor)


def _not_made(name: str, error: OSError) -> Diagnostic:
    from gcsync.model.diagnostic import Diagnostic, Severity

    return Diagnostic(
        "GC670",
        f"there will be no journal {name}: {error.strerror or error}",
        severity=Severity.WARNING,
        hint="run gcsync in a folder that it may write to; without a journal there is no `plan --undo`",
    )


def _broken(path: Path | None, error: OSError) -> Diagnostic:
    from gcsync.model.diagnostic import Diagnostic, Severity

    return Diagnostic(
        "GC671",
        f"the journal {path} ends here: {error.strerror or error}",
        severity=Severity.WARNING,
        hint="the apply goes on; what it wrote since is not in the journal",
    )
