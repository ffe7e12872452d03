"""`gcsync emulator serve`, and what it takes."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from gcsync.cli import options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common

MILLISECONDS = 1000

Host = Annotated[str, typer.Option("--host", help="The address to listen on.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="The port to listen on; 0 takes a free one.")]
Clients = Annotated[
    list[str] | None,
    typer.Option("--client", metavar="ID:SECRET", help="Let only this client in; repeatable. Any by default."),
]
Organization = Annotated[str, typer.Option("--organization", help="The organization's name.")]
Latency = Annotated[int, typer.Option("--latency", metavar="MS", help="Keep each request waiting so long.")]
RateLimit = Annotated[
    int | None, typer.Option("--rate-limit", metavar="N", help="Requests per token and window; more get a 429.")
]
RateWindow = Annotated[float, typer.Option("--rate-window", metavar="S", help="The window, in seconds.")]
RateLimiter = Annotated[
    str, typer.Option("--rate-limiter", metavar="fixed|sliding", help="How requests in a window are counted.")
]
RateHeaders = Annotated[
    bool, typer.Option("--rate-headers/--no-rate-headers", help="Whether answers carry the rate limit's numbers.")
]
OauthRateLimit = Annotated[
    int | None,
    typer.Option("--oauth-rate-limit", metavar="N", help="Token requests per client and window; more get a 400."),
]
Faults = Annotated[
    list[str] | None,
    typer.Option(
        "--fault",
        metavar="STATUS:COUNT[:METHOD][:PATHGLOB]",
        help="Answer so the next COUNT times, as 503:2:GET; drop-after:1:POST does it and drops the answer.",
    ),
]
Scopes = Annotated[
    list[str] | None, typer.Option("--scopes", metavar="SCOPE", help="Grant only this scope; repeatable.")
]
DeniedPermissions = Annotated[
    list[str] | None,
    typer.Option("--deny-permission", metavar="NAME", help="Deny it, as integrations:integration:add; repeatable."),
]
TokenLifetime = Annotated[
    int, typer.Option("--token-lifetime", metavar="S", help="How long a token is good, in seconds.")
]
Versions = Annotated[
    bool, typer.Option("--versions/--no-versions", help="Whether streams carry a version, the optimistic lock.")
]
Integrations = Annotated[
    list[str] | None,
    typer.Option("--integration", metavar="TYPE", help="Have one integration of this type to begin with; repeatable."),
]
LackingTypes = Annotated[
    list[str] | None, typer.Option("--lack-type", metavar="TYPE", help="Lack this integration type; repeatable.")
]
MaxInstances = Annotated[
    int, typer.Option("--max-instances", min=0, metavar="N", help="How many EventBridge integrations there may be.")
]
ActivationTime = Annotated[
    float, typer.Option("--activation-time", metavar="S", help="How long an integration takes to settle, in seconds.")
]
FailingAccounts = Annotated[
    list[str] | None,
    typer.Option("--failing-account", metavar="ID", help="An AWS account whose integrations end in ERROR; repeatable."),
]
NotesSentinel = Annotated[
    bool, typer.Option("--notes-sentinel", help="Read empty notes back as node_dynamodb_empty_string.")
]
ReverseTopics = Annotated[
    bool, typer.Option("--reverse-topics", help="Read an integration's topics back in the reverse order.")
]
MismatchStatus = Annotated[
    int,
    typer.Option("--mismatch-status", metavar="409|400", help="What another version of a configuration is answered."),
]
WithdrawnTopics = Annotated[
    list[str] | None, typer.Option("--withdraw-topic", metavar="TOPIC", help="Offer this topic no more; repeatable.")
]
UnpublishedWorkflows = Annotated[
    list[str] | None,
    typer.Option(
        "--unpublished-workflow",
        metavar="ID:COUNT",
        help="Refuse the next COUNT writes of a trigger that targets this workflow; repeatable.",
    ),
]
DeliverMap = Annotated[
    list[str] | None,
    typer.Option(
        "--deliver-map",
        metavar="ORIGIN=ORIGIN",
        help="Send events for one origin to another: https://HOST=http://127.0.0.1:PORT; repeatable.",
    ),
]
DeliverHttps = Annotated[
    bool, typer.Option("--deliver-https", help="Send events to destinations without a --deliver-map, too.")
]
TimeScale = Annotated[
    float, typer.Option("--time-scale", metavar="N", help="Emulated seconds per second while deliveries are retried.")
]
RepeatPages = Annotated[
    bool, typer.Option("--repeat-pages", help="Hand out a listing's first page again in place of the later ones.")
]


def delivery(deliver_map: list[str] | None, *, anywhere: bool, time_scale: float) -> dict[str, Any]:
    """The settings of an emulator that say where and how it delivers. Raises DiagnosticError."""
    from gcsync.emulator import parse_deliver_map, read_bundle

    routes = tuple(parse_deliver_map(text) for text in deliver_map or ())
    return {
        "deliver_map": routes,
        "deliver_https": anywhere,
        "deliver_bundle": read_bundle(os.environ, routes, anywhere=anywhere),
        "time_scale": time_scale,
    }


@options.command
def serve(
    common: Common,
    host: Host = "127.0.0.1",
    port: Port = 0,
    clients: Clients = None,
    organization: Organization = "Example Ltd",
    latency: Latency = 0,
    rate_limit: RateLimit = None,
    rate_window: RateWindow = 60.0,
    rate_limiter: RateLimiter = "fixed",
    rate_headers: RateHeaders = True,
    oauth_rate_limit: OauthRateLimit = None,
    faults: Faults = None,
    scopes: Scopes = None,
    denied_permissions: DeniedPermissions = None,
    token_lifetime: TokenLifetime = 86400,
    versions: Versions = True,
    integrations: Integrations = None,
    lacking_types: LackingTypes = None,
    max_instances: MaxInstances = 100,
    activation_time: ActivationTime = 0.0,
    failing_accounts: FailingAccounts = None,
    notes_sentinel: NotesSentinel = False,
    reverse_topics: ReverseTopics = False,
    mismatch_status: MismatchStatus = 409,
    withdrawn_topics: WithdrawnTopics = None,
    unpublished_workflows: UnpublishedWorkflows = None,
    repeat_pages: RepeatPages = False,
    deliver_map: DeliverMap = None,
    deliver_https: DeliverHttps = False,
    time_scale: TimeScale = 1.0,
) -> int:
    """Serve an emulated Genesys Cloud until it is told to stop. On this machine; ends with 0 on SIGTERM."""
    from gcsync.cli.local_emulator import database_of
    from gcsync.emulator import Behaviour, EmulatorSettings, parse_client, parse_unpublished
    from gcsync.emulator import serve as serve_emulator

    behaviour = Behaviour(
        activation_time=activation_time,
        failing_accounts=tuple(failing_accounts or ()),
        notes_sentinel=notes_sentinel,
        reverse_topics=reverse_topics,
        mismatch_status=mismatch_status,
        max_instances=max_instances,
        lacking_types=tuple(lacking_types or ()),
        withdrawn_topics=tuple(withdrawn_topics or ()),
        unpublished_workflows=dict(parse_unpublished(text) for text in unpublished_workflows or ()),
        denied_permissions=tuple(denied_permissions or ()),
        repeat_pages=repeat_pages,
    )
    settings = EmulatorSettings(
        database=database_of(common),
        host=host,
        port=port,
        clients=tuple(parse_client(text) for text in clients or ()),
        organization=organization,
        latency=latency / MILLISECONDS,
        rate_limit=rate_limit,
        rate_window=rate_window,
        rate_limiter=rate_limiter,
        rate_headers=rate_headers,
        oauth_rate_limit=oauth_rate_limit,
        faults=tuple(faults or ()),
        scopes=tuple(scopes or ()),
        token_lifetime=token_lifetime,
        versions=versions,
        integrations=tuple(integrations or ()),
        behaviour=behaviour,
        **delivery(deliver_map, anywhere=deliver_https, time_scale=time_scale),
    )
    return ExitCode(serve_emulator(settings, output.result))
