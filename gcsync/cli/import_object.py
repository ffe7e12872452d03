"""`gcsync import`."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gcsync.cli import options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common

if TYPE_CHECKING:
    from gcsync.adopt import Declaration
    from gcsync.model.address import Address
    from gcsync.model.resource import Listing, RemoteObject, Stack
    from gcsync.stack import Inputs


@options.command
def import_object(
    common: Common,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Its address from now on: KIND.KEY.")],
    object_id: Annotated[str, typer.Argument(metavar="ID", help="The id of the object in Genesys Cloud.")],
    file: Annotated[
        str | None,
        typer.Argument(metavar="[FILE]", help="The stack file; not needed where there is only one."),
    ] = None,
    environment: options.Environment = None,
    variables: options.Variables = None,
    variable_files: options.VariableFiles = None,
) -> int:
    """Write one object that no stack owns into a stack file. The next apply adopts it."""
    from gcsync.adopt.importing import check_address, parse_address, resource_for
    from gcsync.cli.walk import load_stacks

    wanted = parse_address(address)
    inputs = options.inputs(environment, variables, variable_files)
    stack = _only(load_stacks([file] if file is not None else None, inputs))
    check_address(wanted, stack)
    before = Path(stack.file).read_bytes()
    remote, listing = _find(wanted, object_id, stack, common)
    declaration = resource_for(wanted, remote, listing, stack, frozenset(_section(before, "variables")))
    _write(stack, before, declaration, inputs)
    _tell(stack, declaration, remote, common)
    _tell_others([name for name in _section(before, "environments") if name != stack.environment])
    return ExitCode.DONE


def _only(stacks: tuple[Stack, ...]) -> Stack:
    if len(stacks) == 1:
        return stacks[0]
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    listed = ", ".join(stack.file for stack in stacks)
    hint = "name one of them: gcsync import ADDRESS ID FILE"
    raise DiagnosticError(Diagnostic("GC628", f"there are several stack files: {listed}", hint=hint))


def _find(wanted: Address, object_id: str, stack: Stack, common: Common) -> tuple[RemoteObject | None, Listing]:
    """The object, and all of its kind: those decide whether an adoption could tell it from others."""
    from gcsync.cli.interruption import signals
    from gcsync.cli.walk import all_kinds, announce_to, grouped, target_of
    from gcsync.engine import refresh

    kind = all_kinds()[wanted.kind]
    with grouped([stack], common) as (group,), group.open(read_only=True, stop=signals.stop) as session:
        announce_to(sys.stderr)(target_of(group, session, session.check_organization(stack.organization)))
        listing = refresh({kind.name: kind}, session, frozenset({kind.name})).listings[kind.name]
        found = next((remote for remote in listing.objects if remote.id == object_id), None)
        return found or kind.read(session, object_id), listing


def _section(file: bytes, name: str) -> tuple[str, ...]:
    """The keys of a section of the stack file, which was read before without a fault."""
    from gcsync.stack.reader import read

    return tuple(read(file.decode("utf-8-sig")).value.get(name) or ())


def _write(stack: Stack, before: bytes, declaration: Declaration, inputs: Inputs) -> None:
    from gcsync.adopt import insert
    from gcsync.adopt.files import replace_text
    from gcsync.adopt.importing import no_place
    from gcsync.schema.compose import kind_names

    inserted = insert(before.decode("utf-8-sig"), declaration, kind_names())
    if inserted.text is None:
        raise no_place(stack, inserted)
    replace_text(Path(stack.file), before, inserted.text, lambda path: _check(path, stack, inputs))


def _check(path: Path, stack: Stack, inputs: Inputs) -> None:
    """Raises DiagnosticError with what is wrong with the file at `path`, as if it were the stack's."""
    from gcsync.model.diagnostic import DiagnosticError, Severity
    from gcsync.stack import validate

    folder = Path.cwd()
    found = validate([str(path)], replace(inputs, environment=None), folder=folder)
    wrong = [one for one in found if one.severity is Severity.ERROR]
    if wrong:
        name = os.path.relpath(path, folder)
        raise DiagnosticError(
            replace(one, place=replace(one.place, file=stack.file))
            if one.place is not None and one.place.file in (name, str(path))
            else one
            for one in wrong
        )


def _tell(stack: Stack, declaration: Declaration, remote: RemoteObject | None, common: Common) -> None:
    from gcsync.adopt.export import everything_warnings
    from gcsync.views.style import clean

    output.report(everything_warnings(declaration), output.style_of(sys.stderr, no_color=common.no_color))
    shown = "" if remote is None else f'"{clean(remote.name)}" ({clean(remote.id)})'
    output.result(f"Wrote {declaration.address} to {stack.file}.")
    for variable in declaration.variables:
        output.result(f"Its secret {variable.name} is a variable: set GCSYNC_VAR_{variable.name} before you plan.")
    output.result(f"The next plan adopts it: {shown} gets the marker of stack {stack.owner}, and nothing else changes.")


def _tell_others(environments: list[str]) -> None:
    """That the resource is declared in every environment, and may not be there in others."""
    if environments:
        output.notice(
            f"It is declared in {', '.join(environments)} too: a plan there adopts such an object, or creates it."
        )
