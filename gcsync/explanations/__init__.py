"""What every diagnostic's code means, at length: the cause, a small example before and after, and the cure.

The texts are in `GC<d>.toml` beside this file, one file per range of codes; `gcsync explain GC104` prints them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_CODE = re.compile(r"GC[0-9]{3}")
_MISREAD = str.maketrans("OIL", "011")


@dataclass(frozen=True, slots=True)
class Explanation:
    """`text` is plain text of several lines, without a line break at its end."""

    code: str
    title: str
    text: str


def explain(code: str) -> Explanation | None:
    """The explanation of a code in any case (`gc104`), or None where there is none: then ask `nearest`."""
    wanted = code.strip().upper()
    return _read(wanted[2]).get(wanted) if _CODE.fullmatch(wanted) else None


def codes() -> tuple[str, ...]:
    """Every code that has an explanation, sorted."""
    digits = sorted(file.stem.removeprefix("GC") for file in _FOLDER.glob("GC[0-9].toml"))
    return tuple(code for digit in digits for code in sorted(_read(digit)))


def nearest(code: str) -> tuple[str, ...]:
    """Up to three codes that look like `code`, the nearest first."""
    from difflib import get_close_matches

    digits = re.sub(r"^(?:GC)?-?", "", code.strip().upper()).translate(_MISREAD)
    return tuple(get_close_matches(f"GC{digits}", codes(), n=3, cutoff=0.6))


@cache
def _read(digit: str) -> dict[str, Explanation]:
    """The explanations of one range of codes; none where the range has no file."""
    import tomllib

    file = _FOLDER / f"GC{digit}.toml"
    if not file.exists():
        return {}
    entries = tomllib.loads(file.read_text(encoding="utf-8"))
    return {code: Explanation(code, entry["title"], entry["text"].strip("\n")) for code, entry in entries.items()}
