"""`python -m tests.kills --kills 100`: the kill table; exits 1 when a promise was broken.

Eight senders deliver without pause; the receiver gets SIGKILL at moments drawn from --seed, and is started again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.kills.runner import run_kills
from tests.kills.sinks import NAMES
from tests.kills.table import render, render_violations


def main(arguments: list[str] | None = None) -> int:
    options = _read(arguments)
    found = []
    for name in options.sink or NAMES:
        with tempfile.TemporaryDirectory() as folder:
            found.append(run_kills(name, options.kills, options.seed, Path(folder), _progress(name, options.kills)))
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    print(render(found))
    broken = render_violations(found)
    if broken:
        print(f"\n{broken}\n  again: python -m tests.kills --kills {options.kills} --seed {options.seed}")
    return 1 if broken else 0


def _progress(name: str, kills: int) -> Callable[[int], None]:
    def tell(done: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{name} {done:,} of {kills:,} kills ")
            sys.stderr.flush()

    return tell


def _read(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="for each sink (default: 100)")
    parser.add_argument("--seed", type=int, default=0, help="what the moments are drawn from (default: 0)")
    parser.add_argument("--sink", action="append", choices=NAMES, help="this one only; repeatable")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
