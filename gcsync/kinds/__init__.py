"""One file per kind of object; `kinds_by_name` is the registry."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gcsync.kinds.interface import Kind


@cache
def kinds_by_name() -> dict[str, Kind]:
    """Every kind by its name, in the order in which they are listed. A new kind is one line here."""
    # Inside the function: the kinds bring the HTTP client along, which commands without a network never need.
    from gcsync.kinds.eventbridge_source import EventBridgeSource
    from gcsync.kinds.stream import Stream
    from gcsync.kinds.trigger import Trigger

    kinds: list[Kind] = [Stream(), EventBridgeSource(), Trigger()]
    return {kind.name: kind for kind in kinds}
