"""`gcsync receiver serve|stats|replay`.

Each option is also a variable (`SETTINGS`): parameters are named as their options are.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gcsync.cli import options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common, Format, OutputFormat

if TYPE_CHECKING:
    from gcsync.receiver.stores import Retention as IdRetention

Host = Annotated[str, typer.Option("--host", help="The address to listen on.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="The port to listen on; 0 takes a free one.")]
StoreUrl = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="URL",
        help="Where handled ids are kept: sqlite:///FILE, sqlite:////PATH, redis://HOST:PORT/0, dynamodb://TABLE.",
    ),
]
SinkName = Annotated[
    str,
    typer.Option(
        "--sink",
        metavar="SINK",
        help="Where events go: jsonl:FILE[?rotate=100M&keep=10], parquet:FOLDER[?rotate=100M&every=15m], sqlite:, "
        "sqs:URL, sns:ARN, kinesis:ARN, python:package.module:function, https://…",
    ),
]
Auth = Annotated[
    str,
    typer.Option(
        "--auth", metavar="header:NAME|basic|bearer|none", help="The credential; its value in GCSYNC_RECEIVER_SECRET."
    ),
]
Insecure = Annotated[bool, typer.Option("--insecure-no-auth", help="Let everybody deliver; to try things.")]
MaxBody = Annotated[
    int, typer.Option("--max-body", min=1, metavar="BYTES", help="The longest body; longer ones get a 413.")
]
MaxRequests = Annotated[
    int,
    typer.Option("--max-requests", min=1, metavar="N", help="Requests in handling at a time; more get a 503."),
]
RateLimit = Annotated[
    float, typer.Option("--rate-limit", min=0, metavar="N", help="Requests per second and peer; 0 for any number.")
]
Retention = Annotated[
    str, typer.Option("--retention", metavar="TIME", help="How long ids are kept, as 26h or 7d; senders retry for 24h.")
]
MaxIds = Annotated[
    int, typer.Option("--max-ids", min=1, metavar="N", help="How many ids are kept at most; the oldest go first.")
]
Certificate = Annotated[
    Path | None, typer.Option("--tls-cert", metavar="FILE", help="Serve https: the certificate with its chain, PEM.")
]
Key = Annotated[Path | None, typer.Option("--tls-key", metavar="FILE", help="The certificate's key, PEM.")]
DeadLetter = Annotated[
    Path | None,
    typer.Option("--dead-letter", metavar="FILE", help="Keep what no attempt could handle here, and acknowledge it."),
]
MaxAttempts = Annotated[
    int, typer.Option("--max-attempts", min=1, metavar="N", help="The attempts before an event is a dead letter.")
]
OpenMetrics = Annotated[bool, typer.Option("--open-metrics", help="Show /metrics without the credential.")]
Proxies = Annotated[
    list[str] | None,
    typer.Option(
        "--trusted-proxy", metavar="ADDRESS", help="A proxy whose X-Forwarded-For tells the peer; repeatable."
    ),
]
Drain = Annotated[
    float,
    typer.Option(
        "--drain", min=0, max=86_400, metavar="S", help="How long requests are still taken after /readyz said no."
    ),
]
Grace = Annotated[
    float, typer.Option("--grace", min=1, max=86_400, metavar="S", help="How long requests under way may take.")
]
OpenTelemetry = Annotated[
    bool,
    typer.Option("--opentelemetry", help="Send traces and metrics by OTLP to where OTEL_EXPORTER_OTLP_ENDPOINT says."),
]
Workers = Annotated[
    int, typer.Option("--workers", min=1, max=64, metavar="N", help="Processes that share the port, one for each core.")
]
Letters = Annotated[Path, typer.Argument(metavar="FILE", help="What receiver serve got as --dead-letter.")]

SETTINGS = {"auto_envvar_prefix": "GCSYNC_RECEIVER"}
"""How typer is told of the variables."""
DEFAULT_STORE = "sqlite:///events.db"
DEFAULT_SINK = "jsonl:events.jsonl"


@options.command
def serve(
    common: Common,
    host: Host = "127.0.0.1",
    port: Port = 8080,
    store: StoreUrl = DEFAULT_STORE,
    sink: SinkName = DEFAULT_SINK,
    auth: Auth = "header:X-Api-Key",
    insecure_no_auth: Insecure = False,
    max_body: MaxBody = 1024 * 1024,
    max_requests: MaxRequests = 512,
    rate_limit: RateLimit = 0.0,
    retention: Retention = "26h",
    max_ids: MaxIds = 20_000_000,
    tls_cert: Certificate = None,
    tls_key: Key = None,
    dead_letter: DeadLetter = None,
    max_attempts: MaxAttempts = 10,
    open_metrics: OpenMetrics = False,
    trusted_proxy: Proxies = None,
    drain: Drain = 1.0,
    grace: Grace = 30.0,
    opentelemetry: OpenTelemetry = False,
    workers: Workers = 1,
) -> int:
    """Take events at /genesys-events. Each once, acknowledged when it is durable; ends with 0 on SIGTERM.

    Each option may be a variable instead: GCSYNC_RECEIVER_STORE for --store, GCSYNC_RECEIVER_TLS_CERT for --tls-cert.
    """
    import os

    from gcsync.cli.logs import configure
    from gcsync.receiver.limits import Limits
    from gcsync.receiver.server import ReceiverSettings
    from gcsync.receiver.server import serve as serve_receiver

    # Whoever runs a server wants to know what it could not do, without having asked for it.
    configure(common.verbose)
    settings = ReceiverSettings(
        store=store,
        sink=sink,
        auth=auth,
        insecure=insecure_no_auth,
        host=host,
        port=port,
        limits=Limits(body=max_body, requests=max_requests, rate=rate_limit),
        retention=_retention(retention, max_ids),
        certificate=tls_cert,
        key=tls_key,
        dead_letters=dead_letter,
        max_attempts=max_attempts,
        open_metrics=open_metrics,
        trusted_proxies=_addresses(trusted_proxy or []),
        drain=drain,
        grace=grace,
        opentelemetry=opentelemetry,
        workers=workers,
    )
    return ExitCode(serve_receiver(settings, os.environ, output.result))


@options.command
def stats(common: Common, store: StoreUrl = DEFAULT_STORE, output_format: OutputFormat = Format.TEXT) -> int:
    """Show how much a store holds. The receiver may run meanwhile."""
    import asyncio
    import dataclasses
    import json
    import os

    from gcsync.receiver.stores import open_store

    async def look() -> dict[str, int | None]:
        opened = open_store(store, must_exist=True, environ=os.environ)
        try:
            return dataclasses.asdict(await opened.size())
        finally:
            await opened.close()

    found = asyncio.run(look())
    if output_format is Format.JSON:
        output.result(json.dumps(found))
    else:
        output.result("\n".join(f"{_TITLES[name]:<24}{_number(value):>14}" for name, value in found.items()))
    return ExitCode.DONE


@options.command
def replay(common: Common, file: Letters, store: StoreUrl = DEFAULT_STORE, sink: SinkName = DEFAULT_SINK) -> int:
    """Hand dead letters to the sink again. What it refuses goes back to the file, and the command ends with 1."""
    import asyncio
    import os

    from gcsync.receiver.dead_letter import DeadLetters, Replayed
    from gcsync.receiver.dead_letter import replay as replay_letters
    from gcsync.receiver.sinks import open_sink
    from gcsync.receiver.stores import open_store

    letters = DeadLetters(file)
    if not letters.waiting():
        raise letters.nothing()
    letters.keep_apart(sink, "--sink")

    async def send() -> Replayed:
        # A store is made where there is none: only for the sink that is one.
        opened = open_store(store, environ=os.environ) if sink == "sqlite:" else None
        try:
            target = open_sink(sink, opened, os.environ)
            try:
                return await replay_letters(letters, target)
            finally:
                await target.close()
        finally:
            if opened is not None:
                await opened.close()

    with letters.alone():
        done = asyncio.run(send())
    output.result(f"Replayed: {done.taken} handled, {done.refused} refused again.")
    return ExitCode.ERROR if done.refused else ExitCode.DONE


_TITLES = {
    "ids": "ids remembered",
    "size": "bytes",
    "in_handling": "in handling",
    "failed": "failed, to be retried",
    "events": "rows of events",
}


def _number(value: int | None) -> str:
    return "unknown" if value is None else str(value)


def _addresses(given: list[str]) -> tuple[str, ...]:
    """The server would take any text for the name of a socket, and then never meet it. Raises BadParameter."""
    import ipaddress

    for address in given:
        try:
            ipaddress.ip_network(address)
        except ValueError:
            if address != "*":
                message = f"{address!r} is no address or network, as 10.0.0.7 or 10.0.0.0/8"
                raise typer.BadParameter(message, param_hint="'--trusted-proxy'") from None
    return tuple(given)


def _retention(text: str, max_ids: int) -> IdRetention:
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError
    from gcsync.model.moment import read_duration
    from gcsync.receiver.stores import Retention as IdRetention

    duration = read_duration(text)
    if not duration:
        message = (
            f"{text!r} is no stretch of time" if duration is None else "an id kept for no time is never known again"
        )
        raise DiagnosticError(Diagnostic("GC813", message, path="--retention", hint="write it as 26h or 7d"))
    return IdRetention(duration.total_seconds(), max_ids)
