"""What an emulator is told when it is started, and whether that can be done."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gcsync.emulator.behaviour import Behaviour
from gcsync.emulator.faults import parse_fault
from gcsync.emulator.integration_types import INTEGRATION_TYPES
from gcsync.emulator.limits import LIMITERS
from gcsync.emulator.sending import parse_route, trusted_bundle
from gcsync.model.diagnostic import Diagnostic, DiagnosticError

_FASTEST = 10_000_000
SCOPES = (
    "event:stream:read",
    "event:stream:write",
    "event:stream:delete",
    "integrations",
    "integrations:readonly",
    "process-automation",
    "process-automation:readonly",
    "notifications",
)


@dataclass(frozen=True, slots=True)
class EmulatorSettings:
    """How the emulator behaves.

    database: the SQLite file with its state; it and its folder are made when they are not there.
    port: 0 for any free one.
    clients: pairs of id and secret that get a token; empty lets any pair in.
    latency: seconds that every request is kept waiting. rate_limit: requests per token in a window of `rate_window`
    seconds; None refuses nothing. The window is counted in each process. rate_limiter: one of `LIMITERS`, see
    `gcsync.emulator.limits`. rate_headers: whether answers carry the limit's numbers; a 429 has its Retry-After anyway.
    oauth_rate_limit: token requests per client in a fixed window of the same length; None refuses nothing.
    faults: see `gcsync.emulator.faults`. scopes: what a token is given; empty for all of `SCOPES`.
    token_lifetime: seconds. versions: whether event streams carry a version (the optimistic lock).
    deliver_map: pairs of origins, https://HOST:PORT of destinations and where their events go instead. deliver_https:
    whether events go to destinations without such a pair. deliver_bundle: a file or folder of the authorities that
    deliveries trust in place of the usual ones. time_scale: emulated seconds per second, for retries.
    integrations: types of which there is one integration from the start. behaviour: see `gcsync.emulator.behaviour`.
    """

    database: Path
    host: str = "127.0.0.1"
    port: int = 0
    clients: tuple[tuple[str, str], ...] = ()
    organization: str = "Example Ltd"
    latency: float = 0.0
    rate_limit: int | None = None
    rate_window: float = 60.0
    rate_limiter: str = "fixed"
    rate_headers: bool = True
    oauth_rate_limit: int | None = None
    faults: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    token_lifetime: int = 86400
    versions: bool = True
    integrations: tuple[str, ...] = ()
    behaviour: Behaviour = field(default_factory=Behaviour)
    deliver_map: tuple[tuple[str, str], ...] = ()
    deliver_https: bool = False
    deliver_bundle: str | None = None
    time_scale: float = 1.0

    def check(self) -> None:
        """Raises DiagnosticError with everything that is wrong (GC650 to GC653, GC660, GC853)."""
        found = (
            *_clients(self),
            *_faults(self),
            *_numbers(self),
            *_scopes(self),
            *_behaviour(self),
            *_delivery(self),
        )
        if found:
            raise DiagnosticError(found)


def parse_client(text: str) -> tuple[str, str]:
    """Read `ID:SECRET`, as `--client` takes it; the secret may hold colons. Raises DiagnosticError (GC650)."""
    identifier, _, secret = text.partition(":")
    problem = _client_problem(identifier, secret)
    if problem is not None:
        raise DiagnosticError(problem)
    return identifier, secret


def parse_deliver_map(text: str) -> tuple[str, str]:
    """Read `ORIGIN=ORIGIN`, as `--deliver-map` takes it. Raises DiagnosticError (GC852)."""
    try:
        return parse_route(text)
    except ValueError as error:
        # What was given is not repeated: it may be a whole URL, with what is secret in it.
        hint = "write --deliver-map https://events.example.com=http://127.0.0.1:8080"
        message = f"the emulator cannot deliver so: {error}"
        raise DiagnosticError(Diagnostic("GC852", message, path="--deliver-map", hint=hint)) from None


def read_bundle(environ: Mapping[str, str], routes: Sequence[tuple[str, str]], *, anywhere: bool) -> str | None:
    """The authorities that the environment names, where events go out over https. Raises DiagnosticError (GC852)."""
    if not anywhere and all(target.startswith("http:") for _, target in routes):
        return None
    try:
        return trusted_bundle(environ)
    except ValueError as error:
        hint = "it must hold certificates in PEM form"
        raise DiagnosticError(Diagnostic("GC852", str(error), hint=hint)) from None


def parse_unpublished(text: str) -> tuple[str, int]:
    """Read `WORKFLOW:COUNT`, as `--unpublished-workflow` takes it. Raises DiagnosticError (GC660)."""
    workflow, _, count = text.rpartition(":")
    if not workflow or not count.isascii() or not count.isdecimal():
        raise DiagnosticError(_cannot("--unpublished-workflow", f'"{text}" is not WORKFLOW:COUNT'))
    return workflow, int(count)


def _client_problem(identifier: str, secret: str) -> Diagnostic | None:
    if identifier and secret and ":" not in identifier:
        return None
    # What was given is not repeated: it may be a secret without its id.
    return Diagnostic(
        "GC650",
        "a client of the emulator needs an id and a secret, and the id holds no colon",
        path="--client",
        hint="write --client ID:SECRET, for example --client demo:demo-secret",
    )


def _clients(settings: EmulatorSettings) -> Iterator[Diagnostic]:
    for identifier, secret in settings.clients:
        problem = _client_problem(identifier, secret)
        if problem is not None:
            yield problem


def _faults(settings: EmulatorSettings) -> Iterator[Diagnostic]:
    for text in settings.faults:
        try:
            parse_fault(text)
        except ValueError as error:
            yield Diagnostic(
                "GC651",
                str(error),
                path="--fault",
                hint="write STATUS:COUNT[:METHOD][:PATHGLOB], for example 503:2 or drop-after:1:POST",
            )


def _numbers(settings: EmulatorSettings) -> Iterator[Diagnostic]:
    def wrong(option: str, rule: str, given: object) -> Diagnostic:
        return Diagnostic("GC652", f"{option} must be {rule}, got {given}", path=option)

    if not (math.isfinite(settings.latency) and 0 <= settings.latency <= 3600):
        yield wrong("--latency", "between 0 and 3,600,000 milliseconds", f"{settings.latency * 1000:g}")
    for option, limit in (("--rate-limit", settings.rate_limit), ("--oauth-rate-limit", settings.oauth_rate_limit)):
        if limit is not None and limit < 1:
            yield wrong(option, "a number of requests from 1", limit)
    if not (math.isfinite(settings.rate_window) and settings.rate_window > 0):
        yield wrong("--rate-window", "a number of seconds above 0", f"{settings.rate_window:g}")
    if not math.isfinite(settings.behaviour.activation_time):
        yield wrong("--activation-time", "a number of seconds from 0", settings.behaviour.activation_time)
    if settings.token_lifetime < 1:
        yield wrong("--token-lifetime", "a number of seconds from 1", settings.token_lifetime)
    if not 0 <= settings.port <= 65535:
        yield wrong("--port", "between 0 and 65535 (0 for any free port)", settings.port)


def _scopes(settings: EmulatorSettings) -> Iterator[Diagnostic]:
    for scope in settings.scopes:
        if scope not in SCOPES:
            yield Diagnostic(
                "GC653",
                f'the emulator knows no scope "{scope}"',
                path="--scopes",
                hint=f"the scopes are {', '.join(SCOPES)}",
            )


def _behaviour(settings: EmulatorSettings) -> Iterator[Diagnostic]:
    if settings.rate_limiter not in LIMITERS:
        yield _cannot("--rate-limiter", f"it must be one of {', '.join(LIMITERS)}")
    for type_id in settings.integrations:
        if type_id not in INTEGRATION_TYPES:
            yield _cannot("--integration", f'there is no type "{type_id}", only {", ".join(INTEGRATION_TYPES)}')
    for name, problem in settings.behaviour.problems():
        yield _cannot(name, problem)


def _delivery(settings: EmulatorSettings) -> Iterator[Diagnostic]:
    if not (math.isfinite(settings.time_scale) and 0 < settings.time_scale <= _FASTEST):
        message = f"--time-scale must be above 0 and at most {_FASTEST:,}, got {settings.time_scale:g}"
        hint = "3600 makes an hour of retries a second"
        yield Diagnostic("GC853", message, path="--time-scale", hint=hint)


def _cannot(option: str, problem: str) -> Diagnostic:
    hint = "gcsync emulator serve --help tells what it takes"
    return Diagnostic("GC660", f"the emulator cannot behave so: {option}: {problem}", path=option, hint=hint)
