"""`gcsync topics`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from gcsync.cli import options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common, Format

if TYPE_CHECKING:
    from gcsync.cli.walk import Group
    from gcsync.model.resource import Stack
    from gcsync.model.topic import Topic, Topics

_SHIPPED = (
    "This is the list that comes with gcsync, not an organization's: it is not complete, and which transports carry "
    "a topic is not known from it."
)


@options.command
def topics(
    common: Common,
    pattern: Annotated[
        str | None,
        typer.Argument(metavar="[PATTERN]", help="A part of the topic, or a glob with * and ?; in any case."),
    ] = None,
    transport: Annotated[
        str | None,
        typer.Option(
            "--transport", metavar="NAME", help="Only what this transport carries: EventBridge, ...; or trigger."
        ),
    ] = None,
    stack_paths: Annotated[
        list[str] | None,
        typer.Option(
            "--stack",
            metavar="PATH",
            help="A stack file or folder that says which organization to ask; stacks/ by default. Repeatable.",
        ),
    ] = None,
    environment: options.Environment = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no organization: show the list that comes with gcsync.")
    ] = False,
    output_format: options.OutputFormat = Format.TEXT,
) -> int:
    """List the topics that the organization offers. With their transports and permissions; writes nothing."""
    from gcsync.schema.topics import matching_topics

    known = _shipped() if offline else _read(_stacks(stack_paths, environment), common)
    found = [topic for topic in matching_topics(pattern, known) if _carried(topic, transport)]
    _show(found, known, common, output_format)
    if found:
        return ExitCode.DONE
    raise _nothing(pattern, transport, known)


def _shipped() -> Topics:
    from gcsync.schema.topics import shipped_topics

    output.notice(_SHIPPED)
    return shipped_topics()


def _stacks(paths: list[str] | None, environment: str | None) -> Sequence[Stack]:
    """The stacks that say whom to ask. Those that nobody named need not be right: then the environment says it."""
    from gcsync.cli.walk import outline_stacks
    from gcsync.model.diagnostic import DiagnosticError

    try:
        return outline_stacks(paths, options.inputs(environment, None, None))
    except DiagnosticError:
        if paths:
            raise
        output.notice("The stacks here cannot be read (gcsync validate says why): the environment says whom to ask.")
        return ()


def _read(stacks: Sequence[Stack], common: Common) -> Topics:
    """The organization's topics; the shipped ones where it does not let its lists be read."""
    from gcsync.cli.interruption import signals
    from gcsync.cli.walk import announce_to, grouped, target_of
    from gcsync.remote.topics import read_topics

    with grouped(stacks, common) as groups:
        group = _only(groups)
        with group.open(read_only=True, stop=signals.stop) as session:
            announce_to(sys.stderr)(target_of(group, session, session.organization()))
            found = read_topics(session)
    output.report(found.notes, output.style_of(sys.stderr, no_color=common.no_color))
    return found if found.listed else _shipped()


def _only(groups: Sequence[Group]) -> Group:
    if len(groups) == 1:
        return groups[0]
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    message = f"the stacks here speak to {len(groups)} places, or as several clients"
    hint = "name one of them: gcsync topics --stack stacks/prod.yaml"
    raise DiagnosticError(Diagnostic("GC435", message, hint=hint))


def _carried(topic: Topic, transport: str | None) -> bool:
    """One of which nobody tells stays in: left out, it would look as if it were not carried."""
    return transport is None or topic.carried_by(transport) is not False


def _show(found: Sequence[Topic], known: Topics, common: Common, output_format: Format) -> None:
    if output_format is Format.JSON:
        from gcsync.views.json_topics import render_json_topics

        output.result(render_json_topics(found, shipped=known.shipped))
    elif found:
        from gcsync.views.text_topics import render_topics

        output.result(render_topics(found, output.style_of(sys.stdout, no_color=common.no_color)))


def _nothing(pattern: str | None, transport: str | None, known: Topics) -> Exception:
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError
    from gcsync.schema.topics import nearest_topics

    parts = [f'matches "{pattern[:120]}"'] if pattern is not None else []
    parts += [f"is carried by {transport[:40]}"] if transport is not None else []
    near = nearest_topics(pattern or "", known.ids)
    hint = f"did you mean {' or '.join(near)}?" if near else "gcsync topics, without a pattern, lists them all"
    return DiagnosticError(Diagnostic("GC434", f"no topic {' and '.join(parts) or 'is known'}", hint=hint))
