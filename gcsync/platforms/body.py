"""The text of a comment or an issue: a mark, what is to be said, and a line about the run that said it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from gcsync.platforms.mark import Mark, State, read_mark, render_mark

_STAMP: Final = "<sub>gcsync"
_SMALLEST: Final = 200
"""A document is never asked to fit into less: what names the stack and says that something is left out needs it."""

_MOST_PER_CHARACTER: Final = 4
_LONGEST_NAMES: Final = 4_000
_LINE_END: Final = "\n"


@dataclass(frozen=True, slots=True)
class Document:
    """What is to be said about stacks. `text` is markdown without a marker; `found` says whether it is any news."""

    kind: str
    stacks: tuple[str, ...]
    text: str
    organization: str = ""
    found: bool = True

    @property
    def identity(self) -> tuple[str, tuple[str, ...]]:
        """The kind and the stacks, sorted; of very many stacks a digest, as a mark has to fit into a comment too."""
        names = tuple(sorted(set(self.stacks)))
        if sum(map(len, names)) > _LONGEST_NAMES:
            names = (f"{len(names)} stacks, {digest(_LINE_END.join(names))}",)
        return self.kind, names

    @property
    def name(self) -> str:
        """For a person: `contact-center@prod`."""
        return ", ".join(self.identity[1])


@dataclass(frozen=True, slots=True)
class Run:
    """Which run speaks: its commit and link (empty where nobody knows), its time, the login that it writes under."""

    commit: str
    link: str
    time: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a text may be: `fit` cuts a document to so many characters, `size` counts as the platform may count."""

    limit: int
    size: Callable[[str], int]
    fit: Callable[[str, int], str]

    def cut(self, text: str, room: int) -> str:
        """The text, cut until its size is no larger than `room`."""
        characters = room
        while self.size(text) > room and characters > 0:
            shorter = self.fit(text, characters)
            if self.size(shorter) <= room:
                return shorter
            characters = min(characters - 1, characters * room // self.size(shorter))
        return text if self.size(text) <= room else text[: room // _MOST_PER_CHARACTER]


def compose(document: Document, run: Run, bounds: Bounds, state: State = State.CURRENT) -> str:
    """The whole text, within the bounds."""
    kind, stacks = document.identity
    stamp = render_stamp(run)
    mark = Mark(kind, stacks, document.organization, document.found, run.commit, digest(""), run.by, state)
    room = max(_SMALLEST, bounds.limit - bounds.size(f"{render_mark(mark)}\n\n\n{stamp}\n"))
    text = bounds.cut(document.text.strip("\n"), room).strip("\n")
    return f"{render_mark(replace(mark, digest=digest(text)))}\n{text}\n\n{stamp}\n"


def digest(text: str) -> str:
    """What tells one text from another: 16 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def render_stamp(run: Run) -> str:
    """The last line. A commit stands in full: both platforms show it short, as a link."""
    parts = [f"commit {run.commit}"] if run.commit else []
    parts += [f"[run]({run.link})"] if run.link else []
    parts.append(f"{run.time.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    return f"{_STAMP} · {' · '.join(parts)}</sub>"


def same(one: str, other: str) -> bool:
    """Whether two texts say the same: all but the last line, whose run and time are no news."""
    return _core(one) == _core(other)


def with_state(body: str, state: State) -> str:
    """The same text with another state in its mark."""
    mark = read_mark(body)
    return body if mark is None else f"{render_mark(replace(mark, state=state))}\n{body.partition(_LINE_END)[2]}"


def outdated(body: str, why: str, bounds: Bounds, *, folded: bool) -> str:
    """The text of a comment that a later one has replaced; folded where the platform does not hide it itself."""
    if not folded:
        return with_state(body, State.OUTDATED)
    head, _, rest = with_state(body, State.OUTDATED).partition(_LINE_END)
    begin, end = f"{head}\n<details><summary>Outdated: {why}</summary>\n\n", "\n\n</details>\n"
    room = max(_SMALLEST, bounds.limit - bounds.size(begin + end))
    return f"{begin}{bounds.cut(rest.strip(_LINE_END), room)}{end}"


def _core(body: str) -> list[str]:
    """The lines that count. Platforms may change line ends, and drop white space at the end."""
    lines = [line.rstrip() for line in body.replace("\r\n", "\n").rstrip().split("\n")]
    if lines and lines[-1].startswith(_STAMP):
        lines.pop()
    while lines and not lines[-1]:
        lines.pop()
    return lines
