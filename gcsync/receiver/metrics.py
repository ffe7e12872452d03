"""The numbers of `/metrics`, in the text format of Prometheus: those of one process, or of all workers together."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client import values as prometheus_values

from gcsync.receiver.handling import Outcome
from gcsync.receiver.interface import StoreSize
from gcsync.receiver.shared import Row

CONTENT_TYPE = CONTENT_TYPE_LATEST
_UNKNOWN = float("nan")
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_STATUSES = (200, 400, 401, 408, 413, 415, 429, 431, 500, 503)


class Metrics:
    """Counts what the application answers; with a row of its own, for all workers that have one beside it."""

    def __init__(self, row: Row | None = None) -> None:
        registry = self._registry = CollectorRegistry()

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"gcsync_receiver_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str) -> Gauge:
            return Gauge(f"gcsync_receiver_{name}", text, registry=registry)

        with contextlib.nullcontext() if row is None else _kept_in(row):
            self.received = counter("events_received", "Events that were read from a request.")
            self.duplicates = counter("duplicates", "Events whose id was handled before.")
            self.failures = counter("failures", "Events that the sink or the store did not take.")
            self.dead_lettered = counter("dead_lettered", "Events set aside after the last attempt.")
            self.handshakes = counter("handshakes", "Verification tokens that were echoed.")
            self._answers = counter("answers", "Answers of the endpoint, by status.", "status")
            # All at once, so that they have the same places in every row.
            self._by_status = {status: self._answers.labels(str(status)) for status in _STATUSES}
            self.seconds = Histogram(
                "gcsync_receiver_seconds", "From a request's head to its answer.", buckets=_BUCKETS, registry=registry
            )
        # These are asked for when they are to be told.
        self.in_handling = gauge("in_handling", "Requests under way.")
        self._store_ids = gauge("store_ids", "Ids that the store remembers.")
        self._store_bytes = gauge("store_bytes", "Bytes that the store takes.")

    def outcome(self, outcome: Outcome) -> None:
        """Count an event."""
        self.received.inc()
        if outcome is Outcome.DUPLICATE:
            self.duplicates.inc()
        elif outcome is Outcome.SET_ASIDE:
            self.dead_lettered.inc()
        elif outcome in (Outcome.FAILED, Outcome.BUSY):
            self.failures.inc()

    def answered(self, status: int, seconds: float) -> None:
        """Count an answer of the endpoint."""
        known = self._by_status.get(status)
        (known or self._answers.labels(str(status))).inc()
        self.seconds.observe(seconds)

    def text(self, size: StoreSize | None) -> bytes:
        """All of them; the store's are left as they were where it cannot be asked, NaN where it does not know."""
        if size is not None:
            self._store_ids.set(_UNKNOWN if size.ids is None else size.ids)
            self._store_bytes.set(_UNKNOWN if size.size is None else size.size)
        return generate_latest(self._registry)


@contextlib.contextmanager
def _kept_in(row: Row) -> Iterator[None]:
    """Let what is made inside be counted in the row, and tell the sums of all rows."""

    class Value:
        """What prometheus_client asks of a number."""

        _multiprocess = False

        def __init__(self, *what: object, **more: object) -> None:
            self._place = row.take()

        def inc(self, amount: float) -> None:
            row.add(self._place, amount)

        def set(self, value: float, timestamp: float | None = None) -> None:
            row.set(self._place, value)

        def get(self) -> float:
            return row.total(self._place)

        def set_exemplar(self, exemplar: object) -> None:
            """There are none."""

        def get_exemplar(self) -> None:
            """There are none."""

    before = prometheus_values.ValueClass
    prometheus_values.ValueClass = Value
    try:
        yield
    finally:
        prometheus_values.ValueClass = before
