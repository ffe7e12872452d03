"""Plans given to a command that wants stacks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

_LOOK = 4096
_SIGNS = ('"gcsync_plan"', '"format_version"', '"resource_changes"', '"terraform_version"')


def refuse_plan_files(paths: Sequence[str] | None) -> None:
    """Raises DiagnosticError (GC605) for a file that is a plan: none can be applied yet, and a JSON plan never can."""
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    hint = "give the stack's own file or folder: gcsync apply plans it anew, shows the plan and asks before it writes"
    found = [
        Diagnostic("GC605", f"{path}: this is a plan for reading, not one that can be applied", hint=hint)
        for path in paths or ()
        if _is_plan(Path(path))
    ]
    if found:
        raise DiagnosticError(found)


def _is_plan(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open(encoding="utf-8", errors="replace") as file:
        start = file.read(_LOOK)
    return start.lstrip("\ufeff \t\r\n").startswith("{") and any(sign in start for sign in _SIGNS)
