"""`gcsync plan` of 10,000 unchanged streams, a whole process against pre-rendered pages."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import Figure
from bench.organization import PAGE, pages_for, serving, stack_text

STREAMS = 10_000
ROUNDS = 3


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.yaml"
        file.write_text(stack_text(STREAMS), encoding="utf-8")
        pages = pages_for(file)
        with serving(pages) as (url, pipe):
            runs = []
            for _ in range(ROUNDS):
                base = _yaml_seconds(file)
                seconds, megabytes = _plan(file, url)
                pipe.send("count")
                runs.append((seconds / base, seconds, base, megabytes, pipe.recv()))
    ratio, seconds, base, _, _ = sorted(runs)[len(runs) // 2]
    requests = max(run[4] for run in runs)
    return [
        Figure(
            f"plan of {STREAMS:,} unchanged streams / CSafeLoader load of their file",
            ratio,
            2.0,
            f"median of {ROUNDS}: {seconds:.1f} s and {base:.1f} s",
        ),
        Figure("peak memory of that plan", max(run[3] for run in runs), 300, "of the whole process", "MB"),
        Figure(
            "requests of that plan",
            requests,
            len(pages) + 2 + 2,
            f"{len(pages)} pages of {PAGE}, one of each other kind, a token, the organization",
            "",
        ),
    ]


def _yaml_seconds(file: Path) -> float:
    script = (
        "import sys, time, yaml\n"
        "text = open(sys.argv[1], encoding='utf-8').read()\n"
        "start = time.perf_counter()\n"
        "yaml.load(text, Loader=yaml.CSafeLoader)\n"
        "print(time.perf_counter() - start)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(file)], check=True, capture_output=True, text=True)
    return float(done.stdout)


def _plan(file: Path, url: str) -> tuple[float, float]:
    """Seconds of wall time and peak megabytes of one `gcsync plan`."""
    environ = {
        **os.environ,
        "GENESYS_CLOUD_API_URL": url,
        "GENESYS_CLOUD_LOGIN_URL": url,
        "GENESYS_CLOUD_CLIENT_ID": "bench",
        "GENESYS_CLOUD_CLIENT_SECRET": "bench",
    }
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "gcsync", "plan", str(file)], env=environ, stdout=subprocess.PIPE, text=True
    )
    output = process.stdout.read() if process.stdout is not None else ""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0 or "No changes." not in output:
        raise RuntimeError(f"the plan is not what it should be, exit {process.returncode}: {output[-500:]}")
    return seconds, usage.ru_maxrss / 1024
