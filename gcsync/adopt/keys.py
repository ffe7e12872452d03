"""Keys out of names: valid by contract section 2, unique, and the same whatever the order of the objects."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from gcsync.model.address import KEY_PATTERN

MAX_LENGTH = 63
_SHORTEST_DIGEST = 6
_KEY = re.compile(KEY_PATTERN)
_OTHERS = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """`identity` tells it from all others; `texts` are what its key may be made from, the best first."""

    identity: str
    texts: tuple[str, ...]


def key_of(text: str, otherwise: str) -> str:
    """The text as a key: as it is if it is one, else in lower case with `_` for what a key cannot hold."""
    if _KEY.fullmatch(text) is not None:
        return text
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = _OTHERS.sub("_", plain).strip("_").lower() or otherwise
    return (words if words[0].isalpha() else f"_{words}")[:MAX_LENGTH].rstrip("_") or otherwise


def unique_keys(wanted: Iterable[Wanted], otherwise: str, taken: Collection[str] = ()) -> dict[str, str]:
    """A key by identity. Those that want the same one take their next text, and in the end a digest of who they are."""
    waiting = {one.identity: one for one in sorted(wanted, key=lambda one: one.identity)}
    found: dict[str, str] = {}
    used = set(taken)
    # Once more the first: who has it to itself, now that the others took another, keeps it.
    for level in (*range(max((len(one.texts) for one in waiting.values()), default=0)), 0):
        offered = {i: key_of(one.texts[level], otherwise) for i, one in waiting.items() if level < len(one.texts)}
        settled = _alone(offered, used)
        found |= settled
        used |= set(settled.values())
        waiting = {identity: one for identity, one in waiting.items() if identity not in settled}
    for identity, one in waiting.items():
        found[identity] = _digested(key_of(one.texts[0], otherwise), identity, used)
        used.add(found[identity])
    return found


def _alone(offered: Mapping[str, str], used: Collection[str]) -> dict[str, str]:
    counts = Counter(offered.values())
    return {identity: key for identity, key in offered.items() if counts[key] == 1 and key not in used}


def _digested(key: str, identity: str, used: Collection[str]) -> str:
    """The key with as much of a digest as it takes to be unique."""
    digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
    for length in range(_SHORTEST_DIGEST, len(digest)):
        tail = f"_{digest[:length]}"
        candidate = f"{key[: MAX_LENGTH - len(tail)]}{tail}"
        if candidate not in used:
            return candidate
    raise ValueError("two objects have one identity")
