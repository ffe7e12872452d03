"""`--opentelemetry`: spans and metrics to a collector by OTLP, in the background.

It is told where by the standard's own variables, OTEL_EXPORTER_OTLP_ENDPOINT and its kin, which the library reads. No
request waits for the collector or fails with it: what cannot be sent is dropped.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from gcsync import __version__
from gcsync.model.diagnostic import Diagnostic, DiagnosticError

if TYPE_CHECKING:
    from gcsync.receiver.traced import Watched

END_SECONDS: Final = 3.0
"""How long the last spans may take to be sent when the receiver ends."""
QUIET_SECONDS: Final = 60.0
_PROTOCOL = "http/protobuf"
_SCOPE = "gcsync.receiver"

_log = logging.getLogger(__name__)


def start_telemetry(environ: Mapping[str, str]) -> Watched:
    """Raises DiagnosticError: GC812 without the extra `opentelemetry`, GC819 where the variables say what cannot be."""
    _refuse(environ)
    try:
        import opentelemetry.exporter.otlp.proto.http
        import opentelemetry.sdk.trace  # noqa: F401
    except ImportError as error:
        message = f"--opentelemetry needs {error.name}, which is not installed"
        hint = "pip install 'gcsync[receiver,opentelemetry]'"
        raise DiagnosticError(Diagnostic("GC812", message, path="--opentelemetry", hint=hint)) from None
    restore = _quieten()
    try:
        return _started(environ, restore)
    except Exception as error:
        restore()
        # What the library says may quote a header with a credential.
        message = f"the settings of OpenTelemetry cannot be used: {type(error).__name__}"
        hint = "see the variables that begin with OTEL_"
        raise DiagnosticError(Diagnostic("GC819", message, path="OTEL_*", hint=hint)) from None


def _started(environ: Mapping[str, str], restore: Callable[[], None]) -> Watched:
    from opentelemetry import metrics, trace
    from opentelemetry.sdk.resources import Resource

    from gcsync.receiver.traced import Instruments, Watched

    resource = Resource.create(_own(environ))
    traces: Any = _traces(resource) if _is_wanted(environ, "OTEL_TRACES_EXPORTER") else None
    numbers: Any = _metrics(resource) if _is_wanted(environ, "OTEL_METRICS_EXPORTER") else None
    tracer = (traces or trace.NoOpTracerProvider()).get_tracer(_SCOPE, __version__)
    meter = (numbers or metrics.NoOpMeterProvider()).get_meter(_SCOPE, __version__)

    def end() -> None:
        _end([provider.shutdown for provider in (traces, numbers) if provider is not None])
        restore()

    return Watched(Instruments(tracer, meter), end)


def _traces(resource: Any) -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def _metrics(resource: Any) -> Any:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    reader = PeriodicExportingMetricReader(OTLPMetricExporter())
    return MeterProvider([reader], resource=resource, shutdown_on_exit=False)


def _own(environ: Mapping[str, str]) -> dict[str, str]:
    """What tells this process from others; a name that the variables give is left alone."""
    own = {"service.version": __version__, "service.instance.id": str(uuid.uuid4())}
    if not environ.get("OTEL_SERVICE_NAME") and "service.name=" not in environ.get("OTEL_RESOURCE_ATTRIBUTES", ""):
        own["service.name"] = "gcsync-receiver"
    return own


def _is_wanted(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").strip().lower() != "none"


def _refuse(environ: Mapping[str, str]) -> None:
    """Raises DiagnosticError (GC819) for what would be found out only in the background, where nobody looks."""
    for signal in ("", "TRACES_", "METRICS_"):
        name = f"OTEL_EXPORTER_OTLP_{signal}PROTOCOL"
        if environ.get(name, _PROTOCOL).strip() not in ("", _PROTOCOL):
            hint = f"set {name}={_PROTOCOL}, and the port for it: usually 4318, where that for gRPC is 4317"
            raise DiagnosticError(Diagnostic("GC819", f"{name}: only {_PROTOCOL} is spoken", path=name, hint=hint))
        name = f"OTEL_EXPORTER_OTLP_{signal}ENDPOINT"
        if environ.get(name) and not _is_url(environ[name]):
            hint = f"set {name} to the collector's URL, as http://127.0.0.1:4318"
            raise DiagnosticError(Diagnostic("GC819", f"{name}: no URL of http:// or https://", path=name, hint=hint))


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _end(shutdowns: list[Callable[[], None]]) -> None:
    """Both at once, and not for longer than END_SECONDS: a collector that is away is no reason to stay."""
    threads = [threading.Thread(target=shutdown, name="gcsync-telemetry-end", daemon=True) for shutdown in shutdowns]
    end = time.monotonic() + END_SECONDS
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    if any(thread.is_alive() for thread in threads):
        _log.warning("the last traces or metrics could not be sent in time")


def _quieten() -> Callable[[], None]:
    """Let the library's log speak through the receiver's, now and then. Returns what takes that back."""
    logger = logging.getLogger("opentelemetry")
    handler = _Trouble(time.monotonic)
    before = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False

    def restore() -> None:
        logger.removeHandler(handler)
        logger.propagate = before

    return restore


class _Trouble(logging.Handler):
    """Its words are not repeated: they may quote a URL or a header with a credential."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__(logging.WARNING)
        self._clock = clock
        self._next = -QUIET_SECONDS

    def emit(self, record: logging.LogRecord) -> None:
        now = self._clock()
        if now >= self._next:
            self._next = now + QUIET_SECONDS
            _log.warning("traces or metrics cannot be sent, and are dropped: does the collector answer?")
