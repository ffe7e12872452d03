"""`receiver serve --opentelemetry` against a collector that answers, one that is down, and none that could be."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from gcsync import __version__
from gcsync.model.diagnostic import DiagnosticError
from gcsync.receiver import telemetry
from gcsync.receiver.watching import Unwatched, watcher
from tests.receiver.collector import Collector, collecting, listening, values
from tests.receiver.serving import body_of, deliver, launched, served

QUICK = ("--drain", "0", "--grace", "5", "--opentelemetry")
TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as one:
        yield one


@pytest.fixture
def hook() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A webhook and the headers it got."""
    got: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            got.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(204)
            self.end_headers()

        def log_message(self, *told: object) -> None:
            pass

    with listening(Handler) as url:
        yield f"{url}/", got


def test_what_was_under_way_at_the_end_reaches_the_collector_and_the_webhook(
    tmp_path: Path, collector: Collector, hook: tuple[str, list[dict[str, str]]]
) -> None:
    url, got = hook
    environ = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_EXPORTER_OTLP_HEADERS": "api-key=watched-key",
        # Long enough that only the end can have sent it.
        "OTEL_BSP_SCHEDULE_DELAY": "3600000",
        "OTEL_METRIC_EXPORT_INTERVAL": "3600000",
    }
    line = ("receiver", "serve", "--port", "0", "--sink", url, *QUICK)
    with launched(tmp_path, "tests.receiver.patient", *line, **environ) as one:
        parent = f"00-{TRACE}-b7ad6b7169203331-01"
        assert deliver(one, body_of("watched-id"), traceparent=parent)[0] == 200
        code, err = one.end()
    assert (code, err) == (0, "")
    spans = {span.name: span for span in collector.spans}
    assert set(spans) == {"POST /genesys-events", "claim", "sink", "done"}
    assert {span.trace_id.hex() for span in collector.spans} == {TRACE}
    request = values(spans["POST /genesys-events"].attributes)
    assert (request["gcsync.outcome"], request["http.response.status_code"]) == ("new", 200)
    assert got[0]["traceparent"] == f"00-{TRACE}-{spans['sink'].span_id.hex()}-01"
    resource = collector.resources[0]
    assert (resource["service.name"], resource["service.version"]) == ("gcsync-receiver", __version__)
    assert {metric.name for metric in collector.metrics} == {"gcsync.receiver.events", "http.server.request.duration"}
    assert {headers["api-key"] for headers in collector.headers} == {"watched-key"}
    assert b"watched-id" not in b"".join(collector.bodies)


def test_a_collector_that_is_down_delays_no_span_and_no_end(caplog: pytest.LogCaptureFixture) -> None:
    environ = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://user:watched-word@127.0.0.1:1", "OTEL_BSP_SCHEDULE_DELAY": "10"}
    with pytest.MonkeyPatch.context() as patch, caplog.at_level(logging.WARNING, "gcsync"):
        for variable, value in environ.items():
            patch.setenv(variable, value)
        watch = watcher(True, environ)
        assert isinstance(watch, watched())
        begun = time.monotonic()
        for _ in range(5):
            with watch._instruments.span("one", {}):
                pass
        watch.end()
    # Between the limit of the end, and the thirty seconds that the library would take.
    assert time.monotonic() - begun < 25
    assert "cannot be sent, and are dropped" in caplog.text
    assert "watched-word" not in caplog.text


@pytest.mark.full
@pytest.mark.parametrize("silent", [False, True], ids=["down", "silent"])
def test_a_collector_that_does_not_answer_delays_no_request_and_no_end(tmp_path: Path, silent: bool) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if silent:
            listener.listen()
        url = f"http://user:watched-word@127.0.0.1:{listener.getsockname()[1]}"
        environ = {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_BSP_SCHEDULE_DELAY": "10"}
        with served(tmp_path, *QUICK, **environ) as one:
            assert [deliver(one, body_of(f"e-{number}"))[0] for number in range(5)] == [200] * 5
            time.sleep(0.2)
            begun = time.monotonic()
            code, err = one.end()
            # Between the limit of the end, and the thirty seconds that the library would take.
            assert time.monotonic() - begun < 25
    assert code == 0
    assert "watched-word" not in err
    told = err.splitlines()
    assert [line for line in told if "cannot be sent, and are dropped" in line] == ([] if silent else told[:1])
    assert len(told) <= 2


def test_the_library_is_heard_now_and_then(caplog: pytest.LogCaptureFixture) -> None:
    now = [1000.0]
    trouble = telemetry._Trouble(lambda: now[0])
    record = logging.LogRecord("opentelemetry", logging.ERROR, "", 0, "watched-word", (), None)
    with caplog.at_level(logging.WARNING, "gcsync"):
        for moment in (1000.0, 1001.0, 1059.0, 1060.0, 1061.0):
            now[0] = moment
            trouble.handle(record)
    assert len(caplog.records) == 2
    assert "watched-word" not in caplog.text


def refused(environ: dict[str, str]) -> str:
    with pytest.raises(DiagnosticError) as caught:
        watcher(True, environ)
    told = caught.value.diagnostics[0]
    assert "watched-word" not in repr(told)
    return told.code


@pytest.mark.parametrize(
    "environ",
    [
        {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
        {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/json"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"},
        {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://[watched-word"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://user:watched-word@host:port"},
    ],
)
def test_what_could_never_be_sent_is_told_at_once(environ: dict[str, str]) -> None:
    assert refused(environ) == "GC819"


def test_a_setting_that_the_library_does_not_take_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(resource: object) -> None:
        raise ValueError("watched-word")

    monkeypatch.setattr(telemetry, "_traces", fail)
    assert refused({}) == "GC819"
    assert logging.getLogger("opentelemetry").handlers == []


def test_a_missing_library_is_told_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http", None)
    assert refused({}) == "GC812"


def test_each_of_the_two_can_be_left_out_and_a_name_given(
    monkeypatch: pytest.MonkeyPatch, collector: Collector
) -> None:
    for name, left in (("OTEL_TRACES_EXPORTER", "metrics"), ("OTEL_METRICS_EXPORTER", "traces")):
        environ = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_SERVICE_NAME": "events", name: "none"}
        with pytest.MonkeyPatch.context() as patch:
            for variable, value in environ.items():
                patch.setenv(variable, value)
            # As long as a slow machine needs to send what there is.
            patch.setattr(telemetry, "END_SECONDS", 180.0)
            watch = watcher(True, environ)
            assert isinstance(watch, watched())
            with watch._instruments.span("one", {}):
                watch._instruments.events.add(1)
            watch.end()
        assert bool(collector.spans) == (left == "traces")
        assert bool(collector.metrics) == (left == "metrics")
        collector.metrics.clear()
    assert collector.resources[0]["service.name"] == "events"


def watched() -> type[Unwatched]:
    from gcsync.receiver.traced import Watched

    return Watched


WITHOUT = """
import json, sys
from gcsync.receiver import application, handling, server
from gcsync.receiver.sinks import jsonl, webhook
from gcsync.receiver.stores import sqlite
from gcsync.receiver.watching import watcher
watcher(False, {})
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules} & {"opentelemetry", "redis", "google"})))
"""


def test_nothing_is_loaded_for_whoever_wants_neither() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_unwatched_everything_stays_as_it_is(tmp_path: Path) -> None:
    watch = watcher(False, {})
    thing: object = object()
    assert watch.store(thing, "x") is watch.sink(thing, "x") is watch.handling(thing) is thing  # type: ignore[arg-type,comparison-overlap]
