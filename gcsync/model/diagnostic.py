"""Errors as values with a place.

    GcsyncError                 what a user can mend; never a traceback
    └── DiagnosticError         one or many diagnostics, each with code, place and hint

`gcsync.remote` derives its own errors from `DiagnosticError`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a stack file. Lines and columns count characters from 1; `end_column` is one past the last."""

    file: str
    line: int
    column: int
    end_column: int | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: what happened, where, and what to do next.

    `path` names the value inside the stack (`streams.conversations.destinations[0].url`) or an address.
    `source_line` is the line at `place` as it may be shown: sensitive values in it are masked already.
    """

    code: str
    message: str
    severity: Severity = Severity.ERROR
    place: Place | None = None
    path: str = ""
    source_line: str | None = None
    hint: str = ""

    def as_warning(self) -> Diagnostic:
        return replace(self, severity=Severity.WARNING)

    def sort_key(self) -> tuple[str, int, int, str, str]:
        place = self.place or Place("", 0, 0)
        return (place.file, place.line, place.column, self.code, self.message)


class GcsyncError(Exception):
    """The base of every error that a user can mend."""


class DiagnosticError(GcsyncError):
    """Carries every diagnostic of a step that could not go on."""

    def __init__(self, diagnostics: Diagnostic | Iterable[Diagnostic]) -> None:
        found = (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        self.diagnostics: tuple[Diagnostic, ...] = found
        super().__init__("; ".join(f"{d.code}: {d.message}" for d in found))
