"""The numbers of `/metrics`, in the text format of Prometheus. They are those of one process."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from gcsync.receiver.handling import Outcome
from gcsync.receiver.interface import StoreSize

CONTENT_TYPE = CONTENT_TYPE_LATEST
_UNKNOWN = float("nan")
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """Counts what the application answers."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"gcsync_receiver_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str) -> Gauge:
            return Gauge(f"gcsync_receiver_{name}", text, registry=registry)

        self.received = counter("events_received", "Events that were read from a request.")
        self.duplicates = counter("duplicates", "Events whose id was handled before.")
        self.failures = counter("failures", "Events that the sink or the store did not take.")
        self.dead_lettered = counter("dead_lettered", "Events set aside after the last attempt.")
        self.handshakes = counter("handshakes", "Verification tokens that were echoed.")
        self._answers = counter("answers", "Answers of the endpoint, by status.", "status")
        self._by_status = {}
        for status in (200, 400, 401, 408, 413, 415, 429, 431, 500, 503):
            self._by_status[status] = self._answers.labels(str(status))
        self.seconds = Histogram(
            "gcsync_receiver_seconds", "From a request's head to its answer.", buckets=_BUCKETS, registry=registry
        )
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
