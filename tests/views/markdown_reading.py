"""Markdown as GitHub reads it, and what it then would make of the HTML: mentions, references, addresses, commits."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_TEXT = {"h3", "h4", "p", "blockquote", "strong", "b", "code", "pre", "ul", "li", "br", "span"}
OURS = _TEXT | {"table", "thead", "tbody", "tr", "th", "td", "details", "summary"}
"""The elements that a report has; anything else came from a name or a value."""

_LANGUAGES = {("pre", "lang", name) for name in ("diff", "sh")} | {
    ("code", "class", f"language-{name}") for name in ("diff", "sh")
}
_ATTRIBUTES = _LANGUAGES | {("details", "open", None)}
_ALERTS = ("[!CAUTION]", "[!WARNING]")
_VOID = frozenset({"br"})

LIVE = re.compile(
    r"""@\w | [#!$&^](?=\w) | [~%]["\w] | \b[A-Za-z]{2,}-\d | :[\w+-]+: | \[\w+:
      | https?://\w | \bwww\.\w | \b(?=[0-9a-f]*\d)[0-9a-f]{7,40}\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""What GitHub or GitLab make a link, a mention or a picture of, in text outside code."""


@dataclass
class Reading(HTMLParser):
    """What a document of HTML holds. `text` are the pieces of text outside code, each from one element to the next."""

    headings: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    details: int = 0
    wrong: list[str] = field(default_factory=list)
    within: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in OURS:
            self.wrong.append(f"<{tag}>")
        found = {(tag, name, value or None) for name, value in attributes}
        self.wrong += [str(attribute) for attribute in found - _ATTRIBUTES]
        self.details += tag == "details"
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag in ("h3", "h4"):
            self.headings.append("")
        if tag == "code":
            self.code.append("")
        if tag not in _VOID:
            self.within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.within or self.within.pop() != tag:
            self.wrong.append(f"</{tag}>")

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)

    def handle_data(self, data: str) -> None:
        if "code" in self.within:
            self.code[-1] += data
        else:
            self.text.append(data)
        if "h3" in self.within or "h4" in self.within:
            self.headings[-1] += data
        if "td" in self.within or "th" in self.within:
            self.rows[-1][-1] += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    @property
    def live(self) -> list[str]:
        """What in the text would come to life."""
        texts = [text for text in self.text if text.strip() not in _ALERTS]
        return [f"{found[0]!r} in {text!r}" for text in texts for found in LIVE.finditer(text)]


def read(text: str) -> Reading:
    """The document as GitHub's own parser reads it; raw HTML is kept, as it is there."""
    import cmarkgfm
    from cmarkgfm.cmark import Options

    return _read(cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE))


def read_by_another(text: str) -> Reading:
    """The document as another parser reads it."""
    from markdown_it import MarkdownIt

    return _read(MarkdownIt("commonmark").enable("table").render(text))


def _read(html: str) -> Reading:
    reading = Reading()
    reading.feed(html)
    reading.close()
    reading.wrong += [f"<{tag}> is open" for tag in reading.within]
    return reading
