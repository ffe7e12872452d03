"""`make bench`: every figure of docs/performance.md, measured side by side in one run."""

from __future__ import annotations

import importlib
import sys

SUITES = ("version", "load", "plan", "apply", "pacing", "limited")


def main(names: list[str]) -> int:
    """Run the named suites, or all; 1 when a figure does not hold its limit."""
    over = False
    for name in names or SUITES:
        for figure in importlib.import_module(f"bench.{name}").measure():
            print(figure, flush=True)
            over = over or not figure.holds
    return int(over)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
