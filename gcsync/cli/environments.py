"""Several environments in one run: each is read and planned, and what is wrong with one keeps no other from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TextIO

from gcsync.cli import output
from gcsync.model.diagnostic import Diagnostic, DiagnosticError

if TYPE_CHECKING:
    from gcsync.cli.options import Common
    from gcsync.cli.walk import Group, Visit
    from gcsync.engine import Options
    from gcsync.model.plan import Plan, Target
    from gcsync.model.resource import Stack
    from gcsync.stack import Inputs

_NO_SUCH_CHOICE: Final = frozenset({"GC220", "GC221", "GC222"})
"""A wrong choice of environment is no failure of one of them: nothing is read."""
_AT_ONCE: Final = 8


@dataclass(slots=True)
class Environments:
    """Environments by name, in the order in which they were asked for, and what is wrong with any of their stacks."""

    names: tuple[str, ...]
    stacks: dict[str, tuple[Stack, ...]]
    failures: dict[str, list[Diagnostic]] = field(default_factory=dict)
    """By environment, of those whose stacks could not be read."""
    failed: dict[str, tuple[Stack, tuple[Diagnostic, ...]]] = field(default_factory=dict)
    """By owner, of the stacks of which no plan can be made."""

    @classmethod
    def load(cls, names: Sequence[str], paths: Sequence[str] | None, given: Inputs) -> Environments:
        """The stacks of each environment. Raises DiagnosticError where one is not declared, or none can be read."""
        from gcsync.cli.walk import load_stacks

        found = cls(tuple(dict.fromkeys(names)), {})
        for name in found.names:
            try:
                found.stacks[name] = load_stacks(paths, replace(given, environment=name))
            except DiagnosticError as error:
                found.failures[name] = list(error.diagnostics)
        said = dict.fromkeys(one for several in found.failures.values() for one in several)
        if not found.stacks or any(one.code in _NO_SUCH_CHOICE for one in said):
            raise DiagnosticError(said)
        return found

    def fail(self, stack: Stack, diagnostics: Sequence[Diagnostic]) -> None:
        """Take down that nothing can be said of a stack."""
        self.failed[stack.owner] = (stack, tuple(diagnostics))

    @contextmanager
    def visited(self, common: Common, stream: TextIO) -> Iterator[tuple[Visit, ...]]:
        """Every organization that can be read, all at once; whom one speaks to is told on `stream` first."""
        from gcsync.cli.walk import grouped

        stacks = [stack for several in self.stacks.values() for stack in several]
        with grouped(stacks, common, self.fail) as groups:
            visits = self._visit(groups, common)
            self._announce(visits, stream)
            yield visits

    def plans(self, visits: Sequence[Visit], options: Options) -> tuple[Plan, ...]:
        """A plan per environment and stack, failed ones among them. Raises DiagnosticError as `plan_all` does."""
        from gcsync.cli.walk import plan_one
        from gcsync.engine import check_selection, refuse_names_taken_twice

        found: dict[tuple[str, str], Plan] = {}
        for seen in visits:
            for stack in seen.group.stacks:
                try:
                    plan = plan_one(seen, stack, options).plan
                except DiagnosticError as error:
                    self.fail(stack, error.diagnostics)
                    continue
                found[plan.environment or "", plan.stack] = plan
        if not self.failed and not self.failures:
            check_selection(list(found.values()), options)
        for plan in self._failed_plans():
            found.setdefault((plan.environment or "", plan.stack), plan)
        order = {name: index for index, name in enumerate(self.names)}
        return refuse_names_taken_twice([found[key] for key in sorted(found, key=lambda key: (order[key[0]], key[1]))])

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All that keeps any of the environments from being read, each said once, with its environment."""
        said = [(name, one) for name, several in self.failures.items() for one in several]
        said += [(stack.environment or "", one) for stack, several in self.failed.values() for one in several]
        return tuple(dict.fromkeys(replace(one, message=f"{name}: {one.message}") for name, one in said))

    def _failed_plans(self) -> Iterator[Plan]:
        for stack, diagnostics in self.failed.values():
            yield _failed(stack, diagnostics)
        like = next(iter(self.stacks.values()))
        for name, said in self.failures.items():
            for stack in like:
                yield _failed(replace(stack, environment=name, region=None, organization=None), said)

    def _visit(self, groups: Sequence[Group], common: Common) -> tuple[Visit, ...]:
        from gcsync.cli.progress import reading
        from gcsync.cli.walk import visit

        def go(group: Group) -> tuple[Visit, ...]:
            return visit([group], lambda _: None, no_color=common.no_color, silent=True)

        visits: list[Visit] = []
        pool = ThreadPoolExecutor(max_workers=_AT_ONCE)
        try:
            with reading(no_color=common.no_color):
                for group, future in [(group, pool.submit(go, group)) for group in groups]:
                    try:
                        visits += future.result()
                    except DiagnosticError as error:
                        for stack in group.stacks:
                            self.fail(stack, error.diagnostics)
        finally:
            # Whoever presses Ctrl-C does not wait for a server that does not answer.
            pool.shutdown(wait=False, cancel_futures=True)
        return tuple(visits)

    def _announce(self, visits: Sequence[Visit], stream: TextIO) -> None:
        from gcsync.views.text_plan import render_target

        spoken: dict[Target, dict[str, None]] = {}
        targets = {stack.owner: one.targets[stack.organization] for one in visits for stack in one.group.stacks}
        for name, stacks in self.stacks.items():
            for stack in stacks:
                if stack.owner in targets:
                    spoken.setdefault(targets[stack.owner], {})[name] = None
        for target, names in spoken.items():
            output.write(f"{', '.join(names)}: {render_target(target)}", stream)


def _failed(stack: Stack, diagnostics: Sequence[Diagnostic]) -> Plan:
    """A plan that says only why there is none."""
    from gcsync.model.plan import Plan, Target
    from gcsync.model.resource import Organization

    return Plan(
        stack=stack.name,
        owner=stack.owner,
        target=Target(Organization("", stack.organization or ""), stack.region or "", ""),
        changes=(),
        diagnostics=tuple(diagnostics),
        file=stack.file,
        environment=stack.environment,
        failed=True,
    )


def refuse_with_several(names: Sequence[str], given: Mapping[str, object]) -> None:
    """Raises DiagnosticError (GC741) for an option that has a meaning for one environment only."""
    found = [option for option, value in given.items() if value is not None]
    if len(set(names)) > 1 and found:
        message = f"{' and '.join(found)}: for one environment at a time, and {', '.join(names)} are chosen"
        raise DiagnosticError(
            Diagnostic("GC741", message, hint="run it once per environment: --env dev --out dev.gcsync")
        )


def plan_several(
    names: Sequence[str], paths: Sequence[str] | None, given: Inputs, options: Options, common: Common, stream: TextIO
) -> tuple[Plan, ...]:
    """The plans of several environments, in their order; that of one that fails says so. Raises DiagnosticError."""
    environments = Environments.load(names, paths, given)
    with environments.visited(common, stream) as visits:
        return environments.plans(visits, options)
