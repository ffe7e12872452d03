"""A whole stack file out of candidates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gcsync.adopt.candidates import Candidate
from gcsync.adopt.keys import Wanted, unique_keys
from gcsync.adopt.resources import Declaration, declare
from gcsync.adopt.secrets import Variable, escape
from gcsync.adopt.writing import commented, plain, to_yaml
from gcsync.model.diagnostic import Diagnostic, Severity
from gcsync.model.value import format_path
from gcsync.schema.semantics import kind_schema


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the resources. `lines` are the comment at the top."""

    stack: str
    environment: str | None = None
    region: str | None = None
    organization: str | None = None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exported:
    """The text of a stack file, how many resources of each kind it declares, and what is to be said about it."""

    text: str
    counts: Mapping[str, int]
    variables: tuple[Variable, ...]
    warnings: tuple[Diagnostic, ...]
    declarations: tuple[Declaration, ...]
    keys: Mapping[str, str]
    """The key of each candidate, by its identity."""


def compose(head: Head, candidates: Iterable[Candidate]) -> Exported:
    """The stack file. The same candidates give the same text, in whatever order they come."""
    by_kind: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in sorted(candidates, key=lambda one: (one.kind, one.identity)):
        by_kind[candidate.kind].append(candidate)
    keys = {one.identity: key for kind, found in by_kind.items() for one, key in _keys(kind, found)}
    declarations = _declare_all(by_kind, keys)
    moved = {
        str(one.address): f"{one.kind}.{keys[one.identity]}"
        for found in by_kind.values()
        for one in found
        if one.address is not None and one.address.key != keys[one.identity]
    }
    return Exported(
        text=to_yaml(_document(head, declarations, moved)),
        counts={kind: len(found) for kind, found in by_kind.items()},
        variables=tuple(variable for one in declarations for variable in one.variables),
        warnings=tuple(warning for one in declarations for warning in everything_warnings(one)),
        declarations=declarations,
        keys=keys,
    )


def everything_warnings(declaration: Declaration) -> tuple[Diagnostic, ...]:
    """The remarks on a resource, for stderr."""
    hint = "every event is paid for: list the event types that you need"
    return tuple(
        Diagnostic("GC150", remark, Severity.WARNING, path=declaration.address, hint=hint)
        for remark in declaration.remarks
    )


def variable_comments(declaration: Declaration, variable: Variable) -> tuple[str, ...]:
    """What the variable is for, and how to give it."""
    where = f"{format_path(variable.path)} of {declaration.address}"
    known = "" if variable.readable else " The API does not return it: take it from where it was made."
    how = f"Set GCSYNC_VAR_{variable.name}, or give it with --var-file or --var {variable.name}=..."
    return (f"{where}.{known}", how)


def _keys(kind: str, candidates: list[Candidate]) -> list[tuple[Candidate, str]]:
    """Keys of markers stay; an instance of `for_each` becomes a resource of its own."""
    fixed = {
        one.identity: one.address.key for one in candidates if one.address is not None and one.address.each is None
    }
    wanted = [Wanted(one.identity, _texts(one)) for one in candidates if one.identity not in fixed]
    found = fixed | unique_keys(wanted, kind, frozenset(fixed.values()))
    return [(one, found[one.identity]) for one in candidates]


def _texts(candidate: Candidate) -> tuple[str, ...]:
    address = candidate.address
    return candidate.texts if address is None else (f"{address.key}_{address.each}", *candidate.texts)


def _declare_all(by_kind: Mapping[str, list[Candidate]], keys: Mapping[str, str]) -> tuple[Declaration, ...]:
    found: list[Declaration] = []
    taken: frozenset[str] = frozenset()
    for kind, candidates in by_kind.items():
        for candidate in sorted(candidates, key=lambda one: keys[one.identity]):
            key = keys[candidate.identity]
            one = declare(kind, key, candidate.attributes, protected=candidate.protected, taken=taken)
            taken |= {variable.name for variable in one.variables}
            found.append(one)
    return tuple(found)


def _document(head: Head, declarations: tuple[Declaration, ...], moved: Mapping[str, str]) -> Any:
    entries: dict[str, Any] = {"version": 1, "stack": plain(head.stack)}
    place = {"region": head.region, "organization": head.organization}
    genesys = {name: plain(escape(value)) for name, value in place.items() if value}
    if genesys:
        entries["genesys"] = genesys
    needed = [(one, variable) for one in declarations for variable in one.variables]
    if needed:
        comments = {variable.name: variable_comments(one, variable) for one, variable in needed}
        entries["variables"] = commented(
            {variable.name: variable_body(variable) for _, variable in needed}, comments, depth=1
        )
    if head.environment is not None:
        entries["environments"] = {plain(head.environment): {}}
    entries |= sections(declarations)
    if moved:
        entries["moved"] = [{"from": plain(old), "to": plain(new)} for old, new in sorted(moved.items())]
    return commented(entries, {}, start=head.lines)


def sections(declarations: Iterable[Declaration]) -> dict[str, Any]:
    """The resources below the stack key of their kind, with the remarks above them."""
    by_key: dict[str, list[Declaration]] = defaultdict(list)
    for one in declarations:
        by_key[kind_schema(one.kind).stack_key].append(one)
    return {
        stack_key: commented(
            {one.key: plain(one.body) for one in found}, {one.key: one.remarks for one in found}, depth=1
        )
        for stack_key, found in by_key.items()
    }


def variable_body(variable: Variable) -> dict[str, Any]:
    return {"type": variable.type, "sensitive": True}
