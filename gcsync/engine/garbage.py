"""Python's garbage collector, held back while many threads write.

Each of its runs stops all of them: over 1,000 creates that took 5 % of the time (bench/apply.py).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Objects made since the last collection: at most some 40 MB of those that refer to each other in a circle.
_OBJECTS = 200_000


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Collect seldom, and pass over what is there already: a plan and the program live until the end anyway."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
