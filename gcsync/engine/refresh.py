"""What the organization has: one listing per kind, all kinds at once."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from gcsync.engine.options import Refreshed
from gcsync.kinds.interface import Kind, Limited
from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.model.failure import NoSuchKind
from gcsync.model.plan import NotChecked
from gcsync.model.resource import Listing, RemoteObject
from gcsync.remote.session import GenesysSession

_READINGS = 3


def refresh(
    kinds: Mapping[str, Kind],
    session: GenesysSession,
    declared: frozenset[str],
    *,
    at_once: int | None = None,
    tolerant: bool = False,
) -> Refreshed:
    """List every kind. One that is not `declared` and cannot be listed is not checked; a declared one is an error.

    With `tolerant` that one is not checked either. All kinds are listed at once; `at_once` 1 lists one after another,
    in their order. Raises DiagnosticError with what every failing kind said.
    """
    listings: dict[str, Listing] = {}
    not_checked: list[NotChecked] = []
    errors: list[Diagnostic] = []
    pool = ThreadPoolExecutor(max_workers=at_once or max(1, len(kinds)))
    try:
        running = {
            name: pool.submit(_list_with_capacity if name in declared else _list, kind, session)
            for name, kind in kinds.items()
        }
        for name, future in running.items():
            try:
                listings[name] = future.result()
            except DiagnosticError as error:
                if name in declared and not tolerant:
                    errors.extend(error.diagnostics)
                else:
                    said, absent = error.diagnostics[0], isinstance(error, NoSuchKind)
                    not_checked.append(NotChecked(name, said.message, hint=said.hint, absent=absent))
    finally:
        # Whoever presses Ctrl-C does not wait for a server that does not answer.
        pool.shutdown(wait=False, cancel_futures=True)
    if errors:
        raise DiagnosticError(errors)
    return Refreshed(listings, tuple(not_checked))


def _list_with_capacity(kind: Kind, session: GenesysSession) -> Listing:
    """The listing, and how many objects there may be: asked first, since a kind that may have none is not there."""
    capacity = kind.capacity(session) if isinstance(kind, Limited) else None
    return replace(_list(kind, session), capacity=capacity)


def _list(kind: Kind, session: GenesysSession) -> Listing:
    """A listing that held still. One whose total moved between pages may lack an object, and is read again.

    What one reading has and the next lacks is looked up. Raises DiagnosticError GC452 when no reading holds still.
    """
    known: dict[str, RemoteObject] = {}
    for _ in range(_READINGS):
        listing = kind.list(session)
        listed = {remote.id: remote for remote in listing.objects}
        for object_id in known.keys() - listed.keys():
            found = kind.read(session, object_id)
            if found is not None:
                listed[object_id] = found
        if not listing.moved:
            return replace(listing, objects=tuple(listed.values()))
        known = listed
    raise DiagnosticError(
        Diagnostic(
            "GC452",
            f"the listing of every {kind.name} is incomplete: its pages hold another number of objects than they say, "
            f"{_READINGS} times in a row",
            hint="somebody may be changing many objects right now: try again; if it stays, the API answers wrongly",
        )
    )
