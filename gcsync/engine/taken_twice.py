"""One name, two plans, one organization: each plan by itself would take it, and the second is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gcsync.model.diagnostic import Diagnostic
from gcsync.model.plan import Action, Plan, Target
from gcsync.model.resource import Resource
from gcsync.schema.semantics import Key, kind_schema

_TAKES_A_NAME = (Action.CREATE, Action.ADOPT, Action.REPLACE, Action.UPDATE)


def refuse_names_taken_twice(plans: Sequence[Plan]) -> tuple[Plan, ...]:
    """The plans, with an error (GC855) in each that takes a name which an earlier one takes in that organization."""
    takers: dict[tuple[Target, Key], tuple[Plan, Resource]] = {}
    return tuple(replace(plan, diagnostics=(*plan.diagnostics, *_found(plan, takers))) for plan in plans)


def _found(plan: Plan, takers: dict[tuple[Target, Key], tuple[Plan, Resource]]) -> Iterator[Diagnostic]:
    for change in plan.changes:
        desired = change.desired
        if desired is None or change.action not in _TAKES_A_NAME:
            continue
        schema = kind_schema(change.address.kind)
        key = schema.unique_key(desired.attributes)
        if key is None:
            continue
        first, resource = takers.setdefault((_where(plan), key), (plan, desired))
        if first.owner != plan.owner:
            yield _taken(desired, first, resource, schema.unique)


def _where(plan: Plan) -> Target:
    """The organization, whoever one speaks to it as."""
    return replace(plan.target, client="")


def _taken(resource: Resource, first: Plan, other: Resource, names: Sequence[str]) -> Diagnostic:
    what = " and ".join(f'{name} "{resource.attributes[name]}"' for name in names)
    place = other.locate((names[-1],))
    where = f" ({place})" if place is not None else ""
    hint = f"choose another {names[-1]} for one of them"
    if first.environment is not None:
        hint = f"write ${{env_name}} into the {names[-1]}, or give the environments organizations of their own"
    return Diagnostic(
        "GC855",
        f"the {what} is also that of {other.address} of {first.owner}{where}, in the same organization",
        place=resource.locate((names[-1],)),
        path=str(resource.address),
        hint=hint,
    )
