"""`gcsync --version` beside `python -c "import typer"`: the start-up that every command pays."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from bench.figures import Figure

ROUNDS = 25


def measure() -> list[Figure]:
    ours, theirs = [], []
    for _ in range(ROUNDS):
        theirs.append(_seconds("-c", "import typer"))
        ours.append(_seconds("-m", "gcsync", "--version"))
    mine, base = statistics.median(ours), statistics.median(theirs)
    detail = f"median of {ROUNDS}: {mine * 1000:.0f} ms and {base * 1000:.0f} ms"
    return [Figure('gcsync --version / python -c "import typer"', mine / base, 1.3, detail)]


def _seconds(*arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start
