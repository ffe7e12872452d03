"""Where a value is to be mended: where it stands, or where its environment gives it."""

from __future__ import annotations

from gcsync.model.value import Path
from gcsync.stack.declared import Declared
from gcsync.stack.report import Spot
from gcsync.stack.scope import Notes
from gcsync.stack.variables import Variables


def where(entry: Declared, path: Path, notes: Notes, variables: Variables, *, at_key: bool = False) -> Spot:
    """The spot of the value at the path of a declaration; `notes` say which variables flowed into it."""
    for length in range(len(path), 0, -1):
        note = notes.get(path[:length])
        if note is None:
            continue
        for name in note.variables:
            origin = variables.origins.get(name)
            given = origin.spot((*note.inside, *path[length:])) if origin is not None else None
            if given is not None:
                return given
        return entry.spot(path[:length])
    return entry.spot(path, at_key=at_key)
