"""Who watches the receiver at work: nobody, or with `--opentelemetry` a collector (gcsync/receiver/telemetry.py)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from gcsync.receiver.authentication import Authentication
    from gcsync.receiver.handling import Takes
    from gcsync.receiver.interface import Sink, Store


class Unwatched:
    """Leaves everything as it is."""

    def store(self, store: Store, kind: str) -> Store:
        """The store, watched; `kind` is the scheme of its URL."""
        return store

    def sink(self, sink: Sink, kind: str) -> Sink:
        """The sink, watched; `kind` is what its name begins with."""
        return sink

    def handling(self, handling: Takes) -> Takes:
        """The handling, watched."""
        return handling

    def application(self, application: ASGIApp, authentication: Authentication) -> ASGIApp:
        """The application, watched; of whoever may not deliver, no trace is gone on with."""
        return application

    def end(self) -> None:
        """Send what is left."""


def watcher(wanted: bool, environ: Mapping[str, str]) -> Unwatched:
    """Raises DiagnosticError (GC812, GC819) where what is wanted cannot be had."""
    if not wanted:
        return Unwatched()
    from gcsync.receiver.telemetry import start_telemetry

    return start_telemetry(environ)
