"""In which order a plan's writes run.

1. creates, updates, adoptions, moves, releases      together, except that
   - a name is freed before it is taken              (a delete that frees one comes as early as that)
   - a circle of renames is broken by a temporary name
   - what a resource refers to comes before it
2. every other delete                                after all of that has ended
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gcsync.engine.matching import fold_name
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.plan import Action, Change, Operation, Step
from gcsync.model.value import reveal
from gcsync.schema.semantics import kind_schema

_IN_PLACE = (Action.UPDATE, Action.ADOPT, Action.MOVE, Action.RELEASE)

_Name = tuple[str, str]
_Node = tuple[Address, Operation]


@dataclass(slots=True)
class Order:
    steps: tuple[Step, ...] = ()
    temporary_names: dict[Address, str] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)


def order_steps(changes: tuple[Change, ...], everything: tuple[Change, ...]) -> Order:
    """The steps of the selected `changes`; `everything` also holds those that were left out, which may hold a name."""
    order = Order()
    active = {change.address: change for change in changes if change.action is not Action.NO_OP}
    requires: dict[_Node, set[_Node]] = {node: set() for change in active.values() for node in _nodes(change)}
    waits_for = _names_in_the_way(active, everything, order)
    for circle in _circles(waits_for):
        first = min(circle)
        order.temporary_names[first] = f"{_wanted_name(active[first])[:230]} (gcsync {_letters(first)})"
        requires[first, Operation.RENAME] = set()
        requires[first, Operation.UPDATE].add((first, Operation.RENAME))
    for taker, holder in waits_for.items():
        freeing = (holder, Operation.RENAME) if holder in order.temporary_names else _freeing(active[holder])
        requires[_taking(active[taker])].add(freeing)
    for change in active.values():
        _add_replacement(change, requires)
        _add_dependencies(change, active, requires)
    order.steps = _as_steps(requires)
    return order


def _nodes(change: Change) -> list[_Node]:
    if change.action is Action.REPLACE:
        return [(change.address, Operation.DELETE), (change.address, Operation.CREATE)]
    if change.action in _IN_PLACE:
        return [(change.address, Operation.UPDATE)]
    operation = Operation.CREATE if change.action is Action.CREATE else Operation.DELETE
    return [(change.address, operation)]


def _taking(change: Change) -> _Node:
    return _nodes(change)[-1]


def _freeing(change: Change) -> _Node:
    return _nodes(change)[0]


def _wanted_name(change: Change) -> str:
    return str(reveal(change.desired.attributes["name"])) if change.desired is not None else change.name


def _held(change: Change) -> _Name | None:
    return None if change.remote is None else (change.address.kind, fold_name(change.remote.name))


def _kept_or_taken(change: Change) -> _Name | None:
    """The name that the object has when the change is done."""
    if change.action is Action.DELETE:
        return None
    if change.action in (Action.NO_OP, Action.RELEASE) or _ignores_name(change):
        return _held(change) or (change.address.kind, fold_name(_wanted_name(change)))
    return (change.address.kind, fold_name(_wanted_name(change)))


def _ignores_name(change: Change) -> bool:
    return (
        change.desired is not None and change.remote is not None and "name" in change.desired.lifecycle.ignore_changes
    )


def _names_in_the_way(
    active: dict[Address, Change], everything: tuple[Change, ...], order: Order
) -> dict[Address, Address]:
    """Who takes a name that another change has to free first; a name that nobody frees is a problem."""
    holders = {
        held: change
        for change in everything
        if (held := _held(change)) is not None and kind_schema(change.address.kind).unique
    }
    waits_for: dict[Address, Address] = {}
    for address, change in active.items():
        taken = _kept_or_taken(change)
        if taken is None or taken == _held(change):
            continue
        holder = holders.get(taken)
        if holder is None or holder.address == address:
            continue
        if holder.address in active and _kept_or_taken(active[holder.address]) != taken:
            waits_for[address] = holder.address
        else:
            order.problems.append(_name_is_kept(change, holder))
    return waits_for


def _name_is_kept(change: Change, holder: Change) -> Diagnostic:
    return Diagnostic(
        "GC407",
        f'{change.address} takes the name "{_wanted_name(change)}", which {holder.address} ({holder.id}) keeps',
        place=change.desired.locate(("name",)) if change.desired is not None else None,
        path=str(change.address),
        hint=f"let {holder.address} give the name up in the same run (is it left out by --target or --exclude?), "
        "or choose another name",
    )


def _circles(waits_for: dict[Address, Address]) -> list[list[Address]]:
    """The circles of a graph in which everyone waits for at most one other."""
    circles: list[list[Address]] = []
    seen: set[Address] = set()
    for start in waits_for:
        path: list[Address] = []
        address: Address | None = start
        while address is not None and address not in seen:
            seen.add(address)
            path.append(address)
            address = waits_for.get(address)
        if address is not None and address in path:
            circles.append(path[path.index(address) :])
    return circles


def _letters(address: Address) -> str:
    import hashlib

    return hashlib.sha256(str(address).encode()).hexdigest()[:8]


def _add_replacement(change: Change, requires: dict[_Node, set[_Node]]) -> None:
    if change.action is Action.REPLACE:
        requires[change.address, Operation.CREATE].add((change.address, Operation.DELETE))


def _add_dependencies(change: Change, active: dict[Address, Change], requires: dict[_Node, set[_Node]]) -> None:
    if change.desired is None:
        return
    for dependency in change.desired.dependencies:
        if dependency in active:
            requires[_taking(change)].add(_taking(active[dependency]))


def _as_steps(requires: dict[_Node, set[_Node]]) -> tuple[Step, ...]:
    needed = {node for nodes in requires.values() for node in nodes}
    nodes = sorted(requires, key=lambda node: (_is_last(node, needed), node[0].sort_key(), node[1]))
    index = {node: position for position, node in enumerate(nodes)}
    return tuple(
        Step(
            address,
            operation,
            tuple(sorted(index[n] for n in requires[address, operation])),
            _is_last((address, operation), needed),
        )
        for address, operation in nodes
    )


def _is_last(node: _Node, needed: set[_Node]) -> bool:
    return node[1] is Operation.DELETE and node not in needed
