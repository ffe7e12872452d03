"""`gcsync emulator serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from gcsync.cli import options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common

MILLISECONDS = 1000


@options.command
def serve(
    common: Common,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="The port to listen on; 0 takes a free one.")] = 0,
    clients: Annotated[
        list[str] | None,
        typer.Option("--client", metavar="ID:SECRET", help="Let only this client in; repeatable. Any by default."),
    ] = None,
    organization: Annotated[str, typer.Option("--organization", help="The organization's name.")] = "Example Ltd",
    latency: Annotated[int, typer.Option("--latency", metavar="MS", help="Keep each request waiting so long.")] = 0,
    rate_limit: Annotated[
        int | None, typer.Option("--rate-limit", metavar="N", help="Requests per token and window; more get a 429.")
    ] = None,
    rate_window: Annotated[float, typer.Option("--rate-window", metavar="S", help="The window, in seconds.")] = 60.0,
    faults: Annotated[
        list[str] | None,
        typer.Option(
            "--fault",
            metavar="STATUS:COUNT[:METHOD][:PATHGLOB]",
            help="Answer so the next COUNT times, as 503:2:GET; drop-after:1:POST does it and drops the answer.",
        ),
    ] = None,
    scopes: Annotated[
        list[str] | None, typer.Option("--scopes", metavar="SCOPE", help="Grant only this scope; repeatable.")
    ] = None,
    token_lifetime: Annotated[
        int, typer.Option("--token-lifetime", metavar="S", help="How long a token is good, in seconds.")
    ] = 86400,
    versions: Annotated[
        bool, typer.Option("--versions/--no-versions", help="Whether streams carry a version, the optimistic lock.")
    ] = True,
) -> int:
    """Serve an emulated Genesys Cloud on this machine until it is told to stop. Ends with 0 on SIGTERM."""
    from gcsync.cli.local_emulator import database_of
    from gcsync.emulator import EmulatorSettings, parse_client
    from gcsync.emulator import serve as serve_emulator

    settings = EmulatorSettings(
        database=database_of(common),
        host=host,
        port=port,
        clients=tuple(parse_client(text) for text in clients or ()),
        organization=organization,
        latency=latency / MILLISECONDS,
        rate_limit=rate_limit,
        rate_window=rate_window,
        faults=tuple(faults or ()),
        scopes=tuple(scopes or ()),
        token_lifetime=token_lifetime,
        versions=versions,
    )
    return ExitCode(serve_emulator(settings, output.result))
