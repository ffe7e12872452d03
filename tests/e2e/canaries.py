"""Canaries: a secret of its own for every place where one can enter, and a search that finds each in any form.

The search shares nothing with gcsync's own redaction: what that forgets must not be forgotten here.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

_LEAST = 10
"""So many neighbouring characters of a canary are a leak: a server or a view may have cut it."""


def canary(place: str) -> str:
    """The secret for a place: two words without a meaning, between them what URLs write in a way of their own."""
    digest = base64.b32encode(hashlib.sha256(place.encode()).digest()).decode().lower()
    return f"{digest[:14]}/{digest[14:28]}"


class Watched:
    """Secrets by the place where each enters."""

    def __init__(self, *places: str) -> None:
        self.secrets = {place: canary(place) for place in places}

    def __getitem__(self, place: str) -> str:
        return self.secrets[place]

    def leaks(self, texts: Mapping[str, bytes]) -> list[str]:
        """`header in stderr as Base64: ...`: every canary in one of the texts, which go by their names, and a line."""
        return [
            f"{place} in {name} as {form}: {_line_with(text, secret)}"
            for name, text in texts.items()
            for place, secret in self.secrets.items()
            for form in found_in(text, secret)
        ]


def _line_with(text: bytes, secret: str) -> str:
    lines = (line for line in text.splitlines() if any(found_in(line, secret)))
    return next(lines, b"(over several lines)").decode(errors="replace")[-300:]


def found_in(text: bytes, secret: str) -> Iterator[str]:
    """The names of the forms in which the secret, or enough of it, is in the text."""
    squeezed = b"".join(text.split())
    for form, pieces in _pieces(secret).items():
        if any(piece in squeezed for piece in pieces):
            yield form


@cache
def _pieces(secret: str) -> dict[str, frozenset[bytes]]:
    words = [word.encode() for word in secret.split("/")]
    return {
        "text": frozenset(word[start : start + _LEAST] for word in words for start in range(len(word) - _LEAST + 1)),
        "Base64": frozenset(piece for word in words for piece in _in_base64(word)),
        "hexadecimal": frozenset(word.hex().encode() for word in words),
    }


def _in_base64(word: bytes) -> Iterator[bytes]:
    """What a word looks like inside Base64, for each of the three places where it can begin, its ends left out."""
    for before in range(3):
        yield base64.b64encode(bytes(before) + word)[4:-4]


def texts_below(*folders: Path) -> dict[str, bytes]:
    """Every file that is there by its path, with its name in front of what it holds."""
    found = (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): str(path.name).encode() + b"\0" + path.read_bytes() for path in found}


def new_in(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> dict[str, bytes]:
    """What is in the later files and was not: whole new files, and the new lines of those that were there."""
    found = {}
    for name, text in after.items():
        known = set(before.get(name, b"").splitlines())
        lines = [line for line in text.splitlines() if line not in known]
        if lines:
            found[name] = b"\n".join(lines)
    return found
