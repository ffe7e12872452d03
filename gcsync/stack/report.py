"""Everything that is found wrong while stacks are read; turned into diagnostics at the end, when all is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.model.value import Path, format_path
from gcsync.stack.marks import to_place
from gcsync.stack.masking import Region, masked_line
from gcsync.stack.source import Source


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file that is being read."""

    source: Source
    mark: int

    def place(self) -> Place:
        return to_place(self.source.name, self.mark)


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    message: str
    spot: Spot | None
    path: str
    hint: str
    severity: Severity


@dataclass(slots=True)
class Report:
    """Collects findings."""

    findings: list[Finding] = field(default_factory=list)

    def error(self, code: str, message: str, spot: Spot | None = None, path: Path = (), hint: str = "") -> None:
        self.findings.append(Finding(code, message, spot, format_path(path), hint, Severity.ERROR))

    def warn(self, code: str, message: str, spot: Spot | None = None, path: Path = (), hint: str = "") -> None:
        self.findings.append(Finding(code, message, spot, format_path(path), hint, Severity.WARNING))

    def problems(self, source: Source) -> None:
        """Take over what the reader found in a file."""
        for problem in source.document.problems:
            self.error(problem.code, problem.message, Spot(source, problem.mark), problem.path, problem.hint)

    @property
    def failed(self) -> bool:
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    def failed_with(self, code: str) -> bool:
        return any(finding.code == code for finding in self.findings)

    def extend(self, findings: Iterable[Finding]) -> None:
        self.findings.extend(findings)

    def diagnostics(self, regions: Callable[[Source], list[Region]]) -> tuple[Diagnostic, ...]:
        """All of them, sorted by place; sensitive values in their lines are masked.

        What an alias repeats, or an environment, is one mistake in the file and told once.
        """
        known: dict[Source, list[Region]] = {}
        found: dict[tuple[str, str, Spot | None], Diagnostic] = {}
        for finding in self.findings:
            if finding.spot is not None and finding.spot.source not in known:
                known[finding.spot.source] = regions(finding.spot.source)
            same = (finding.code, finding.message, finding.spot)
            if same not in found:
                found[same] = _diagnostic(finding, known)
        return tuple(sorted(found.values(), key=lambda diagnostic: (diagnostic.sort_key(), diagnostic.path)))


def _diagnostic(finding: Finding, regions: dict[Source, list[Region]]) -> Diagnostic:
    place, line = None, None
    if (spot := finding.spot) is not None:
        place = spot.place()
        line, end = masked_line(spot.source, regions[spot.source], spot.mark)
        if end is not None:
            place = replace(place, end_column=end + 1)
    return Diagnostic(finding.code, finding.message, finding.severity, place, finding.path, line, finding.hint)
