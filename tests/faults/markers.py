"""The marker on an object, read and written from its description in docs/decisions/0003-marker.md alone."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Any

from tests.faults.organization import Content

_MARKER = re.compile(r"\[gcsync(1(p?):([a-z0-9@-]+):([A-Za-z0-9_.~:-]+?):([A-Za-z0-9_.-]*)):([A-Za-z0-9_-]{4})\]")


@dataclass(frozen=True, slots=True)
class Mark:
    owner: str
    address: str
    protected: bool


def marker_of(kind: str, content: Content | None) -> Mark | None:
    """Who owns an object; the name of a half-made integration says it, and otherwise its description or notes."""
    if content is None:
        return None
    config: Any = content["config"] if kind == "integrations" else content
    texts = (config.get("notes"), config["name"]) if kind == "integrations" else (config.get("description"),)
    for text in texts:
        found = list(_MARKER.finditer(str(text or "")))
        if found and _digits(found[-1][1]) == found[-1][6]:
            return Mark(found[-1][3], found[-1][4], found[-1][2] == "p")
    return None


def without_marker(text: object) -> str:
    return re.sub(r"\s*\[gcsync[^\]]*\]\s*$", "", str(text or ""))


def render_marker(owner: str, address: object) -> str:
    body = f"1:{owner}:{address}:"
    return f"[gcsync{body}:{_digits(body)}]"


def _digits(body: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body.encode()).digest()[:3]).decode()
