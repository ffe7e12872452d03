"""`apply --expect PLANFILE`: plan anew, and carry out what is the same as in the plan file, nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gcsync.cli import output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.saved_plan import SavedPlan
from gcsync.model.diagnostic import Diagnostic, DiagnosticError, Severity

if TYPE_CHECKING:
    from gcsync.cli.options import Common
    from gcsync.cli.walk import Planned, Visit
    from gcsync.engine import Options
    from gcsync.engine.expected import Judged
    from gcsync.model.resource import Stack
    from gcsync.stack import Inputs

_HINT = "plan again, and have it reviewed: gcsync plan --out FILE"


@dataclass(frozen=True, slots=True)
class Kept:
    """What may be carried out: plans with the expected changes alone, and how many others there were."""

    planned: tuple[Planned, ...]
    left_out: int = 0

    def exit_code(self, code: ExitCode) -> ExitCode:
        """That of the apply; with something left out, it is not all that was done."""
        if not self.left_out:
            return code
        output.notice(f"Left out, since not as expected: {self.left_out}.")
        return ExitCode.PARTIAL if code is ExitCode.DONE else code


@dataclass(frozen=True, slots=True)
class ExpectedPlan:
    """A plan file whose changes are wanted, wherever they are still the same."""

    saved: SavedPlan

    @classmethod
    def read(cls, path: Path, common: Common) -> ExpectedPlan:
        """Raises DiagnosticError: GC605, GC612, GC617, GC742, GC746 for one that nothing can be expected of."""
        saved = SavedPlan.read(str(path), common, any_version=True)
        if saved.options().undo is not None:
            message = f"{path} is a plan back: it is applied exactly, or not at all"
            raise DiagnosticError(Diagnostic("GC746", message, hint=f"gcsync apply {path}"))
        return cls(saved)

    def load(self, paths: Sequence[str] | None, given: Inputs) -> tuple[Stack, ...]:
        """The stacks as they are now, at the paths given, else at those of the plan. Raises DiagnosticError."""
        from gcsync.cli.undo import without_file
        from gcsync.cli.walk import load_stacks

        inputs = self.saved.inputs(given)
        plans = [stack["plan"] for stack in self.saved.stacks.values()]
        if not paths and plans and not any(plan["file"] for plan in plans):
            return tuple(without_file(plan["stack"], plan["environment"]) for plan in plans)
        return load_stacks(paths or self.saved.paths, inputs)

    def keep(self, stacks: Sequence[Stack], visits: Sequence[Visit]) -> Kept:
        """The plans of now with the expected changes alone; the others are warnings in them.

        Raises DiagnosticError: GC614 for another organization, GC744 where no change is as expected.
        """
        from gcsync.cli.walk import plan_all

        options = self.saved.options()
        planned = plan_all(visits, options)
        if wrong := [one for found in planned for one in self.saved.other_place(found.plan)]:
            raise DiagnosticError(wrong)
        judged = self._judge(stacks, planned)
        others = {owner: [one for one in found if one.fate == "other"] for owner, found in judged.items()}
        kept = self._without(stacks, visits, planned, options)
        warnings = {owner: [self._warning(one) for one in found] for owner, found in others.items()}
        for before, after in zip(planned, kept, strict=True):
            warnings[before.plan.owner] += self._swept_out(before, after, others[before.plan.owner])
        self._add_lost(judged, warnings)
        said = [one for found in warnings.values() for one in found]
        done = any(one.fate == "done" for found in judged.values() for one in found)
        if said and not done and not any(one.plan.summary.changes for one in kept):
            message = f"no change is as {self.saved.path} says: nothing was applied"
            raise DiagnosticError([*(replace(one, severity=Severity.ERROR) for one in said), _nothing(message)])
        return Kept(tuple(_with(one, warnings[one.plan.owner]) for one in kept), len(said))

    def begin(self) -> None:
        """Note in the file that it is being applied. Raises OSError."""
        self.saved.begin()

    def _judge(self, stacks: Sequence[Stack], planned: Sequence[Planned]) -> dict[str, list[Judged]]:
        """By owner. The one digest of the file is over the secrets of all stacks together."""
        from gcsync.engine.expected import judge

        expected, same = self.saved.stacks, self.saved.declares_the_same_secrets(stacks)
        return {
            one.plan.owner: judge(_changes(expected.get(one.plan.owner)), one.plan, same_secrets=same)
            for one in planned
        }

    def _without(
        self, stacks: Sequence[Stack], visits: Sequence[Visit], planned: tuple[Planned, ...], options: Options
    ) -> tuple[Planned, ...]:
        """Plans without the changes that are others; planned anew, since what is left must do without them."""
        from gcsync.cli.walk import plan_all

        excludes: dict[str, None] = {}
        while True:
            judged = self._judge(stacks, planned)
            active = {one.plan.owner: {change.address for change in one.plan.active} for one in planned}
            found = [
                str(one.address)
                for owner, several in judged.items()
                for one in several
                if one.fate == "other" and one.address in active[owner]
            ]
            if not found:
                return planned
            excludes |= dict.fromkeys(found)
            planned = plan_all(visits, replace(options, excludes=(*options.excludes, *excludes)))

    def _swept_out(self, before: Planned, after: Planned, others: Sequence[Judged]) -> Iterator[Diagnostic]:
        """What was as expected, and went with others: it bears the address of one in another stack, or needs one."""
        told = {one.address for one in others}
        left = {change.address for change in after.plan.active}
        for change in before.plan.active:
            if change.address not in told | left:
                yield self._said(str(change.address), "it cannot be told from a change that is left out")

    def _add_lost(self, judged: dict[str, list[Judged]], warnings: dict[str, list[Diagnostic]]) -> None:
        """The expected changes of stacks that are no longer there."""
        for owner, saved in self.saved.stacks.items():
            if owner not in judged:
                names = [change["address"] for change in _changes(saved) if change["action"] != "no-op"]
                said = f'its stack "{owner}" is no longer at these paths'
                warnings[owner] = [self._said(name, said) for name in names]

    def _warning(self, one: Judged) -> Diagnostic:
        return self._said(str(one.address), one.said)

    def _said(self, address: str, said: str) -> Diagnostic:
        message = f"not as in {self.saved.path}, and left out: {said}"
        return Diagnostic("GC745", message, Severity.WARNING, path=address, hint=_HINT)


def _changes(saved: dict[str, Any] | None) -> list[dict[str, Any]]:
    return [] if saved is None else list(saved["plan"]["changes"])


def _nothing(message: str) -> Diagnostic:
    return Diagnostic("GC744", message, hint=_HINT)


def _with(one: Planned, warnings: Sequence[Diagnostic]) -> Planned:
    return replace(one, plan=replace(one.plan, diagnostics=(*one.plan.diagnostics, *warnings)))
