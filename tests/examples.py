"""How many examples a property is tried with: a part of them in `make test`, all of them in `make test-full`."""

from __future__ import annotations

import os

from hypothesis import settings

FULL = os.environ.get("GCSYNC_TESTS") == "full"
"""Whether `make test-full` is running."""

_PART = 3
_LEAST = 12


def count(number: int) -> int:
    return number if FULL else max(number // _PART, min(number, _LEAST))


def examples(number: int) -> settings:
    """`number` examples in `make test-full`, a third of them in `make test`; without a deadline."""
    return settings(max_examples=count(number), deadline=None)
