"""What `apply` refuses to do although it was planned: too many deletes, protected objects, a stack that is not ours."""

from __future__ import annotations

from collections.abc import Iterator

from gcsync.engine.matching import Matching
from gcsync.engine.options import Options
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.marker import Marker
from gcsync.model.plan import Action, Change
from gcsync.model.resource import Stack

_SHOWN = 5
_DELETING = (Action.DELETE, Action.REPLACE)
# What the summary of a plan counts as an update.
_UPDATING = (Action.UPDATE, Action.MOVE, Action.RELEASE)


def find_refusals(
    stack: Stack, matching: Matching, changes: tuple[Change, ...], options: Options
) -> tuple[Diagnostic, ...]:
    """Every rule that the plan breaks, each with its numbers, its objects and the narrow way round it."""
    refusals = list(_protected(stack, changes, options))
    if not options.destroy:
        refusals += _not_our_stack(stack, matching, options) if options.undo is None else ()
        refusals += _too_many_deletes(stack, matching, changes, options)
        refusals += _too_many_updates(stack, matching, changes)
    return (*refusals, *_not_given(stack))


def _not_given(stack: Stack) -> Iterator[Diagnostic]:
    """Nobody knows what a plan without its secrets would write."""
    if stack.unknown_secrets:
        names = ", ".join(stack.unknown_secrets)
        yield Diagnostic(
            "GC742",
            f"planned with --unknown-secrets, without a value for {names}",
            hint="it is for reading: to apply, plan anew where the secrets are at hand",
        )


def _protected(stack: Stack, changes: tuple[Change, ...], options: Options) -> Iterator[Diagnostic]:
    for change in changes:
        if change.action not in _DELETING or change.address in options.allow_delete:
            continue
        declared = stack.resources.get(change.address)
        if is_protected(change) or (declared is not None and declared.lifecycle.prevent_destroy):
            word = "replaced" if change.action is Action.REPLACE else "deleted"
            yield Diagnostic(
                "GC422",
                f'{change.address} ("{change.name}", {change.id}) would be {word}, and prevent_destroy protects it',
                path=str(change.address),
                hint="set `prevent_destroy: false` under its `lifecycle:`, apply that, and try again; "
                f"or allow this one deletion: --allow-delete '{change.address}'",
            )


def is_protected(change: Change) -> bool:
    """Protected by the stack file, or by the marker of a resource whose section left the file."""
    marker = change.remote.marker if change.remote is not None else None
    kept = isinstance(marker, Marker) and marker.protected
    return kept or (change.desired is not None and change.desired.lifecycle.prevent_destroy)


def _not_our_stack(stack: Stack, matching: Matching, options: Options) -> Iterator[Diagnostic]:
    """Objects of this owner, and not one of them declared here: likely the stack of another repository."""
    owned = set(matching.owned)
    if not owned or owned & set(stack.resources):
        return
    settled = options.allow_delete | set(stack.removed)
    unsettled = sorted(owned - settled)
    if unsettled:
        yield Diagnostic(
            "GC420",
            f'the organization has {_count(len(owned), "object")} of stack "{stack.owner}", and this file declares '
            f"none of them: {_some(unsettled)}",
            hint="is it the stack of another repository? Then give this one another name. If they are this stack's, "
            "say so for each: `moved:` to a new address, `removed:`, or --allow-delete ADDRESS. "
            "To delete everything the stack owns: gcsync destroy",
        )


def _too_many_deletes(
    stack: Stack, matching: Matching, changes: tuple[Change, ...], options: Options
) -> Iterator[Diagnostic]:
    doomed = [c for c in changes if c.action in _DELETING and c.address not in options.allow_delete]
    total = len(matching.owned)
    limit = stack.safety.max_delete_percent
    over = len(doomed) > 1 and len(doomed) * 100 > limit * total
    everything = bool(doomed) and sum(change.action is Action.DELETE for change in changes) == total
    if not over and not everything:
        return
    rules = [f"more than max_delete_percent: {limit}"] if over else []
    rules += ["so that nothing is left of what the stack owns"] if everything else []
    yield Diagnostic(
        "GC421",
        f"{_share(len(doomed), total)} would be deleted or replaced, {', and '.join(rules)}: "
        f"{_some([change.address for change in doomed])}",
        hint=f"allow each deletion by name: {_allowances(doomed)}; or raise `safety: max_delete_percent` in the stack; "
        "or leave deletes out: --no-delete"
        if not everything
        else f"allow each deletion by name: {_allowances(doomed)}; to delete a whole stack: gcsync destroy",
    )


def _too_many_updates(stack: Stack, matching: Matching, changes: tuple[Change, ...]) -> Iterator[Diagnostic]:
    updated = [change for change in changes if change.action in _UPDATING]
    total, limit = len(matching.owned), stack.safety.max_update_percent
    if len(updated) > 1 and len(updated) * 100 > limit * total:
        yield Diagnostic(
            "GC423",
            f"{_share(len(updated), total)} would be updated, more than "
            f"max_update_percent: {limit}: {_some([change.address for change in updated])}",
            hint="apply a part with --target, or raise `safety: max_update_percent` in the stack",
        )


def _share(number: int, total: int) -> str:
    """`4 of 13 objects (30.8 %)`: not rounded so far that the limit seems to be kept."""
    percent = number * 100 / max(total, 1)
    return f"{number} of {_count(total, 'object')} ({percent:.1f} %)".replace(".0 %", " %")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _some(addresses: list[Address]) -> str:
    shown = ", ".join(str(address) for address in addresses[:_SHOWN])
    rest = len(addresses) - _SHOWN
    return f"{shown} and {rest} more" if rest > 0 else shown


def _allowances(changes: list[Change]) -> str:
    shown = " ".join(f"--allow-delete '{change.address}'" for change in changes[:_SHOWN])
    return shown if len(changes) <= _SHOWN else f"{shown} ..."
