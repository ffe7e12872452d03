"""`gcsync accept`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gcsync.cli import completion, options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common

if TYPE_CHECKING:
    from gcsync.adopt.accepting import NewText
    from gcsync.cli.walk import Visit
    from gcsync.engine import Options
    from gcsync.model.acceptance import Acceptance
    from gcsync.model.diagnostic import Diagnostic
    from gcsync.model.drift import DriftReport
    from gcsync.model.plan import Plan, Reason
    from gcsync.model.resource import Stack

_Differences = dict[tuple[str, str, str], "Reason"]
"""By owner, address and attribute, why they differ."""


@options.command
def accept(
    common: Common,
    paths: options.Paths = None,
    environment: options.Environment = None,
    variables: options.Variables = None,
    variable_files: options.VariableFiles = None,
    targets: options.Targets = None,
    attributes: Annotated[
        list[str] | None,
        typer.Option(
            "--attribute",
            metavar="NAME",
            autocompletion=completion.attributes,
            help="Only these attributes; repeatable.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written, and write nothing.")] = False,
) -> int:
    """Write what was changed by hand into the stack files. Genesys Cloud stays as it is."""
    from gcsync.adopt.accepting import Accepting
    from gcsync.cli.choices import choose
    from gcsync.cli.walk import announce_to, grouped, load_stacks, visit
    from gcsync.model.acceptance import Acceptance

    _check_names(attributes or ())
    inputs = options.inputs(environment, variables, variable_files)
    stacks = load_stacks(paths, inputs)
    with grouped(stacks, common) as groups:
        visits = [replace(one, topics=None) for one in visit(groups, announce_to(sys.stderr), no_color=common.no_color)]
    chosen = choose(targets)
    plans, reports = _reports(visits, chosen)
    accepting = Accepting(Path.cwd(), frozenset(attributes or ()), asked=bool(targets))
    by_owner = {stack.owner: stack for one in visits for stack in one.group.stacks}
    for report in reports:
        accepting.add(by_owner[report.plan.owner], report)
    texts = accepting.texts()
    if texts:
        _prove(texts, plans, visits, load_stacks(paths, replace(inputs, texts=_by_path(texts))))
    acceptance = Acceptance(
        tuple(new.rewritten for new in texts),
        tuple(accepting.refused),
        (*accepting.notes, *accepting.shared_warnings(texts)),
        sum(len(report.pending) for report in reports),
    )
    if not dry_run:
        _write(texts)
    _tell(acceptance, reports, common, dry_run=dry_run)
    return _exit_code(acceptance, reports)


def _check_names(names: Sequence[str]) -> None:
    """Raises DiagnosticError (GC600) for an attribute that no kind has."""
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError
    from gcsync.schema.compose import kind_names
    from gcsync.schema.semantics import kind_schema

    known = {name for kind in kind_names() for name in kind_schema(kind).attributes}
    wrong = [name for name in names if name not in known]
    if wrong:
        hint = f"there are {', '.join(sorted(known))}"
        raise DiagnosticError(Diagnostic("GC600", f'no resource has an attribute "{wrong[0][:60]}"', hint=hint))


def _reports(visits: Sequence[Visit], chosen: Options) -> tuple[tuple[Plan, ...], tuple[DriftReport, ...]]:
    from gcsync.cli.walk import plan_all
    from gcsync.engine import drift_of

    whole = tuple(one.plan for one in plan_all(visits, replace(chosen, targets=())))
    reports = whole if not chosen.targets else tuple(one.plan for one in plan_all(visits, chosen))
    return whole, tuple(drift_of(plan) for plan in reports)


def _by_path(texts: Sequence[NewText]) -> dict[Path, str]:
    return {Path(os.path.realpath(new.source.path)): new.text for new in texts}


def _prove(texts: Sequence[NewText], before: Sequence[Plan], visits: Sequence[Visit], stacks: Sequence[Stack]) -> None:
    """Plan the new texts: what was accepted differs no more, and nothing else differs that did not.

    Raises DiagnosticError (GC737) with what is not so.
    """
    from gcsync.cli.walk import plan_all
    from gcsync.engine import Options
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    new = {stack.owner: stack for stack in stacks}
    seen = [
        replace(one, group=replace(one.group, stacks=tuple(new[s.owner] for s in one.group.stacks))) for one in visits
    ]
    then, now = _differences(before), _differences(one.plan for one in plan_all(seen, Options()))
    taken = {(str(one.address), one.attribute) for text in texts for one in text.rewritten.taken}
    wrong = [key for key, reason in now.items() if key[1:] in taken or then.get(key) is not reason]
    if wrong:
        hint = "nothing was written; accept the rest with --target or --attribute, and change these by hand"
        raise DiagnosticError(
            Diagnostic(
                "GC737",
                f"it would {'still ' if (address, attribute) in taken else ''}differ after that, in stack {owner}",
                path=f"{address}.{attribute}",
                hint=hint,
            )
            for owner, address, attribute in wrong
        )


def _differences(plans: Sequence[Plan] | Iterator[Plan]) -> _Differences:
    """Why what differs does; without what may be the same, for all that the API returns of it."""
    from gcsync.model.plan import Reason
    from gcsync.model.value import holds_unreadable

    return {
        (plan.owner, str(change.address), one.name): one.reason
        for plan in plans
        for change in plan.changes
        for one in change.differing
        if not (one.reason is Reason.PENDING and holds_unreadable(one.before))
    }


def _write(texts: Sequence[NewText]) -> None:
    """All files or none: where one cannot be written, those before it get their old text back."""
    from gcsync.adopt.files import replace_text

    old: dict[Path, tuple[bytes, str]] = {}
    for new in texts:
        path = new.source.path
        before = path.read_bytes()
        _require_same(path, before, new.source.text)
        old[path] = before, new.text
    written: list[Path] = []
    try:
        for path, (before, text) in old.items():
            replace_text(path, before, text, lambda _: None)
            written.append(path)
    except BaseException:
        _undo(written, old)
        raise


def _require_same(path: Path, data: bytes, text: str) -> None:
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    if data.decode("utf-8-sig", "replace") != text:
        hint = "nothing was written: run the command again"
        raise DiagnosticError(Diagnostic("GC630", f"{path} was changed by somebody else in the meantime", hint=hint))


def _undo(written: Sequence[Path], old: Mapping[Path, tuple[bytes, str]]) -> None:
    from gcsync.adopt.files import replace_text

    for path in written:
        replace_text(path, path.read_bytes(), old[path][0].decode("utf-8-sig"), lambda _: None)


def _tell(acceptance: Acceptance, reports: Sequence[DriftReport], common: Common, *, dry_run: bool) -> None:
    from gcsync.cli.showing import tell_diagnostics
    from gcsync.views.text_accept import render_acceptance

    style = output.style_of(sys.stderr, no_color=common.no_color)
    tell_diagnostics([replace(report.plan, refusals=()) for report in reports], common)
    for report in reports:
        for one in report.not_checked:
            if one.unread_kind:
                output.notice(f"{one.kind} could not be read: {one.reason}")
    output.report(_sorted((*acceptance.notes, *acceptance.refused)), style)
    output.result(render_acceptance(acceptance, output.style_of(sys.stdout, no_color=common.no_color), dry_run=dry_run))


def _sorted(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    return sorted(found, key=lambda one: (one.sort_key(), one.path))


def _exit_code(acceptance: Acceptance, reports: Sequence[DriftReport]) -> ExitCode:
    """1 where something that was asked for was refused, or could not be looked at."""
    unread = any(entry.unread_kind for report in reports for entry in report.not_checked)
    errored = any(report.plan.errored for report in reports)
    return ExitCode.ERROR if acceptance.refused or unread or errored else ExitCode.DONE
