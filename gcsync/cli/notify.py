"""`gcsync drift --notify`: who is told, and when (docs/decisions/0027-notifications.md)."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gcsync.cli import output
from gcsync.model.diagnostic import Diagnostic, DiagnosticError, Severity

if TYPE_CHECKING:
    from gcsync.model.drift import DriftReport
    from gcsync.model.picture import Memory, News

_BLIND: Final = frozenset({"drift could not be looked for"})
_LOCKED: Final = "GC640"
"""Another run is at work, which --reconcile waits for or leaves alone: nothing that anybody has to mend."""

_Render = Callable[["News"], tuple[str, str]]
"""The title and the body of a message."""


@dataclass(frozen=True, slots=True)
class Service:
    """Somebody to tell. `name` tells it from the others of this job, `scheme` is what may be shown of its URL."""

    name: str
    scheme: str
    send: Callable[[str, str], bool]
    """Sends a title and a body; false where that did not arrive."""


@dataclass(slots=True)
class Notifying:
    """`--notify`, `--confirm` and `--notify-state`, ready to be used. `job` says which drift this is: its paths."""

    services: Sequence[Service]
    confirm: int
    state: Path
    job: str = ""
    looked: bool = field(default=False, init=False)

    def tell(self, reports: Sequence[DriftReport], *, ignore_missing: bool) -> list[Diagnostic]:
        """Send what is new and confirmed, remember it; returns warnings. Never raises for what a service does."""
        from gcsync.cli.notify_memory import alone_with, read_memories, write_memories

        self.looked = True
        with alone_with(self.state):
            entries, told = read_memories(self.state)
            if (blind := entries.pop(self._blindness, None)) is not None:
                memory, failed = self._tell_all(blind, frozenset(), frozenset(), self._render_blind(()))
                entries |= {self._blindness: memory} if memory.findings else {}
                told += failed
            for report in reports:
                told += self._tell_one(report, entries, ignore_missing=ignore_missing)
            return told + write_memories(self.state, entries)

    def _tell_one(
        self, report: DriftReport, entries: dict[str, Memory], *, ignore_missing: bool
    ) -> Sequence[Diagnostic]:
        """Put what is remembered of it into the entries; returns warnings."""
        from gcsync.engine.picture import accepted_of, findings_of, unread_of
        from gcsync.model.picture import Memory

        key = f"{report.plan.owner} {report.plan.target.organization.id}"
        memory = entries.get(key, Memory())
        found = findings_of(report, ignore_missing=ignore_missing)
        memory = memory.without(accepted_of(report, memory.findings, ignore_missing=ignore_missing))
        unread = unread_of(report, memory.findings)
        entries[key], failed = self._tell_all(memory, found, unread, _render_drift(report))
        return failed

    @contextmanager
    def watching(self, *, no_color: bool) -> Iterator[None]:
        """Tell also of a run that fails before it could look: its silence would be taken for good news."""
        try:
            yield
        except DiagnosticError as error:
            if not self.looked and any(found.code != _LOCKED for found in error.diagnostics):
                output.report(self._tell_blind(error.diagnostics), output.style_of(sys.stderr, no_color=no_color))
            raise

    def _tell_blind(self, diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
        from gcsync.cli.notify_memory import alone_with, read_memories, write_memories
        from gcsync.model.picture import Memory

        with alone_with(self.state):
            entries, told = read_memories(self.state)
            memory = entries.get(self._blindness, Memory())
            entries[self._blindness], failed = self._tell_all(
                memory, _BLIND, frozenset(), self._render_blind(diagnostics)
            )
            return [*told, *failed, *write_memories(self.state, entries)]

    @property
    def _blindness(self) -> str:
        """Where it is remembered that this job could not look; an owner's name has no colon."""
        return f"job: {self.job}"

    def _tell_all(
        self, memory: Memory, found: frozenset[str], unread: frozenset[str], render: _Render
    ) -> tuple[Memory, list[Diagnostic]]:
        """Tell each service what is news to it; returns what is remembered, and warnings."""
        from gcsync.model.picture import advance, delivered, together

        memories: dict[str, Memory] = {}
        taken: list[str] = []
        titles: dict[str, None] = {}
        failed: list[Diagnostic] = []
        for service in self.services:
            known, news = advance(memory.of(service.name), found, unread, self.confirm)
            title, body = render(news) if news else ("", "")
            if not news or service.send(title, body):
                taken.append(service.name)
                known = delivered(known, news)
                titles |= {title: None} if news else {}
            else:
                failed.append(_warning(service))
            memories[service.name] = known
        for title in titles:
            output.notice(f"Notified: {title}")
        return together(memories, taken), failed

    def _render_blind(self, diagnostics: Sequence[Diagnostic]) -> _Render:
        from gcsync.views.notification import render_blind

        return lambda _: render_blind(self.job, diagnostics)


def notifying(urls: Sequence[str], confirm: int, state: Path | None, job: str = "") -> Notifying | None:
    """None without URLs. Raises DiagnosticError: the extra is missing (GC756), a URL is none that can be used (GC755).

    A URL holds credentials: of a wrong one, too, only the scheme is shown.
    """
    from gcsync.cli.notify_memory import DEFAULT_STATE

    if not urls:
        if confirm > 1 or state is not None:
            output.notice("Nobody is notified: neither --notify nor GCSYNC_NOTIFY names a URL.")
        return None
    services: list[Service] = []
    wrong = []
    with _without_deprecations():
        try:
            import apprise
        except ImportError:
            hint = "pip install 'gcsync[notify]'"
            raise DiagnosticError(Diagnostic("GC756", "--notify needs the extra `notify`", hint=hint)) from None
        for number, url in enumerate(urls, start=1):
            service, scheme = apprise.Apprise(), _scheme(url)
            if service.add(url):
                services.append(Service(f"{number} {scheme}", scheme, _sender(service)))
            else:
                wrong.append(f"{scheme}://… is no URL of a service that apprise knows, or not whole")
    if wrong:
        hint = "each service's form is in the documentation of apprise; quote the URL in the shell"
        raise DiagnosticError(Diagnostic("GC755", message, path="--notify", hint=hint) for message in wrong)
    return Notifying(services, confirm, state or DEFAULT_STATE, job)


@contextmanager
def _without_deprecations() -> Iterator[None]:
    """apprise imports modules that are deprecated in Python; a user can do nothing about that."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def _sender(service: Any) -> Callable[[str, str], bool]:
    def send(title: str, body: str) -> bool:
        # What a service's library raises is unknown; its message may hold the URL.
        with suppress(Exception), _without_deprecations():
            return bool(service.notify(title=title, body=body, body_format="text"))
        return False

    return send


def _scheme(url: str) -> str:
    scheme, colon, _ = url.partition("://")
    return scheme if colon and scheme.isalnum() and scheme.isascii() else "(no scheme)"


def _render_drift(report: DriftReport) -> _Render:
    from gcsync.views.notification import render_body, render_title

    return lambda news: (render_title([report], news), render_body([report], news))


def _warning(service: Service) -> Diagnostic:
    hint = "the next run sends it again; the service's own log may say why"
    return Diagnostic("GC757", f"{service.scheme}:// did not take the notification", Severity.WARNING, hint=hint)
