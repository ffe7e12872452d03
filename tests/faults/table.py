"""The closing table: what was done to gcsync in so many schedules, and what came of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.faults.invariants import DUPLICATE, FOREIGN, LOST, UNFINISHED, UNMANAGED
from tests.faults.runner import Verdict

_HAPPENED = ("requests", "waits and retries", "crashes", "other writers' edits", "stale answers")
_APPLIES = ("no apply more", "one apply more")
_RULES = (DUPLICATE, UNMANAGED, FOREIGN, LOST, UNFINISHED)


@dataclass
class Table:
    """The sum of many verdicts. `failed` holds the seeds with a violation, and what it was."""

    schedules: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    failed: dict[int, list[str]] = field(default_factory=dict)

    def add(self, verdict: Verdict) -> None:
        self.schedules += 1
        self.counts += verdict.counts
        self.faults += verdict.faults
        self.broken.update({violation.rule for violation in verdict.violations})
        if verdict.violations:
            self.failed[verdict.seed] = [str(violation) for violation in verdict.violations]

    def render(self) -> str:
        lines = [_line("schedules", self.schedules)]
        lines += [_line(name, self.counts[name]) for name in _HAPPENED]
        lines += ["", "faults injected"]
        lines += [_line(f"  {name}", number) for name, number in sorted(self.faults.items())]
        lines += [_line("  all", sum(self.faults.values())), "", "after the faults had ended"]
        lines += [_line(f"  {name}", self.counts[name]) for name in _APPLIES]
        lines += ["", "schedules in which"]
        lines += [_line(f"  {rule}", self.broken[rule]) for rule in _RULES]
        lines += ["", _line("updates lost in the unguarded round trip", self.counts["unguarded updates lost"])]
        return "\n".join(lines)

    def render_failures(self, most: int = 20) -> str:
        """Each failed seed with what was violated and the command that replays it alone."""
        return "\n".join(
            f"seed {seed}: {'; '.join(said)}\n  replay: {replay_command(seed)}"
            for seed, said in sorted(self.failed.items())[:most]
        )


def replay_command(seed: int) -> str:
    return f"python -m tests.faults --seed {seed} --replay"


def _line(name: str, number: int) -> str:
    return f"{name:44}{number:>12,}"
