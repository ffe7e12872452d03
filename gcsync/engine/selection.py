"""Which changes --target, --exclude and --no-delete leave in a plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gcsync.engine.options import Options, matches_any, matches_glob
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.model.plan import Action, Change, Plan

_DELETING = (Action.DELETE, Action.REPLACE)


def check_selection(plans: Sequence[Plan], options: Options) -> None:
    """Raises DiagnosticError when an option names something that none of the stacks has."""
    problems = list(_problems(plans, options))
    if problems:
        raise DiagnosticError(problems)


def select(changes: tuple[Change, ...], options: Options) -> tuple[tuple[Change, ...], tuple[Address, ...]]:
    """The changes that stay, and the addresses of those left out that would have done something."""
    kept = tuple(change for change in changes if _stays(change, options))
    names = {change.address for change in kept}
    return kept, tuple(c.address for c in changes if c.address not in names and c.action is not Action.NO_OP)


def is_chosen(address: Address, options: Options) -> bool:
    """Whether --target and --exclude leave an address in."""
    if options.targets and not matches_any(address, options.targets):
        return False
    return not matches_any(address, options.excludes)


def _stays(change: Change, options: Options) -> bool:
    return is_chosen(change.address, options) and not (options.no_delete and change.action in _DELETING)


def _problems(plans: Sequence[Plan], options: Options) -> Iterator[Diagnostic]:
    addresses = sorted({address for plan in plans for address in plan.known})
    for option, globs in (("--target", options.targets), ("--exclude", options.excludes)):
        for glob in globs:
            if not any(matches_glob(address, glob) for address in addresses):
                yield _nothing_there(option, glob, addresses)
    for option, named in (("--replace", options.replace), ("--allow-delete", options.allow_delete)):
        for address in sorted(named.difference(addresses)):
            yield _nothing_there(option, str(address), addresses)
    for address in sorted(options.replace.intersection(addresses)):
        changes = [change for plan in plans for change in plan.changes if change.address == address]
        if changes and all(change.action is not Action.REPLACE for change in changes):
            yield Diagnostic(
                "GC411",
                f"--replace {address}: the stack has no object there to replace",
                hint="leave --replace out; `gcsync plan` says what would happen to it",
            )


def near(text: str, addresses: Iterable[Address]) -> list[str]:
    """Up to three addresses that may have been meant, the likeliest first."""
    import difflib

    return difflib.get_close_matches(text, [str(address) for address in addresses], n=3, cutoff=0.5)


def _nothing_there(option: str, text: str, addresses: list[Address]) -> Diagnostic:
    # No address holds an equals sign: a `key=VALUE` was meant for --var, and the value is not repeated.
    name, meant_otherwise, _ = text.partition("=")
    text = f"{name}=..." if meant_otherwise else text
    found = near(text, addresses)
    return Diagnostic(
        "GC410",
        f'{option} "{text}" names nothing that the stack declares or owns',
        hint=f"near it: {', '.join(found)}" if found else "`gcsync plan` without it lists the addresses",
    )
