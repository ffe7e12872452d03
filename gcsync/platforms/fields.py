"""Reading the objects of an API strictly: the right type, or an error; never a guess."""

from __future__ import annotations

from gcsync.platforms.client import Json


class BadField(Exception):
    """Internal to gcsync.platforms: a field that is missing or of another type; the text names it."""


def text(data: Json, *path: str) -> str:
    """A text inside nested objects; null, as of a deleted account, is an empty one. Raises BadField."""
    found: object = data
    for name in path:
        if found is None:
            return ""
        if not isinstance(found, dict) or name not in found:
            raise BadField(f"has no {'.'.join(path)}")
        found = found[name]
    if not isinstance(found, str | None):
        raise BadField(f"has another {'.'.join(path)} than a text")
    return found or ""


def number(data: Json, name: str) -> int:
    """A whole number. Raises BadField."""
    found = data.get(name)
    if not isinstance(found, int) or isinstance(found, bool):
        raise BadField(f"has no {name} that is a number")
    return found
