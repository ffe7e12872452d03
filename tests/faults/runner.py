"""One schedule from its seed to its verdict: a clean apply, an apply among faults, and at most one more."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gcsync.engine import Options, StopRequest, compute, execute, refresh
from gcsync.kinds import kinds_by_name
from gcsync.kinds.interface import Kind
from gcsync.model.diagnostic import DiagnosticError
from gcsync.model.outcome import Report
from gcsync.model.plan import Plan, Target
from gcsync.model.resource import Organization as Named
from gcsync.model.resource import Stack
from gcsync.model.value import Secret
from gcsync.remote.session import GenesysSession
from gcsync.remote.settings import Credentials, Endpoint
from tests.faults.another import Another
from tests.faults.api import Api
from tests.faults.clock import Clock
from tests.faults.invariants import UNFINISHED, Judge, Violation, final_violations
from tests.faults.network import Crash, Network
from tests.faults.organization import Organization
from tests.faults.scenario import furnish, make
from tests.faults.schedule import CRASHES, Schedule

_ENDPOINT = Endpoint("us-east-1", "https://api.mypurecloud.com", "https://login.mypurecloud.com")
_CLIENT = Credentials("client-1", Secret("client-secret-1"))
_NO_PROXY = {"no_proxy": "*"}
_TARGET = Target(Named("organization-1", "Example Ltd"), "us-east-1", "client-1")

Tell = Callable[[str], None]


@dataclass
class Verdict:
    """What became of one schedule. `counts` are of what happened in it."""

    seed: int
    violations: list[Violation]
    counts: Counter[str]
    faults: Counter[str]
    trace: list[str] = field(default_factory=list)


def run_schedule(
    seed: int,
    *,
    parallelism: int = 1,
    kinds: Mapping[str, Kind] | None = None,
    tell: Tell = lambda _: None,
) -> Verdict:
    """Run the schedule of a seed. `kinds` may be broken ones; `tell` hears every request and every fault."""
    return _Run(seed, parallelism, kinds or kinds_by_name(), tell).verdict()


@dataclass
class _Run:
    seed: int
    parallelism: int
    kinds: Mapping[str, Kind]
    tell: Tell
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.schedule = Schedule(self.seed)
        self.scenario = make(random.Random(f"scenario {self.seed}"))
        self.clock = Clock()
        draw = self.schedule.random
        self.organization = Organization(self.clock, versions=draw.random() < 0.6)
        api = Api(self.organization, page_size=draw.choice((2, 5, 100)))
        another = Another(self.scenario, self.organization, draw)
        self.network = Network(api, self.clock, None, another.act, self.tell)
        furnish(self.scenario, self.organization)

    def verdict(self) -> Verdict:
        if not self._apply(self.scenario.earlier, kinds_by_name()):
            raise AssertionError(f"seed {self.seed}: an apply without any fault fails")
        self.organization.history.clear()
        self.network.requests = 0
        self._among_faults()
        converged = self._without_faults()
        judge = Judge(self.scenario, self.organization, alone=self.parallelism == 1)
        judge.walk(self.organization.history)
        violations = [*judge.found, *final_violations(self.scenario, self.organization)]
        if not converged:
            violations.append(Violation(UNFINISHED, "there is something to do after one more apply"))
        self.counts["requests"] = self.network.requests
        self.counts["crashes"] = sum(self.network.faults[crash.value] for crash in CRASHES)
        self.counts["other writers' edits"] = self.network.edits
        self.counts["stale answers"] = self.organization.stale
        self.counts["unguarded updates lost"] = judge.unguarded
        return Verdict(self.seed, violations, self.counts, self.network.faults)

    def _among_faults(self) -> None:
        self.network.use(self.schedule)
        self.organization.lag = self.schedule.draw_lag
        try:
            self.counts["done at once"] += self._apply(self.scenario.wanted, self.kinds)
        except Crash:
            self.tell("the process is gone")
        except DiagnosticError as error:
            self.counts["plans not made"] += 1
            self.tell(f"no plan: {error}")
        self.network.calm()
        self.organization.drain()

    def _without_faults(self) -> bool:
        """Whether one more apply, where one is needed, leaves nothing to do."""
        self.tell("no more faults")
        plan = self._plan(self.scenario.wanted, self.kinds)
        if self._nothing_to_do(plan):
            self.counts["no apply more"] += 1
            return True
        self.counts["one apply more"] += 1
        self._carry_out(plan, self.kinds)
        return self._nothing_to_do(self._plan(self.scenario.wanted, self.kinds))

    def _nothing_to_do(self, plan: Plan) -> bool:
        for line in (*plan.diagnostics, *plan.refusals):
            self.tell(f"plan: {line.code} {line.severity} {line.message}")
        for change in plan.active:
            self.tell(f"plan: {change.action} {change.address} {change.explanation}")
        return not plan.active and not plan.errored

    def _session(self, draw: random.Random) -> GenesysSession:
        return GenesysSession(
            _ENDPOINT,
            _CLIENT,
            read_only=False,
            adapter=self.network,
            sleep=self.clock.sleep,
            random=draw.random,
            clock=self.clock,
            environ=_NO_PROXY,
            notify=self._waited,
        )

    def _waited(self, wait: object) -> None:
        self.counts["waits and retries"] += 1
        self.tell(f"          gcsync: {wait}")

    def _plan(self, stack: Stack, kinds: Mapping[str, Kind]) -> Plan:
        self.network.run += 1
        self.network.planning = True
        declared = frozenset(address.kind for address in stack.resources)
        with self._session(random.Random(self.seed)) as session:
            refreshed = refresh(kinds, session, declared, at_once=1)
        options = Options(allow_delete=self.scenario.all_addresses)
        return compute(stack, refreshed, _TARGET, options, fingerprint_key=None)

    def _apply(self, stack: Stack, kinds: Mapping[str, Kind]) -> bool:
        """Plan and apply; whether all of it was done."""
        return self._carry_out(self._plan(stack, kinds), kinds)

    def _carry_out(self, plan: Plan, kinds: Mapping[str, Kind]) -> bool:
        self.tell(f"run {self.network.run}: {', '.join(f'{c.action} {c.address}' for c in plan.active) or 'nothing'}")
        if plan.errored or plan.refusals:
            self._nothing_to_do(plan)
            return False
        self.network.planning = False
        with self._session(random.Random(self.seed + 1)) as session:
            report = execute(
                plan,
                kinds,
                session,
                parallelism=self.parallelism,
                stop=StopRequest(),
                on_event=lambda _: None,
                adopt_late=True,
                sleep=self.clock.sleep,
            )
        self._tell_outcomes(report)
        return all(outcome.status == "done" for outcome in report.outcomes)

    def _tell_outcomes(self, report: Report) -> None:
        for outcome in report.outcomes:
            said = outcome.diagnostic.message if outcome.diagnostic is not None else outcome.note
            self.counts[f"outcome: {outcome.status}"] += 1
            self.tell(f"{outcome.status}: {outcome.action} {outcome.address} ({outcome.id}) {said}")
