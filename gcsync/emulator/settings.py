"""What an emulator is told when it is started, and whether that can be done."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gcsync.emulator.faults import parse_fault
from gcsync.model.diagnostic import Diagnostic, DiagnosticError

SCOPES = ("event:stream:read", "event:stream:write", "event:stream:delete")


@dataclass(frozen=True, slots=True)
class EmulatorSettings:
    """How the emulator behaves.

    database: the SQLite file with its state; it and its folder are made when they are not there.
    port: 0 for any free one.
    clients: pairs of id and secret that get a token; empty lets any pair in.
    latency: seconds that every request is kept waiting. rate_limit: requests per token in a fixed window of
    `rate_window` seconds; None refuses nothing. The window is counted in each process.
    faults: see `gcsync.emulator.faults`. scopes: what a token is given; empty for all of `SCOPES`.
    token_lifetime: seconds. versions: whether event streams carry a version (the optimistic lock).
    """

    database: Path
    host: str = "127.0.0.1"
    port: int = 0
    clients: tuple[tuple[str, str], ...] = ()
    organization: str = "Example Ltd"
    latency: float = 0.0
    rate_limit: int | None = None
    rate_window: float = 60.0
    faults: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    token_lifetime: int = 86400
    versions: bool = True

    def check(self) -> None:
        """Raises DiagnosticError with everything that is wrong (GC650 to GC653)."""
        found = (*_clients(self), *_faults(self), *_numbers(self), *_scopes(self))
        if found:
            raise DiagnosticError(found)


def parse_client(text: str) -> tuple[str, str]:
    """Read `ID:SECRET`, as `--client` takes it; the secret may hold colons. Raises DiagnosticError (GC650)."""
    identifier, _, secret = text.partition(":")
    problem = _client_problem(identifier, secret)
    if problem is not None:
        raise DiagnosticError(problem)
    return identifier, secret


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
    if settings.rate_limit is not None and settings.rate_limit < 1:
        yield wrong("--rate-limit", "a number of requests from 1", settings.rate_limit)
    if not (math.isfinite(settings.rate_window) and settings.rate_window > 0):
        yield wrong("--rate-window", "a number of seconds above 0", f"{settings.rate_window:g}")
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
