"""What an organization holds: objects of three kinds, every revision of each, and the history of who did what.

An object of `eventstreams` and `triggers` is its wire object without its id; one of `integrations` is
`{type, state, moved, config}`, the config with its version. No code of gcsync is used here.
"""

from __future__ import annotations

import copy
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from tests.faults.clock import Clock

Content: TypeAlias = dict[str, Any]
Kind = Literal["eventstreams", "integrations", "triggers"]
KINDS: tuple[Kind, ...] = ("eventstreams", "integrations", "triggers")

GCSYNC, ANOTHER, SETUP = "gcsync", "another", "setup"


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of an object, None once deleted; reads and listings see it from then on (simulated seconds)."""

    content: Content | None
    by: str
    read_from: float
    listed_from: float


@dataclass(slots=True)
class Thing:
    """An object with all that it ever was."""

    id: str
    kind: Kind
    revisions: list[Revision] = field(default_factory=list)

    @property
    def content(self) -> Content | None:
        return self.revisions[-1].content

    @property
    def latest(self) -> int:
        return len(self.revisions) - 1

    def seen_at(self, now: float, *, listed: bool) -> int | None:
        """The newest revision that a read or a listing shows; None before the first."""
        for index in range(self.latest, -1, -1):
            revision = self.revisions[index]
            if (revision.listed_from if listed else revision.read_from) <= now:
                return index
        return None


@dataclass(frozen=True, slots=True)
class Served:
    """gcsync was shown a revision of an object, in a listing or alone; both its requests and its runs are numbered."""

    run: int
    planning: bool
    listed: bool
    request: int
    at: float
    thing: Thing
    revision: int


@dataclass(frozen=True, slots=True)
class Wrote:
    """gcsync's request made a revision; `before` is the number of the one it replaced, -1 for a new object.

    `locked` says that the request carried a version.
    """

    run: int
    request: int
    at: float
    thing: Thing
    method: str
    before: int
    locked: bool


@dataclass(frozen=True, slots=True)
class Edited:
    """Another writer made a revision."""

    at: float
    thing: Thing
    revision: int


Entry: TypeAlias = Served | Wrote | Edited


class Organization:
    """`versions` says whether event streams have one; `lag` draws how long reads and listings are behind a write."""

    def __init__(self, clock: Clock, *, versions: bool) -> None:
        self.clock = clock
        self.versions = versions
        self.lag: Callable[[], tuple[float, float]] = lambda: (0.0, 0.0)
        self.things: dict[str, Thing] = {}
        self.history: list[Entry] = []
        self.stale = 0

    def of(self, kind: Kind) -> list[Thing]:
        """The objects that are there, in the order of their creation."""
        return [thing for thing in self.things.values() if thing.kind == kind and thing.content is not None]

    def add(self, kind: Kind, content: Content, by: str) -> Thing:
        thing = Thing(f"{kind[:-1]}-{len(self.things) + 1}", kind)
        self.things[thing.id] = thing
        self._revise(thing, content, by)
        return thing

    def change(self, thing: Thing, content: Content, by: str) -> None:
        """Replace an object, with its next version where it has one."""
        self._revise(thing, content, by)

    def remove(self, thing: Thing, by: str) -> None:
        self._revise(thing, None, by)

    def drain(self) -> None:
        """Everything that lagged can be seen, and nothing lags any more."""
        self.lag = lambda: (0.0, 0.0)
        last = max((r.listed_from for thing in self.things.values() for r in thing.revisions), default=0.0)
        self.clock.now = max(self.clock.now, last)

    def name_holder(self, name: object, besides: Thing | None = None) -> Thing | None:
        """The event stream that has a name, whatever the case."""
        for thing in self.of("eventstreams"):
            if thing is not besides and thing.content is not None and fold(thing.content["name"]) == fold(name):
                return thing
        return None

    def place_holder(self, properties: Content, besides: Thing) -> Thing | None:
        """The integration that has an account, region and suffix."""
        wanted = place(properties)
        for thing in self.of("integrations"):
            there = thing.content["config"]["properties"] if thing.content is not None else {}
            if thing is not besides and wanted[2] and place(there) == wanted:
                return thing
        return None

    def _revise(self, thing: Thing, content: Content | None, by: str) -> None:
        behind_read, behind_listing = self.lag() if by != SETUP else (0.0, 0.0)
        previous = thing.revisions[-1] if thing.revisions else None
        read_from = max(self.clock.now + behind_read, previous.read_from if previous else 0.0)
        listed_from = max(self.clock.now + behind_listing, read_from, previous.listed_from if previous else 0.0)
        thing.revisions.append(Revision(copy.deepcopy(content), by, read_from, listed_from))
        if by == ANOTHER:
            self.history.append(Edited(self.clock.now, thing, thing.latest))


def fold(name: object) -> str:
    return unicodedata.normalize("NFC", str(name)).casefold()


def place(properties: Content) -> tuple[Any, Any, Any]:
    """Where in AWS an integration delivers: account, region, suffix."""
    return tuple(properties.get(key) for key in ("awsAccountId", "awsAccountRegion", "eventSourceSuffix"))  # type: ignore[return-value]
