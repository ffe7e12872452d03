"""GitHub's annotations: what a run has to say at the stack file's lines, collected and printed as it ends.

GitHub shows ten of a level for each step, so a run must know them all before it prints the first.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gcsync.model.check import Check
    from gcsync.model.diagnostic import Diagnostic
    from gcsync.model.drift import DriftReport
    from gcsync.model.outcome import Report
    from gcsync.model.plan import Plan
    from gcsync.views.annotations import Annotation


@dataclass(slots=True)
class Annotator:
    """Collects annotations, in a step of GitHub Actions only. `silent`: what is said was said by an earlier step."""

    silent: bool = False
    _waiting: list[Annotation] = field(default_factory=list)

    @property
    def in_actions(self) -> bool:
        """Whether this is a step of GitHub Actions."""
        return os.environ.get("GITHUB_ACTIONS") == "true"

    @property
    def is_read(self) -> bool:
        """Whether a runner reads whatever is printed for commands: also of Azure Pipelines, or of TeamCity."""
        return self.in_actions or "TF_BUILD" in os.environ or "TEAMCITY_VERSION" in os.environ

    def diagnostics(self, found: Sequence[Diagnostic]) -> None:
        if self._listens:
            from gcsync.views.annotations import of_diagnostics

            self._waiting += of_diagnostics(found)

    def plans(self, plans: Sequence[Plan]) -> None:
        """Every change; what is wrong with the plans is annotated where they are shown."""
        if self._listens:
            from gcsync.views.annotations import of_plans

            self._waiting += of_plans(plans)

    def drift(self, reports: Sequence[DriftReport], *, ignore_missing: bool) -> None:
        """Every finding, and all that is wrong with the reports."""
        self.diagnostics([one for report in reports for one in (*report.plan.diagnostics, *report.baseline)])
        if self._listens:
            from gcsync.views.annotations import of_drift

            self._waiting += of_drift(reports, ignore_missing=ignore_missing)

    def outcomes(self, reports: Sequence[Report]) -> None:
        """What an apply did not do."""
        if self._listens:
            from gcsync.views.annotations import of_reports

            self._waiting += of_reports(reports)

    def checks(self, checks: Sequence[Check]) -> None:
        """What `verify` found."""
        if self._listens:
            from gcsync.views.annotations import of_checks

            self._waiting += of_checks(checks)

    def taken(self) -> str:
        """The commands for all that was collected, which is forgotten. Paths begin at the checkout's folder."""
        waiting, self._waiting, silent, self.silent = self._waiting, [], self.silent, False
        if silent or not waiting:
            return ""
        from gcsync.views.annotations import render_annotations

        root = os.environ.get("GITHUB_WORKSPACE", "")
        return render_annotations(waiting, folder=os.getcwd(), root=root)

    @property
    def _listens(self) -> bool:
        return self.in_actions and not self.silent


annotator = Annotator()
