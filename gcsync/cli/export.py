"""`gcsync export`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gcsync.cli import completion, options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common

if TYPE_CHECKING:
    from gcsync.adopt import Exported, Selection
    from gcsync.cli.walk import Visit
    from gcsync.model.diagnostic import Diagnostic

_NAME = "exported"


@options.command
def export(
    common: Common,
    kinds: Annotated[
        list[str] | None,
        typer.Option(
            "--kind", metavar="KIND", autocompletion=completion.kinds, help="Only objects of this kind; repeatable."
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="GLOB", help="Only objects of such a name, in any case.")
    ] = None,
    stack: Annotated[
        str | None,
        typer.Option("--stack", metavar="NAME", help="What this stack owns, instead of what nobody owns."),
    ] = None,
    environment: options.Environment = None,
    target: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Write there; a file that is there is left alone.")
    ] = None,
    terraform: Annotated[
        str | None,
        typer.Option(
            "--from-terraform-json",
            metavar="FILE",
            help="Take over what `terraform show -json` printed (- reads stdin); no organization is asked.",
        ),
    ] = None,
) -> int:
    """Write a stack file of the objects that no stack owns. Changes nothing in the organization."""
    from gcsync.adopt.files import refuse_existing
    from gcsync.cli.ownership import check_environment, check_kinds, check_stack_name

    check_kinds(kinds or ())
    check_stack_name(stack)
    environment = environment or None
    check_environment(environment)
    if target is not None:
        refuse_existing(target)
    wanted = frozenset(kinds or ())
    if terraform is not None:
        return _from_terraform(terraform, wanted, name, stack, environment, target, common)
    return _from_organization(wanted, name, stack, environment, target, common)


def _from_organization(
    wanted: frozenset[str],
    name: str | None,
    stack: str | None,
    environment: str | None,
    target: Path | None,
    common: Common,
) -> int:
    from gcsync.adopt import Head, compose, select
    from gcsync.cli.ownership import owner_of, owners, refuse_unread
    from gcsync.cli.walk import announce_to, fingerprint_key, grouped, visit
    from gcsync.engine import hide_applied_secrets

    with grouped((), common) as groups:
        (seen,) = visit(groups, announce_to(sys.stderr), no_color=common.no_color)
    refuse_unread(seen, wanted)
    listings = seen.refreshed.listings
    objects = [remote for kind in listings if not wanted or kind in wanted for remote in listings[kind].objects]
    objects = [hide_applied_secrets(remote, fingerprint_key()) for remote in objects]
    selection = select(objects, owner=owner_of(stack, environment) if stack else None, name=name)
    organization = seen.targets[None].organization.name
    head = Head(
        stack or _free_name({owner.partition("@")[0] for owner in owners([seen])}),
        environment,
        seen.targets[None].region,
        organization,
        _lines(f'from the organization "{organization}"', seen, renamed=stack is None),
    )
    exported = compose(head, selection.candidates)
    _write(exported, selection, target, common)
    return ExitCode.DONE


def _from_terraform(
    file: str,
    wanted: frozenset[str],
    name: str | None,
    stack: str | None,
    environment: str | None,
    target: Path | None,
    common: Common,
) -> int:
    from gcsync.adopt import Head, compose, read_terraform
    from gcsync.adopt.candidates import declarable, matches

    found = read_terraform(sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes(), file)
    selection = declarable(
        one
        for one in found.candidates
        if (not wanted or one.kind in wanted) and (name is None or matches(one.name, name))
    )
    head = Head(stack or _NAME, environment, lines=_lines("from Terraform's JSON", None, renamed=stack is None))
    exported = compose(head, selection.candidates)
    _write(exported, selection, target, common, found.warnings)
    for what, count in found.others.items():
        output.notice(f"not taken over: {count} of {what}")
    blocks = found.removed_blocks(frozenset(exported.keys))
    if blocks:
        output.notice(
            "\nWhen `gcsync apply` has adopted them, take them out of Terraform's configuration, paste this in their "
            "place and run `terraform apply`; it forgets them and destroys nothing (Terraform 1.7 or newer):\n"
        )
        output.notice("\n\n".join(blocks))
    return ExitCode.DONE


def _lines(origin: str, seen: Visit | None, *, renamed: bool) -> tuple[str, ...]:
    """The comment at the top of the file."""
    lines = [f"Written by `gcsync export` {origin}.", "`gcsync plan` shows what it adopts; `gcsync apply` does it."]
    if renamed:
        lines.append("Choose the stack's name before that: it is written onto every object.")
    unread = seen.refreshed.not_checked if seen is not None else ()
    return (*lines, *(f"Not read: {entry.kind}: {entry.reason}" for entry in unread))


def _free_name(taken: Iterable[str]) -> str:
    """A name that no stack in the organization has: its plan would delete what that owns."""
    used = set(taken)
    names = (_NAME, *(f"{_NAME}-{number}" for number in range(2, len(used) + 3)))
    return next(name for name in names if name not in used)


def _write(
    exported: Exported,
    selection: Selection,
    target: Path | None,
    common: Common,
    warnings: tuple[Diagnostic, ...] = (),
) -> None:
    from gcsync.views.style import plural

    if target is None:
        output.result(exported.text)
    else:
        from gcsync.adopt.files import write_new

        write_new(target, exported.text)
    found = (*warnings, *selection.warnings, *exported.warnings)
    output.report(found, output.style_of(sys.stderr, no_color=common.no_color))
    counted = ", ".join(plural(count, kind) for kind, count in sorted(exported.counts.items()))
    where = f" to {target}" if target is not None else ""
    output.notice(f"Exported{where}: {counted or 'nothing'}.")
    if selection.left_out.counts:
        output.notice(f"Left out: {selection.left_out}.")
    if exported.variables:
        number = plural(len(exported.variables), "sensitive variable")
        output.notice(
            f"It needs {number}: {', '.join(f'GCSYNC_VAR_{one.name}' for one in exported.variables[:5])}"
            + (" ..." if len(exported.variables) > 5 else "")
        )
