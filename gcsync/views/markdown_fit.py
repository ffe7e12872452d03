"""A markdown document cut to a size."""

from __future__ import annotations


def fit(text: str, limit: int) -> str:
    """At most `limit` characters of the document, with a line that says that something was left out."""
    if len(text) <= limit:
        return text
    said = "\n\nSome of this was left out, as it is too long.\n"
    return text[: max(0, limit - len(said))].rpartition("\n")[0] + said
