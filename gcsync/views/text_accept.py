"""What `accept` writes, as a unified diff, and what is to be said of it."""

from __future__ import annotations

from collections.abc import Iterator

from gcsync.model.acceptance import Acceptance, Hunk, LineKind, Rewritten
from gcsync.views.style import Style, Tone, clean, plural

_TONES = {LineKind.KEPT: Tone.PLAIN, LineKind.REMOVED: Tone.REMOVED, LineKind.ADDED: Tone.ADDED}


def render_acceptance(acceptance: Acceptance, style: Style, *, dry_run: bool = False) -> str:
    """A diff per file, then the closing line: `Accepted: 2 attributes in 1 file, 1 refused.`"""
    lines = [line for file in acceptance.files for line in _diff(file, style)]
    if acceptance.pending:
        text = f"Pending, and left as it is declared: {plural(acceptance.pending, 'resource')}."
        lines.append(style.paint(text, Tone.DIM))
    return "\n".join([*lines, style.paint(_closing(acceptance, dry_run=dry_run), Tone.BOLD)]) + "\n"


def _diff(file: Rewritten, style: Style) -> Iterator[str]:
    yield style.paint(f"--- {clean(file.name)}", Tone.BOLD)
    yield style.paint(f"+++ {clean(file.name)}", Tone.BOLD)
    for hunk in file.hunks:
        yield style.paint(_head(hunk), Tone.HINT)
        yield from (style.paint(f"{kind.value}{clean(text)}", _TONES[kind]) for kind, text in hunk.lines)
    yield ""


def _head(hunk: Hunk) -> str:
    before = hunk.count(LineKind.KEPT, LineKind.REMOVED)
    after = hunk.count(LineKind.KEPT, LineKind.ADDED)
    return f"@@ -{_range(hunk.before, before)} +{_range(hunk.after, after)} @@"


def _range(start: int, count: int) -> str:
    return str(start) if count == 1 else f"{start},{count}"


def _closing(acceptance: Acceptance, *, dry_run: bool) -> str:
    refused = f", {len(acceptance.refused)} refused" if acceptance.refused else ""
    if not acceptance.taken:
        return (
            f"Nothing was accepted{refused}." if refused else "Nothing to accept: nothing was changed outside gcsync."
        )
    said = f"{plural(len(acceptance.taken), 'attribute')} in {plural(len(acceptance.files), 'file')}{refused}."
    return f"Would accept {said} Nothing was written: --dry-run." if dry_run else f"Accepted {said}"
