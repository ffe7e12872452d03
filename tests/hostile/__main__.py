"""`python -m tests.hostile`: hostile requests against a running receiver; exits 1 when one of them did any harm.

The requests made by hand and those drawn by hypothesis are sent in --rounds, so that what is not given back shows.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.hostile.attacks import by_hand, cut, drawn, slow
from tests.hostile.described import described, program
from tests.hostile.table import Row, Table
from tests.hostile.target import Target, attacked

SLOW_SECONDS = 1.0


def main(arguments: list[str] | None = None) -> int:
    options = _read(arguments)
    table, said = Table(), list[str]()
    with tempfile.TemporaryDirectory() as folder, attacked(Path(folder)) as target:
        for round_ in range(options.rounds):
            for row in _round(target, options.examples, options.seed + round_):
                _add(table, row)
            table.memory.append(target.memory())
        if program():
            sent, wrong = described(target.running, options.examples, options.seed)
            table.rows.append(Row("schemathesis", sent, len(wrong)))
            said += wrong
        # What schemathesis sent is well known to it alone.
        target.allow_what_is_there()
        table.descriptors_left = target.descriptors_left()
        target.end()
        said += target.violations
    with tempfile.TemporaryDirectory() as folder:
        limits = {"head_seconds": SLOW_SECONDS, "body_seconds": SLOW_SECONDS}
        with attacked(Path(folder), **limits) as target:
            wrong = slow(target, options.slow, SLOW_SECONDS)
            table.rows.append(Row("slow", target.requests, len(wrong), ended=target.ended))
            said += wrong
    print(table.render())
    if said:
        print("\n" + "\n".join(said[:20]))
    return 1 if said else 0


def _round(target: Target, examples: int, seed: int) -> list[Row]:
    attacks: dict[str, Callable[[], None]] = {
        "made by hand": lambda: by_hand(target),
        "drawn by hypothesis": lambda: _drawn(target, examples, seed),
        "cut off": lambda: cut(target, 100),
    }
    rows = []
    for name, attack in attacks.items():
        requests, ended, statuses, wrong = target.requests, target.ended, Counter(target.statuses), target.violations[:]
        attack()
        more = Counter(target.statuses)
        more.subtract(statuses)
        found = len(target.violations) - len(wrong)
        rows.append(Row(name, target.requests - requests, found, more, target.ended - ended))
    return rows


def _drawn(target: Target, examples: int, seed: int) -> None:
    try:
        drawn(target, examples, seed)
    except AssertionError as error:
        target.violations.append("\n".join([str(error), *getattr(error, "__notes__", [])]))


def _add(table: Table, row: Row) -> None:
    for other in table.rows:
        if other.attack == row.attack:
            assert other.statuses is not None
            assert row.statuses is not None
            other.requests += row.requests
            other.violations += row.violations
            other.ended = (other.ended or 0) + (row.ended or 0)
            other.statuses.update(row.statuses)
            return
    table.rows.append(row)


def _read(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often all of it is sent (default: 3)")
    parser.add_argument("--examples", type=int, default=500, help="streams drawn in each round (default: 500)")
    parser.add_argument("--slow", type=int, default=25, help="of each kind of slow connection (default: 25)")
    parser.add_argument("--seed", type=int, default=0, help="what the streams are drawn from (default: 0)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
