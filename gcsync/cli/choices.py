"""What was asked of a plan, from the command line: globs, addresses, switches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, DiagnosticError

if TYPE_CHECKING:
    from gcsync.engine import Options


def choose(
    targets: list[str] | None = None,
    excludes: list[str] | None = None,
    replace: list[str] | None = None,
    allow_delete: list[str] | None = None,
    *,
    no_delete: bool = False,
    destroy: bool = False,
) -> Options:
    """The engine's options. Raises DiagnosticError (GC604) with everything that should be an address and is none."""
    from gcsync.engine import Options

    wrong: list[Diagnostic] = []
    chosen = Options(
        targets=tuple(targets or ()),
        excludes=tuple(excludes or ()),
        no_delete=no_delete,
        allow_delete=_addresses("--allow-delete", allow_delete, wrong),
        replace=_addresses("--replace", replace, wrong),
        destroy=destroy,
    )
    if wrong:
        raise DiagnosticError(wrong)
    return chosen


def _addresses(option: str, texts: list[str] | None, wrong: list[Diagnostic]) -> frozenset[Address]:
    found = set()
    for text in texts or ():
        try:
            found.add(Address.parse(text))
        except ValueError as error:
            hint = "take the address from the plan; a glob is for --target and --exclude"
            wrong.append(Diagnostic("GC604", str(error), path=option, hint=hint))
    return frozenset(found)
