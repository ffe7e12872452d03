"""wrk: as many requests as 64 connections can send, each with an event of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.receiver.servers import SECRET

CONNECTIONS: Final = 64
_SCRIPT = Path(__file__).with_name("unique.lua")
_UNITS: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Load:
    """What wrk saw: requests answered, requests in a second, and the 99th percentile in milliseconds."""

    requests: int
    rate: float
    p99: float


def need_wrk() -> None:
    """Raises SystemExit, with how to get it, where wrk is not installed."""
    if shutil.which("wrk") is None:
        raise SystemExit("bench receiver needs wrk: apt-get install wrk, or brew install wrk")


def load(url: str, seconds: int, seed: int) -> Load:
    """Send for so many seconds. Raises RuntimeError when anything but 2xx was answered."""
    line = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "20s", "--latency", "-s", str(_SCRIPT), url]
    environ = {**os.environ, "GCSYNC_RECEIVER_SECRET": SECRET}
    done = subprocess.run([*line, "--", str(seed)], env=environ, check=True, capture_output=True, text=True)
    return read(done.stdout)


def read(told: str) -> Load:
    """What wrk prints. Raises RuntimeError for answers that are no success, and for a text that is none of wrk's."""
    if "Non-2xx" in told:
        raise RuntimeError(f"not every request was answered with success: {told}")
    requests = re.search(r"(\d+) requests in", told)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", told)
    if requests is None or rate is None or p99 is None or int(requests[1]) == 0:
        raise RuntimeError(f"wrk told nothing that can be read: {told}")
    return Load(int(requests[1]), float(rate[1]), float(p99[1]) * _UNITS[p99[2]])
