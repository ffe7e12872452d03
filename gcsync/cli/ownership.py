"""Owners on the command line: `--stack NAME`, kinds, and whose objects an organization has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gcsync.model.diagnostic import Diagnostic, DiagnosticError

if TYPE_CHECKING:
    from gcsync.cli.walk import Visit

STACK_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
_ENVIRONMENT = re.compile(r"[a-z0-9][a-z0-9-]{0,15}")


def owner_of(stack: str, environment: str | None) -> str:
    return stack if environment is None else f"{stack}@{environment}"


def check_stack_name(name: str | None) -> None:
    """Raises DiagnosticError (GC632)."""
    if name is not None and STACK_NAME.fullmatch(name) is None:
        hint = "it is what stands behind `stack:` in the file; an environment goes into --env"
        raise DiagnosticError(Diagnostic("GC632", f'--stack: "{name[:60]}" is no name of a stack', hint=hint))


def check_environment(name: str | None) -> None:
    """Raises DiagnosticError (GC632)."""
    if name is not None and _ENVIRONMENT.fullmatch(name) is None:
        hint = "1 to 16 lower-case letters, digits and hyphens, beginning with a letter or digit"
        raise DiagnosticError(Diagnostic("GC632", f'--env: "{name[:60]}" is no name of an environment', hint=hint))


def check_kinds(names: Iterable[str]) -> None:
    """Raises DiagnosticError (GC622) for names that are no kind's."""
    from gcsync.schema.compose import kind_names
    from gcsync.schema.semantics import kind_schema

    known = kind_names()
    plurals = {kind_schema(kind).stack_key: kind for kind in known}
    wrong = []
    for name in names:
        if name not in known:
            hint = f"did you mean {plurals[name]}?" if name in plurals else f"the kinds are {', '.join(known)}"
            wrong.append(Diagnostic("GC622", f'there is no kind "{name[:60]}"', hint=hint))
    if wrong:
        raise DiagnosticError(wrong)


def refuse_unread(seen: Visit, wanted: frozenset[str]) -> None:
    """Say which kinds could not be listed. Raises DiagnosticError (GC633) where one of them was asked for, or all."""
    from gcsync.cli import output

    unread = seen.refreshed.not_checked
    fatal = [entry for entry in unread if entry.kind in wanted or not seen.refreshed.listings]
    if fatal:
        raise DiagnosticError(Diagnostic("GC633", f"{one.kind}: {one.reason}", hint=one.hint) for one in fatal)
    for entry in unread:
        output.notice(f"not checked: {entry.kind}: {entry.reason}")


def owners(visits: Iterable[Visit]) -> Counter[str]:
    """Every owner that the organization's markers name, with the number of its objects."""
    from gcsync.model.marker import Marker

    listings = (listing for seen in visits for listing in seen.refreshed.listings.values())
    objects = (remote for listing in listings for remote in listing.objects)
    return Counter(remote.marker.owner for remote in objects if isinstance(remote.marker, Marker))
