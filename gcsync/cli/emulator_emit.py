"""`gcsync emulator emit`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gcsync.cli import options, output
from gcsync.cli.emulator import DeliverHttps, DeliverMap, TimeScale, delivery
from gcsync.cli.event_input import EventFile, read_event_input
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common, Format

if TYPE_CHECKING:
    from collections.abc import Callable

    from gcsync.model.trace import Event


@options.command
def emit(
    common: Common,
    event_file: EventFile,
    url: Annotated[
        str | None,
        typer.Option("--url", metavar="URL", help="An emulator that runs; by default one in this process."),
    ] = None,
    wait: Annotated[
        float, typer.Option("--wait", metavar="S", min=0, max=86400, help="How long to wait for the deliveries.")
    ] = 60.0,
    deliver_map: DeliverMap = None,
    deliver_https: DeliverHttps = False,
    time_scale: TimeScale = 1.0,
    output_format: options.OutputFormat = Format.TEXT,
) -> int:
    """Send an event to every stream that selects it. Handshake first, retries for 24 hours.

    With --url the emulator that runs delivers, by the options that it was started with. Ends with 1 where an event was
    not delivered.
    """
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    event = read_event_input(event_file)
    if event.type is None:
        message, hint = "streams select by `eventType`, which the event lacks", "write {id, eventType, data}"
        raise DiagnosticError(Diagnostic("GC841", message, hint=hint))
    if url is not None and (deliver_map or deliver_https or time_scale != 1.0):
        hint = "give it to `gcsync emulator serve`, or leave --url away"
        raise DiagnosticError(
            Diagnostic("GC852", "an emulator that runs knows itself where and how it delivers", hint=hint)
        )
    if url is not None:
        found = _emit(url, event, wait)
    else:
        found = _in_this_process(common, deliver_map, deliver_https, time_scale, lambda here: _emit(here, event, wait))
    _show(event, found, output_format, common)
    return ExitCode.DONE if all(one["state"] == "delivered" for one in found) else ExitCode.ERROR


def _emit(url: str, event: Event, wait: float) -> list[dict[str, Any]]:
    import time

    from gcsync.emulator import emit as emit_to

    return emit_to(url, event.payload, wait=wait, now=time.monotonic, sleep=time.sleep)


def _in_this_process(
    common: Common,
    deliver_map: list[str] | None,
    deliver_https: bool,
    time_scale: float,
    work: Callable[[str], list[dict[str, Any]]],
) -> list[dict[str, Any]]:
    from gcsync.cli.local_emulator import database_of
    from gcsync.emulator import EmulatorSettings, start

    where = delivery(deliver_map, anywhere=deliver_https, time_scale=time_scale)
    settings = EmulatorSettings(database=database_of(common), **where)
    with start(settings) as running:
        return work(running.url)


def _show(event: Event, found: list[dict[str, Any]], output_format: Format, common: Common) -> None:
    if output_format is Format.JSON:
        import json

        output.result(json.dumps({"deliveries": found}))
        return
    from gcsync.views.text_deliveries import render_deliveries

    output.result(render_deliveries(event.label, found, output.style_of(sys.stdout, no_color=common.no_color)))
