"""`make bench`: every figure of docs/performance.md, measured side by side in one run.

`make bench-receiver` (`python -m bench receiver`, with `--quick` for a look, `--soak` for ten million ids) takes
minutes and needs wrk: it is not among those that run without a name. Its figures are in docs/receiver.md.
"""

from __future__ import annotations

import importlib
import sys

SUITES = ("version", "load", "plan", "apply", "pacing", "limited")


def main(names: list[str]) -> int:
    """Run the named suites, or all; 1 when a figure does not hold its limit."""
    over = False
    chosen = [name for name in names if not name.startswith("--")]
    way = "quickly" if "--quick" in names else "soak" if "--soak" in names else "measure"
    for name in chosen or SUITES:
        for figure in getattr(importlib.import_module(f"bench.{name}"), way)():
            print(figure, flush=True)
            over = over or not figure.holds
    return int(over)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
