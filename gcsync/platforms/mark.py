"""The hidden first line of what gcsync writes on a platform: which stack it is about, and who wrote it.

    <!-- gcsync-comment {"kind": "plan", "stacks": ["contact-center@prod"], …, "by": "github-actions[bot]"} -->

Only the very first line counts, so that no text below it can pass for one. Anyone can copy it: it says which comment
is meant, and the platform says whose comment it is.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

_BEGIN: Final = "<!-- gcsync-comment "
_END: Final = " -->"
_LONGEST: Final = 100_000


class State(StrEnum):
    """What became of it. Of issues: who closed it, if anyone did."""

    CURRENT = "current"
    OUTDATED = "outdated"
    CLOSED = "closed"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Mark:
    """`kind` and `stacks` (owners, sorted) are the identity; `digest` is of the text, `commit` what it is about."""

    kind: str
    stacks: tuple[str, ...]
    organization: str = ""
    found: bool = True
    commit: str = ""
    digest: str = ""
    by: str = ""
    state: State = State.CURRENT

    @property
    def identity(self) -> tuple[str, tuple[str, ...]]:
        return self.kind, self.stacks


def render_mark(mark: Mark) -> str:
    """The line, without its end. Nothing in it can end the comment early, whatever a stack is called."""
    text = json.dumps(asdict(mark))
    for character in "-<>":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return f"{_BEGIN}{text}{_END}"


def read_mark(body: str) -> Mark | None:
    """What the first line says; None where it is no mark of this form."""
    line = body.partition("\n")[0].rstrip("\r")
    if len(line) > _LONGEST or not (line.startswith(_BEGIN) and line.endswith(_END)):
        return None
    try:
        return _mark(json.loads(line[len(_BEGIN) : -len(_END)]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _mark(data: Any) -> Mark:
    texts = {name: data[name] for name in ("kind", "organization", "commit", "digest", "by")}
    stacks = data["stacks"]
    if not isinstance(stacks, list) or not all(isinstance(one, str) for one in (*texts.values(), *stacks)):
        raise TypeError("a text is expected")
    return Mark(stacks=tuple(stacks), found=data["found"] is True, state=State(data["state"]), **texts)
