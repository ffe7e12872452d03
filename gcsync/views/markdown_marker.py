"""The hidden first line of a markdown document, by which a program knows what the document is about.

<!-- gcsync {"kind": "plan", "stacks": ["contact-center@prod"], "organization": "…", "found": true, "digest": "…"} -->
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

_BEGIN: Final = "<!-- gcsync "
_END: Final = " -->"


@dataclass(frozen=True, slots=True)
class MarkdownMarker:
    """`stacks` are the owners; `found` says whether there is anything to see; `digest` is of what is shown."""

    kind: str
    stacks: tuple[str, ...]
    organization: str
    found: bool
    digest: str


def render_marker(marker: MarkdownMarker) -> str:
    """The line, without its end."""
    text = json.dumps(asdict(marker)).replace("-", "\\u002d").replace(">", "\\u003e")
    return f"{_BEGIN}{text}{_END}"


def read_marker(text: str) -> MarkdownMarker | None:
    """What the first line says; None where it is no marker."""
    line = text.partition("\n")[0].rstrip("\r")
    if not (line.startswith(_BEGIN) and line.endswith(_END)):
        return None
    try:
        data = json.loads(line[len(_BEGIN) : -len(_END)])
        marker = MarkdownMarker(
            data["kind"], tuple(data["stacks"]), data["organization"], data["found"], data["digest"]
        )
    except (ValueError, KeyError, TypeError):
        return None
    texts = (marker.kind, *marker.stacks, marker.organization, marker.digest)
    return marker if all(isinstance(one, str) for one in texts) and isinstance(marker.found, bool) else None
