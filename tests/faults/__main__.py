"""`python -m tests.faults --schedules 10000`: the closing table; exits 1 on any violation.

`python -m tests.faults --seed 17 --replay` runs one schedule again and shows every request and every fault.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from tests.faults.runner import Verdict, run_schedule
from tests.faults.table import Table

_CHUNK = 100


def main(arguments: list[str] | None = None) -> int:
    options = _read(arguments)
    if options.replay:
        return _replay(options.seed, options.parallelism)
    table = Table()
    seeds = range(options.seed, options.seed + options.schedules)
    for verdict in _run_all(seeds, options.processes, options.parallelism):
        table.add(verdict)
        if sys.stderr.isatty() and table.schedules % _CHUNK == 0:
            sys.stderr.write(f"\r{table.schedules:,} of {options.schedules:,}, {len(table.failed)} failed ")
    print(table.render())
    if table.failed:
        print(f"\n{table.render_failures()}")
    return 1 if table.failed else 0


def run_many(seeds: range, parallelism: int = 1) -> list[Verdict]:
    """The verdicts of some seeds, one after another."""
    return [run_schedule(seed, parallelism=parallelism) for seed in seeds]


def _run_all(seeds: range, processes: int, parallelism: int) -> Iterator[Verdict]:
    chunks = [seeds[start : start + _CHUNK] for start in range(0, len(seeds), _CHUNK)]
    with ProcessPoolExecutor(processes) as pool:
        for verdicts in pool.map(run_many, chunks, [parallelism] * len(chunks)):
            yield from verdicts


def _replay(seed: int, parallelism: int) -> int:
    verdict = run_schedule(seed, parallelism=parallelism, tell=print)
    for violation in verdict.violations:
        print(f"VIOLATED  {violation}")
    return 1 if verdict.violations else 0


def _read(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--schedules", type=int, default=1000, help="how many schedules (default: 1000)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed, or that of the replay (default: 0)")
    parser.add_argument("--replay", action="store_true", help="run the schedule of --seed alone and show all of it")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="how many at once")
    parser.add_argument("--parallelism", type=int, default=1, help="of gcsync itself; above 1 nothing replays exactly")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
