"""What a drift report shows, as findings that can be remembered and told apart from the last ones."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

_DIGITS: Final = re.compile(r" \[[0-9a-f]+\]$")


def subject_of(finding: str) -> str:
    """What a finding is about: the finding without the digits of its value."""
    return _DIGITS.sub("", finding)


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of one stack in one organization between two runs of `drift`.

    `seen` counts for each finding in how many runs in a row it was there; `told` is what was last sent. `behind` holds
    the same for each service, by its name, that missed a message which another one took.
    """

    seen: Mapping[str, int] = field(default_factory=dict)
    told: frozenset[str] = frozenset()
    behind: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def findings(self) -> frozenset[str]:
        """All that is remembered."""
        return frozenset(self.seen).union(self.told, *self.behind.values())

    def of(self, service: str) -> Memory:
        """What one service was told, with the sightings that all share."""
        return Memory(self.seen, self.behind.get(service, self.told))

    def without(self, findings: frozenset[str]) -> Memory:
        """The memory as if these had never been seen: their end is no news either."""
        behind = {service: told - findings for service, told in self.behind.items()}
        return Memory({f: count for f, count in self.seen.items() if f not in findings}, self.told - findings, behind)


@dataclass(frozen=True, slots=True)
class News:
    """What is confirmed now and was not told yet, and what was told and is gone; both sorted.

    `waiting` was not seen often enough yet.
    """

    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    confirmed: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.new or self.gone)


def advance(memory: Memory, found: frozenset[str], unread: frozenset[str], confirm: int) -> tuple[Memory, News]:
    """One run further: the memory with this run's sightings, and what is worth telling.

    `found` are this run's findings; `unread` the remembered ones that it could not look at: they stay as they were.
    A finding is confirmed once it was seen in `confirm` runs in a row, so one that comes and goes is never told. One
    that was told is not gone while another value of the same subject waits to be confirmed: it is drift still. The
    `told` of the memory stays what it was: it changes when the news was delivered (`delivered`).
    """
    seen = {finding: min(memory.seen.get(finding, 0) + 1, confirm) for finding in found}
    seen |= {finding: memory.seen[finding] for finding in unread & memory.seen.keys()}
    confirmed = frozenset(f for f, count in seen.items() if count >= confirm or f in memory.told)
    waiting = {subject_of(finding) for finding in found - confirmed}
    confirmed |= {finding for finding in memory.told if finding in unread or subject_of(finding) in waiting}
    new, gone = tuple(sorted(confirmed - memory.told)), tuple(sorted(memory.told - confirmed))
    return Memory(seen, memory.told), News(new, gone, confirmed, found - confirmed)


def delivered(memory: Memory, news: News) -> Memory:
    """The memory after the news was sent."""
    return Memory(memory.seen, news.confirmed)


def together(memories: Mapping[str, Memory], taken: Collection[str]) -> Memory:
    """One memory of what each service knows now; `taken` are those that took all that there was to tell them."""
    ahead = next((name for name in memories if name in taken), next(iter(memories)))
    told = memories[ahead].told
    behind = {name: memory.told for name, memory in memories.items() if memory.told != told}
    return Memory(memories[ahead].seen, told, behind)
