"""`gcsync drift --notify`: who is told, when, and what is remembered of it (docs/decisions/0027-notifications.md)."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gcsync.cli import output
from gcsync.cli.local_folder import FOLDER, make_local_folder
from gcsync.model.diagnostic import Diagnostic, DiagnosticError, Severity

if TYPE_CHECKING:
    from gcsync.model.drift import DriftReport
    from gcsync.model.picture import Memory, News

DEFAULT_STATE: Final = FOLDER / "drift-told.json"
_VERSION: Final = 1
_LARGEST_STATE: Final = 16 * 1024 * 1024

Send = Callable[[str, str], Sequence[str]]
"""Sends a title and a body; returns the schemes of the services that did not take it (`slack`)."""


@dataclass(frozen=True, slots=True)
class Notifying:
    """`--notify`, `--confirm` and `--notify-state`, ready to be used."""

    send: Send
    confirm: int
    state: Path

    def tell(self, reports: Sequence[DriftReport], *, ignore_missing: bool) -> list[Diagnostic]:
        """Send what is new and confirmed, remember it; returns warnings. Never raises for what a service does."""
        from gcsync.engine.picture import accepted_of, findings_of, unread_of
        from gcsync.model.picture import Memory, advance, delivered

        entries, told = _read(self.state)
        for report in reports:
            key = f"{report.plan.owner} {report.plan.target.organization.id}"
            memory = entries.get(key, Memory())
            found = findings_of(report, ignore_missing=ignore_missing)
            memory = memory.without(accepted_of(report, memory.findings, ignore_missing=ignore_missing))
            unread = unread_of(report, memory.findings)
            memory, news = advance(memory, found, unread, self.confirm)
            failed = self._send(report, news) if news else []
            told += failed
            entries[key] = memory if failed or not news else delivered(memory, news)
        return told + _write(self.state, entries)

    def _send(self, report: DriftReport, news: News) -> list[Diagnostic]:
        from gcsync.views.notification import render_body, render_title

        deaf = self.send(render_title([report], news), render_body([report], news))
        if not deaf:
            output.notice(f"Notified: {render_title([report], news)}")
        hint = "the next run sends it again; the service's own log may say why"
        return [_warning("GC757", f"{scheme}:// did not take the notification", hint) for scheme in deaf]


def notifying(urls: Sequence[str], confirm: int, state: Path | None) -> Notifying | None:
    """None without URLs. Raises DiagnosticError: the extra is missing (GC756), a URL is none that can be used (GC755).

    A URL holds credentials: of a wrong one, too, only the scheme is shown.
    """
    if not urls:
        return None
    services: list[tuple[str, Any]] = []
    wrong = []
    with _without_deprecations():
        try:
            import apprise
        except ImportError:
            hint = "pip install 'gcsync[notify]'"
            raise DiagnosticError(Diagnostic("GC756", "--notify needs the extra `notify`", hint=hint)) from None
        for url in urls:
            service = apprise.Apprise()
            if service.add(url):
                services.append((_scheme(url), service))
            else:
                wrong.append(f"{_scheme(url)}://… is no URL of a service that apprise knows, or not whole")
    if wrong:
        hint = "each service's form is in the documentation of apprise; quote the URL in the shell"
        raise DiagnosticError(Diagnostic("GC755", message, path="--notify", hint=hint) for message in wrong)
    return Notifying(lambda title, body: _deaf(services, title, body), confirm, state or DEFAULT_STATE)


@contextmanager
def _without_deprecations() -> Iterator[None]:
    """apprise imports modules that are deprecated in Python; a user can do nothing about that."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def _deaf(services: Sequence[tuple[str, Any]], title: str, body: str) -> list[str]:
    failed = []
    for scheme, service in services:
        taken = False
        # What a service's library raises is unknown; its message may hold the URL.
        with suppress(Exception), _without_deprecations():
            taken = bool(service.notify(title=title, body=body, body_format="text"))
        if not taken:
            failed.append(scheme)
    return failed


def _scheme(url: str) -> str:
    scheme, colon, _ = url.partition("://")
    return scheme if colon and scheme.isalnum() and scheme.isascii() else "(no scheme)"


def _read(path: Path) -> tuple[dict[str, Memory], list[Diagnostic]]:
    """What is remembered; of a file that is no such memory nothing, and a warning."""
    from gcsync.model.picture import Memory

    try:
        with path.open("rb") as file:
            document = json.loads(file.read(_LARGEST_STATE))
        if document["version"] != _VERSION:
            raise ValueError("it is of another version")
        return {
            key: Memory(_counts(one["seen"]), frozenset(map(str, one["told"])))
            for key, one in document["stacks"].items()
        }, []
    except FileNotFoundError:
        return {}, []
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        hint = "it is written anew; what is there now counts as seen for the first time"
        return {}, [_warning("GC758", f"{path} is not what an earlier run wrote, and was left aside", hint)]


def _counts(data: Mapping[str, Any]) -> dict[str, int]:
    return {str(finding): int(count) for finding, count in data.items()}


def _write(path: Path, entries: Mapping[str, Memory]) -> list[Diagnostic]:
    from gcsync.cli.private_file import write_private

    stacks = {key: {"seen": dict(sorted(one.seen.items())), "told": sorted(one.told)} for key, one in entries.items()}
    text = json.dumps({"version": _VERSION, "stacks": stacks}, indent=1) + "\n"
    try:
        if path.parent == FOLDER:
            make_local_folder()
        write_private(path, text)
    except OSError as error:
        hint = "without it, the next run tells the same again; name another file with --notify-state"
        return [_warning("GC759", f"{path}: what was told could not be remembered: {error.strerror}", hint)]
    return []


def _warning(code: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code, message, Severity.WARNING, hint=hint)
