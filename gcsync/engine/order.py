"""In which order a plan's writes run.

1. creates, updates, adoptions, moves, releases      together, except that
   - a name is freed before it is taken              (a delete that frees one comes as early as that)
   - a circle of renames, or of renames and references, is broken by a temporary name
   - what a resource refers to comes before it
2. every other delete                                after all of that has ended
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.plan import Action, Change, Operation, Step
from gcsync.schema.semantics import Key, kind_schema

_IN_PLACE = (Action.UPDATE, Action.ADOPT, Action.MOVE, Action.RELEASE)

_Node = tuple[Address, Operation]


@dataclass(slots=True)
class Order:
    steps: tuple[Step, ...] = ()
    temporary_names: dict[Address, str] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)


def order_steps(
    changes: tuple[Change, ...],
    everything: tuple[Change, ...],
    dependencies: Mapping[Address, frozenset[Address]] | None = None,
) -> Order:
    """The steps of the selected `changes`; `everything` also holds those that were left out, which may hold a name.

    `dependencies` says what each declared resource refers to.
    """
    order = Order()
    active = {change.address: change for change in changes if change.action is not Action.NO_OP}
    requires: dict[_Node, set[_Node]] = {node: set() for change in active.values() for node in _nodes(change)}
    waits_for = _names_in_the_way(active, everything, order)
    for change in active.values():
        _add_replacement(change, requires)
    _add_dependencies(active, everything, dependencies or {}, requires, order)
    # A replacement deletes before it takes: it is no part of a circle.
    in_place = {address for address, change in active.items() if change.action in _IN_PLACE}
    renamed = {min(circle) for circle in _circles(waits_for) if in_place.issuperset(circle)}
    for taker, holder in sorted(waits_for.items()):
        requires[_taking(active[taker])].add(_freeing(active[holder]))
    for taker, holder in sorted(waits_for.items(), key=lambda pair: (pair[1] not in renamed, pair)):
        if holder in renamed or _leads_to(requires, _freeing(active[holder]), _taking(active[taker])):
            _free_early(active[holder], _taking(active[taker]), requires, order)
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
    return str(change.desired.attributes["name"]) if change.desired is not None else change.name


def _held(change: Change) -> Key | None:
    """What the object has now and no other object may have."""
    return None if change.remote is None else kind_schema(change.address.kind).unique_key(change.remote.attributes)


def _kept_or_taken(change: Change) -> Key | None:
    """What it has of that kind when the change is done."""
    if change.action is Action.DELETE:
        return None
    if change.desired is None or change.action is Action.NO_OP:
        return _held(change)
    remote = change.remote.attributes if change.remote is not None else {}
    kept = {name: remote[name] for name in change.desired.lifecycle.ignore_changes if name in remote}
    return kind_schema(change.address.kind).unique_key({**change.desired.attributes, **kept})


def _names_in_the_way(
    active: dict[Address, Change], everything: tuple[Change, ...], order: Order
) -> dict[Address, Address]:
    """Who takes a name that another change has to free first; a name that nobody frees is a problem."""
    holders = {held: change for change in everything if (held := _held(change)) is not None}
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
    names = kind_schema(change.address.kind).unique
    return Diagnostic(
        "GC407",
        f"{change.address} takes the {_unique_words(change)}, which {holder.address} ({holder.id}) keeps",
        place=change.desired.locate((names[-1],)) if change.desired is not None else None,
        path=str(change.address),
        hint=f"let {holder.address} give it up in the same run (do --target, --exclude or --no-delete leave it out?), "
        f"or choose another {names[-1]}",
    )


def _unique_words(change: Change) -> str:
    """`name "calls"`: what must be unique, with its value as it is declared."""
    attributes = change.desired.attributes if change.desired is not None else change.after or {}
    names = kind_schema(change.address.kind).unique
    return " and ".join(f'{name} "{attributes.get(name)}"' for name in names)


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


def _leads_to(requires: Mapping[_Node, set[_Node]], start: _Node, end: _Node) -> bool:
    """Whether one step waits, however far away, for another."""
    waiting, seen = [start], {start}
    while waiting:
        node = waiting.pop()
        if node == end:
            return True
        waiting += requires[node] - seen
        seen |= requires[node]
    return False


def _free_early(holder: Change, taking: _Node, requires: dict[_Node, set[_Node]], order: Order) -> None:
    """Let the holder of a name bear a temporary one, so that its own change may wait for whoever takes the name."""
    address = holder.address
    order.temporary_names[address] = f"{_wanted_name(holder)[:230]} (gcsync {_letters(address)})"
    requires[address, Operation.RENAME] = set()
    requires[address, Operation.UPDATE].add((address, Operation.RENAME))
    requires[taking].remove((address, Operation.UPDATE))
    requires[taking].add((address, Operation.RENAME))


def _letters(address: Address) -> str:
    import hashlib

    return hashlib.sha256(str(address).encode()).hexdigest()[:8]


def _add_replacement(change: Change, requires: dict[_Node, set[_Node]]) -> None:
    if change.action is Action.REPLACE:
        requires[change.address, Operation.CREATE].add((change.address, Operation.DELETE))


def _add_dependencies(
    active: dict[Address, Change],
    everything: tuple[Change, ...],
    dependencies: Mapping[Address, frozenset[Address]],
    requires: dict[_Node, set[_Node]],
    order: Order,
) -> None:
    """What a resource refers to is written before it, and deleted after it."""
    not_there = {change.address for change in everything if change.action is Action.CREATE} - active.keys()
    for address, change in active.items():
        for needed in dependencies.get(address, ()):
            if needed in not_there and change.action is not Action.DELETE:
                order.problems.append(_left_out(change, needed))
            elif needed not in active:
                continue
            elif change.action is Action.DELETE:
                if active[needed].action is Action.DELETE:
                    requires[_freeing(active[needed])].add(_freeing(change))
            elif active[needed].action is not Action.DELETE:
                requires[_taking(change)].add(_taking(active[needed]))


def _left_out(change: Change, needed: Address) -> Diagnostic:
    return Diagnostic(
        "GC409",
        f"{change.address} refers to {needed}, which is not there and is left out of this run",
        place=change.desired.locate(()) if change.desired is not None else None,
        path=str(change.address),
        hint=f"include it: --target '{needed}'",
    )


def _as_steps(requires: dict[_Node, set[_Node]]) -> tuple[Step, ...]:
    early = _early_deletes(requires)

    def is_last(node: _Node) -> bool:
        return node[1] is Operation.DELETE and node not in early

    nodes = sorted(requires, key=lambda node: (is_last(node), node[0].sort_key(), node[1]))
    index = {node: position for position, node in enumerate(nodes)}
    return tuple(
        Step(*node, requires=tuple(sorted(index[needed] for needed in requires[node])), last=is_last(node))
        for node in nodes
    )


def _early_deletes(requires: dict[_Node, set[_Node]]) -> set[_Node]:
    """The deletes that something else waits for, and those that they wait for."""
    waiting = [needed for node, nodes in requires.items() if node[1] is not Operation.DELETE for needed in nodes]
    early: set[_Node] = set()
    while waiting:
        node = waiting.pop()
        if node[1] is Operation.DELETE and node not in early:
            early.add(node)
            waiting.extend(requires[node])
    return early
