"""Loading 10,000 streams with the place of every value, against PyYAML's fastest loader. `python -m bench.load`.

The two take turns in one run, so that a busy machine slows both; the best of each is compared.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.figures import Figure

STREAMS = 10_000
ROUNDS = 3
MOST_RATIO = 0.7
MOST_MEGABYTES = 150.0

_STREAM = """\
  stream_{0}:
    name: stream number {0}
    description: Conversations of team {0}
    enabled: true
    event_types: [conversation:start, conversation:end, user:state:change]
    destinations:
      - protocol: https
        url: https://events.example.com/genesys/{0}
        headers: {{X-Team: 't{0}'}}
"""


def stack_text(streams: int = STREAMS) -> str:
    return "version: 1\nstack: bench\nstreams:\n" + "".join(_STREAM.format(number) for number in range(streams))


def measure() -> Iterator[Figure]:
    """The ratio of the times, and the memory that a loaded stack holds."""
    text = stack_text()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "stack.yaml").write_text(text, encoding="utf-8")
        ours, theirs = _alternating(lambda: _load(folder), lambda: _load_with_pyyaml(text))
        detail = f"{ours:.2f} s, CSafeLoader {theirs:.2f} s"
        yield Figure(f"load {STREAMS:,} streams with all places", ours / theirs, MOST_RATIO, detail)
        yield Figure(f"memory of {STREAMS:,} loaded streams", _megabytes(folder), MOST_MEGABYTES, "tracemalloc", "MB")


def _alternating(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    times = [(_seconds(first), _seconds(second)) for _ in range(ROUNDS)]
    return min(one for one, _ in times), min(other for _, other in times)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _load(folder: Path) -> object:
    from gcsync.stack import Inputs, load

    return load(["stack.yaml"], Inputs(), folder=folder)


def _load_with_pyyaml(text: str) -> object:
    import yaml

    return yaml.load(text, Loader=yaml.CSafeLoader)


def _megabytes(folder: Path) -> float:
    import tracemalloc

    tracemalloc.start()
    try:
        kept = _load(folder)
        size, _ = tracemalloc.get_traced_memory()
        del kept
    finally:
        tracemalloc.stop()
    return size / 1_000_000


if __name__ == "__main__":
    for figure in measure():
        print(figure)
