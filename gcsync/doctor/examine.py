"""All that is looked at, in order. A look that cannot be taken is a line too, and says why."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from requests.adapters import BaseAdapter

from gcsync.doctor.access import check_kinds, check_topics
from gcsync.doctor.hearing import Hearing
from gcsync.doctor.organization import check_clock, check_organization, check_rate_limit, check_token
from gcsync.doctor.reach import Network, check_host
from gcsync.doctor.settings import check_credentials, check_region
from gcsync.doctor.subject import Subject
from gcsync.kinds.interface import Kind
from gcsync.model.check import Check, CheckStatus
from gcsync.model.diagnostic import DiagnosticError
from gcsync.remote.redaction import Redactor
from gcsync.remote.session import GenesysSession
from gcsync.remote.settings import Credentials, Endpoint
from gcsync.remote.wait import Wait


@dataclass(frozen=True)
class Surroundings:
    """The edge: environment, kinds, time and network. `adapter` is the seam for tests."""

    environ: Mapping[str, str]
    kinds: Mapping[str, Kind]
    now: Callable[[], datetime]
    network: Network = field(default_factory=Network)
    adapter: BaseAdapter | None = None
    notify: Callable[[Wait], None] | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    sleep: Callable[[float], object] = time.sleep


def examine(subjects: Sequence[Subject], surroundings: Surroundings) -> Iterator[Check]:
    """Everything about every subject; `about` is set where there are several."""
    for subject in subjects:
        about = subject.label if len(subjects) > 1 else ""
        for check in _Examination(subject, surroundings).checks():
            yield replace(check, about=about)


@dataclass(frozen=True, slots=True)
class _Examination:
    subject: Subject
    surroundings: Surroundings

    def checks(self) -> Iterator[Check]:
        environ = self.surroundings.environ
        credentials, check = check_credentials(self.subject, environ)
        yield check
        endpoint, region = check_region(self.subject, environ)
        yield region
        reached = list(self._reach(endpoint))
        yield from reached
        reason = _obstacle(endpoint, credentials, reached)
        if endpoint is None or credentials is None or reason:
            yield from self._not_checked(reason)
            return
        yield from self._speak(endpoint, credentials)

    def _reach(self, endpoint: Endpoint | None) -> Iterator[Check]:
        hosts = {"api": endpoint.api_url, "login": endpoint.login_url} if endpoint is not None else {}
        for name in ("api", "login"):
            if name in hosts:
                yield from check_host(name, hosts[name], self.surroundings.environ, self.surroundings.network)
            else:
                yield from (Check(f"{name}.{part}", CheckStatus.NOT_CHECKED, _NO_REGION) for part in _PARTS)

    def _speak(self, endpoint: Endpoint, credentials: Credentials) -> Iterator[Check]:
        hearing = Hearing(self.surroundings.now, self.surroundings.adapter)
        try:
            session = self._session(endpoint, credentials, hearing)
        except DiagnosticError as error:
            yield from self._not_checked(error.diagnostics[0].message)
            return
        redactor = Redactor(credentials.client_secret, credentials.access_token)
        with session:
            token, check = check_token(session, redactor)
            yield check
            if token.usable:
                yield check_organization(session, self.subject, redactor)
                yield from check_kinds(self.surroundings.kinds, session, self.subject, token)
                yield check_topics(session, self.subject)
            else:
                yield from self._not_checked("there is no usable token", *self._behind_token())
            yield check_clock(hearing)
            yield check_rate_limit(hearing)

    def _session(self, endpoint: Endpoint, credentials: Credentials, hearing: Hearing) -> GenesysSession:
        around = self.surroundings
        return GenesysSession(
            endpoint,
            credentials,
            read_only=True,
            adapter=hearing,
            environ=around.environ,
            notify=around.notify,
            sleep=around.sleep,
            stop=around.stop,
        )

    def _behind_token(self) -> tuple[str, ...]:
        kinds = (f"{kind}.{what}" for kind in self.surroundings.kinds for what in ("read", "write"))
        return ("organization", *kinds, "topics")

    def _not_checked(self, reason: str, *names: str) -> Iterator[Check]:
        for name in names or ("token", *self._behind_token(), "clock", "rate_limit"):
            yield Check(name, CheckStatus.NOT_CHECKED, reason)


_PARTS = ("dns", "tcp", "tls")
_NO_REGION = "the region is not known"


def _obstacle(endpoint: Endpoint | None, credentials: Credentials | None, reached: Sequence[Check]) -> str:
    """What keeps gcsync from speaking to the organization; empty for nothing."""
    if endpoint is None:
        return _NO_REGION
    if credentials is None:
        return "there are no credentials"
    needed = ("api",) if credentials.access_token is not None else ("login", "api")
    lost = [name for name in needed if any(_failed(check, name) for check in reached)]
    return f"the {lost[0]} host cannot be reached" if lost else ""


def _failed(check: Check, host: str) -> bool:
    return check.status is CheckStatus.FAIL and check.check.startswith(f"{host}.")
