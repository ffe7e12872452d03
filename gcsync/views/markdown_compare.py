"""What differs between environments, as Markdown: a table each for what is declared and what is live."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gcsync.model.comparison import Comparison, PresenceDifference, ValueDifference
from gcsync.model.value import format_path
from gcsync.views.markdown_escape import LONGEST_SENTENCE, cell_code, prose
from gcsync.views.markdown_matrix import table_line
from gcsync.views.text_compare import BY_VARIABLES, DECLARED, LIVE, cell, closing, remarks, title


def render_markdown_comparison(comparison: Comparison, *, everything: bool) -> str:
    """The closing line first, then the tables; nothing in a value is taken for Markdown or HTML."""
    blocks = [f"**{prose(closing(comparison))}**"]
    blocks += _section(DECLARED, comparison.declared, comparison)
    blocks += _section(LIVE, comparison.live, comparison)
    blocks += _section(BY_VARIABLES, comparison.by_variables if everything else (), comparison)
    blocks += map(prose, remarks(comparison, everything=everything))
    return "\n\n".join(blocks) + "\n"


def _section(
    heading: str, differences: Sequence[PresenceDifference | ValueDifference], comparison: Comparison
) -> Iterator[str]:
    if not differences:
        return
    yield f"### {heading}"
    several = len({difference.stack for difference in differences}) > 1
    names = comparison.environments
    lines = [table_line(["Resource", "Value", *map(prose, names)]), table_line(["---"] * (2 + len(names)))]
    for one in differences:
        cells = [cell(one, name) for name in names]
        shown = ["–" if text is None else cell_code(text, LONGEST_SENTENCE) for text in cells]
        lines.append(table_line([cell_code(title(one.stack, one.address, several)), _what(one), *shown]))
    yield "\n".join(lines)


def _what(difference: PresenceDifference | ValueDifference) -> str:
    if isinstance(difference, PresenceDifference):
        return ""
    made_of = ", ".join(map(cell_code, difference.expressions))
    return cell_code(format_path(difference.path)) + (f" ({made_of})" if made_of else "")
