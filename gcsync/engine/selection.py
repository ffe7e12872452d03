"""Which changes --target, --exclude and --no-delete leave in a plan."""

from __future__ import annotations

from collections.abc import Iterator

from gcsync.engine.options import Options, matches_any, matches_glob
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.model.plan import Action, Change

_DELETING = (Action.DELETE, Action.REPLACE)


def check_selection(changes: tuple[Change, ...], options: Options) -> None:
    """Raises DiagnosticError when an option names something that the stack does not have."""
    problems = list(_problems(changes, options))
    if problems:
        raise DiagnosticError(problems)


def select(changes: tuple[Change, ...], options: Options) -> tuple[tuple[Change, ...], tuple[Address, ...]]:
    """The changes that stay, and the addresses of those left out that would have done something."""
    kept = tuple(change for change in changes if _stays(change, options))
    names = {change.address for change in kept}
    return kept, tuple(c.address for c in changes if c.address not in names and c.action is not Action.NO_OP)


def _stays(change: Change, options: Options) -> bool:
    if options.targets and not matches_any(change.address, options.targets):
        return False
    if matches_any(change.address, options.excludes):
        return False
    return not (options.no_delete and change.action in _DELETING)


def _problems(changes: tuple[Change, ...], options: Options) -> Iterator[Diagnostic]:
    addresses = [change.address for change in changes]
    for option, globs in (("--target", options.targets), ("--exclude", options.excludes)):
        for glob in globs:
            if not any(matches_glob(address, glob) for address in addresses):
                yield _nothing_there(option, glob, addresses)
    for option, named in (("--replace", options.replace), ("--allow-delete", options.allow_delete)):
        for address in sorted(named):
            if address not in addresses:
                yield _nothing_there(option, str(address), addresses)
    for change in changes:
        if change.address in options.replace and change.remote is None:
            yield Diagnostic(
                "GC411",
                f"--replace {change.address}: there is no object to replace; it would be created",
                hint="leave --replace out",
            )


def _nothing_there(option: str, text: str, addresses: list[Address]) -> Diagnostic:
    import difflib

    near = difflib.get_close_matches(text, [str(address) for address in addresses], n=3, cutoff=0.5)
    return Diagnostic(
        "GC410",
        f'{option} "{text}" names nothing that the stack declares or owns',
        hint=f"near it: {', '.join(near)}" if near else "`gcsync plan` without it lists the addresses",
    )
