"""Text from outside as Markdown may carry it: it is read as it is, and nothing in it becomes a link, a mention or HTML.

GitHub and GitLab look for mentions (`@name`), references (`#12`, `GH-12`, `!12`), addresses and commits in the finished
HTML, after a backslash or an entity is gone; they leave `<code>` and `<pre>` alone. So names and values stand in code
spans and fences; only sentences stand in the open, and where one of those would be found, an empty element parts it.
Sources: https://github.github.com/gfm/ and https://docs.gitlab.com/user/markdown/#gitlab-specific-references.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Final

from gcsync.views.style import clean

LONGEST_NAME: Final = 120
"""Characters of a name, a path or a value that stand in a line of prose or in a cell."""

LONGEST_SENTENCE: Final = 1_000
"""Characters of a message, a reason or a hint."""

_APART: Final = "<span></span>"
"""Parts a text for those who search it, and for no reader: nothing is copied with it either."""

_SPECIAL: Final = re.compile(r"[&<>`*_\[\]|~\\$]")

_FOUND: Final = re.compile(
    r"""[@#!$&^\[](?=\w) | [~%](?=["\w])  # @name, #12, !12, $12, &12, ^alert#1, [issue:12], ~label, %milestone
      | \*(?=iteration) | :(?=[\w+-]+:)   # *iteration:12, :emoji:
      | [A-Za-z]{2,}-(?=\d)              # GH-12, and what a repository links itself: JIRA-12
      | ://? | \b[wW]{3}(?=\.) | @        # addresses
      | [0-9a-fA-F]{6}(?=[0-9a-fA-F])    # commits
    """,
    re.VERBOSE,
)


_PIPE: Final = re.compile(r"(\\*)\|")


def shortened(text: str, longest: int) -> str:
    """A text of at most `longest` characters: the middle of a longer one is left out."""
    half = (longest - 3) // 2
    return text if len(text) <= longest else f"{text[:half]}...{text[len(text) - half :]}"


def code(text: str, longest: int = LONGEST_NAME) -> str:
    """A code span with the text in it, on one line; its back-ticks are more than any run of them inside."""
    shown = shortened(clean(text), longest)
    if not shown:
        return "(empty)"
    ticks = _ticks(shown, 1)
    between = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    return f"{ticks}{between}{shown}{between}{ticks}" if shown.strip() else f"{ticks}{shown}{ticks}"


def cell_code(text: str, longest: int = LONGEST_NAME) -> str:
    r"""The same for a cell of a table: a pipe stands as `\|`.

    Behind an odd number of backslashes that would end the cell (GitHub reads pairs), so one more is shown there.
    """
    return _PIPE.sub(lambda found: found[1] + "\\" * (1 + len(found[1]) % 2) + "|", code(text, longest))


def html_code(text: str, longest: int = LONGEST_NAME) -> str:
    """The text in `<code>`, for a block of HTML, where Markdown is not read."""
    return f"<code>{html.escape(shortened(clean(text), longest))}</code>"


def prose(text: str, longest: int = LONGEST_SENTENCE) -> str:
    """A sentence with somebody's words in it, on one line, in running text, in a cell, or first in a line."""
    pieces = []
    end = 0
    shown = shortened(clean(text), longest)
    if shown and not shown[0].isalpha():
        # First in a line it could begin a heading, a list, a rule or a block of code.
        pieces, end = [f"&#{ord(shown[0])};", _APART], 1
    for found in _FOUND.finditer(shown, end):
        pieces += [_entities(shown[end : found.end()]), _APART]
        end = found.end()
    return "".join([*pieces, _entities(shown[end:])])


def fence(language: str, lines: Iterable[str]) -> list[str]:
    """A fenced block with the lines in it; the fence is longer than any run of back-ticks inside."""
    inside = list(lines)
    ticks = max((_ticks(line, 3) for line in inside), default="```")
    return [f"{ticks}{language}", *inside, ticks]


def _entities(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", text)


def _ticks(text: str, least: int) -> str:
    """Back-ticks that the text cannot end: one more than its longest run, `least` at least."""
    return "`" * max(least, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
