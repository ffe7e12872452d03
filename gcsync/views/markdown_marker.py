"""The hidden first line of a Markdown report.

By it `gcsync comment` finds its own comment among others, and knows whether what it says has changed.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Final, Literal

from gcsync.views.style import clean

Kind = Literal["plan", "drift"]

_LONGEST: Final = 65_536
"""Characters of a line above which nothing is read as a marker: no platform takes a longer comment."""

_LINE: Final = re.compile(r"\ufeff?<!-- gcsync (\{[^\n]*\}) -->[ \t\r]*(?:\n|\Z)")

_DIGEST: Final = re.compile(r"[0-9a-f]{12}")

_LONGEST_ID: Final = 100


@dataclass(frozen=True, slots=True)
class MarkdownMarker:
    """What a report says about itself.

    `stacks` are the owners (`contact-center@prod`) in the report's order. `found`: a plan has changes, a drift report
    has drift. `digest` is of what is reported, without times: 12 hexadecimal digits.
    """

    kind: Kind
    stacks: tuple[str, ...]
    organization: str
    found: bool
    digest: str


def render_marker(marker: MarkdownMarker) -> str:
    """The marker's line, without its newline. Nothing in it can end the comment of HTML that it is."""
    content = {
        "kind": marker.kind,
        "stacks": [clean(stack) for stack in marker.stacks],
        "organization": clean(marker.organization)[:_LONGEST_ID],
        "found": marker.found,
        "digest": marker.digest,
    }
    text = json.dumps(content)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    escaped = text.replace("--", "-\\u002d")
    return f"<!-- gcsync {escaped} -->"


def read_marker(text: str) -> MarkdownMarker | None:
    """The marker that a text begins with; None where it begins with anything else, a broken marker too."""
    found = _LINE.match(text, 0, _LONGEST)
    if found is None or "-->" in found[1]:
        return None
    try:
        content = json.loads(found[1])
    except (ValueError, RecursionError):
        return None
    return _checked(content)


def digest(text: str) -> str:
    """12 hexadecimal digits of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _checked(content: Any) -> MarkdownMarker | None:
    if not isinstance(content, dict):
        return None
    kind, stacks, organization = (content.get(name) for name in ("kind", "stacks", "organization"))
    found, said = content.get("found"), content.get("digest")
    if kind not in ("plan", "drift") or not isinstance(found, bool) or not isinstance(organization, str):
        return None
    if not isinstance(stacks, list) or not all(isinstance(stack, str) for stack in stacks):
        return None
    if not isinstance(said, str) or _DIGEST.fullmatch(said) is None:
        return None
    return MarkdownMarker(kind, tuple(stacks), organization, found, said)
