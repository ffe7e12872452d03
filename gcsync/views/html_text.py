"""HTML from pieces: whatever is not made by `element` is text, and is cleaned and escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from gcsync.views.style import clean


class Html(str):
    """Text that is HTML already. Only `element` and `joined` make it."""

    __slots__ = ()


def element(name: str, *children: str, **attributes: str | None) -> Html:
    """`<name …>children</name>`. An attribute that is None is left out; a trailing `_` of its name is, too."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(clean(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{given}>{joined(children)}</{name}>")


def joined(children: Iterable[str]) -> Html:
    """Children one after the other; plain text is escaped, and its line breaks are kept."""
    return Html("".join(child if isinstance(child, Html) else escape(_lines(child)) for child in children))


def _lines(text: str) -> str:
    return "\n".join(clean(line) for line in text.split("\n"))
