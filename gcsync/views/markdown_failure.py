"""Markdown that says why there is no plan, for the pull request that an earlier plan still stands on."""

from __future__ import annotations

import re
from typing import Final

from gcsync.views.markdown_escape import code, fence
from gcsync.views.style import clean

LONGEST: Final = 20_000
"""Characters of what is repeated: its end, where the errors are. What is longer belongs into a log."""

_ANNOTATION: Final = re.compile(r"::(?:error|warning|notice|debug)[ :]")


def render_markdown_failure(job: str, said: str) -> str:
    """The report; `said` is what the command wrote to stderr, of which GitHub's annotations are left out."""
    lines = [clean(line) for line in said.splitlines() if not _ANNOTATION.match(line)]
    while lines and not lines[-1].strip():
        lines.pop()
    shown = _ending(lines)
    before = f"The last {len(shown)} of {len(lines)} lines:" if len(shown) < len(lines) else ""
    block = "\n".join(fence("text", shown)) if shown else "It said nothing; the job's log may tell more."
    parts = [
        f"### 🔴 {code(job)}: no plan of this commit",
        "> [!CAUTION]\n> `gcsync plan` failed. A plan above is of an earlier push, and not what a merge would apply.",
        before,
        block,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _ending(lines: list[str]) -> list[str]:
    room = LONGEST
    for count, line in enumerate(reversed(lines)):
        room -= len(line) + 1
        if room < 0:
            return lines[len(lines) - count :] or [lines[-1][-LONGEST:]]
    return lines
