"""What was probably meant by a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, names: Iterable[str]) -> str:
    """A hint that names the known name that was probably meant, or nothing."""
    known = sorted(names)
    folded = {_plain(other): other for other in known}
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    best = folded.get(_plain(name.strip())) or (close[0] if close else None)
    return f'did you mean "{best}"?' if best else ""


def _plain(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "")
