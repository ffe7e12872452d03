"""What the organization has: one listing per kind, all kinds at once."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from gcsync.engine.options import Refreshed
from gcsync.kinds.interface import Kind
from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.model.failure import Denied, NoSuchKind, RemoteError
from gcsync.model.plan import NotChecked
from gcsync.model.resource import Listing
from gcsync.remote.session import GenesysSession


def refresh(kinds: Mapping[str, Kind], session: GenesysSession, declared: frozenset[str]) -> Refreshed:
    """List every kind. One that is not `declared` and cannot be listed is not checked; a declared one is an error.

    Raises DiagnosticError with what every failing kind said.
    """
    listings: dict[str, Listing] = {}
    not_checked: list[NotChecked] = []
    errors: list[Diagnostic] = []
    with ThreadPoolExecutor(max_workers=max(1, len(kinds))) as pool:
        running = {name: pool.submit(_list, kind, session) for name, kind in kinds.items()}
    for name, future in running.items():
        try:
            listings[name] = future.result()
        except (NoSuchKind, Denied) as error:
            if name in declared:
                errors.append(error.diagnostic)
            else:
                absent = isinstance(error, NoSuchKind)
                said = error.diagnostic
                not_checked.append(NotChecked(name, said.message, hint=said.hint, absent=absent))
        except RemoteError as error:
            errors.extend(error.diagnostics)
    if errors:
        raise DiagnosticError(errors)
    return Refreshed(listings, tuple(not_checked))


def _list(kind: Kind, session: GenesysSession) -> Listing:
    """The listing; read once more when its total changed between pages, and what one of the two lacks looked up."""
    first = kind.list(session)
    if not first.moved:
        return first
    second = kind.list(session)
    listed = {remote.id: remote for remote in second.objects}
    for remote in first.objects:
        if remote.id not in listed:
            found = kind.read(session, remote.id)
            if found is not None:
                listed[found.id] = found
    return replace(second, objects=tuple(listed.values()))
