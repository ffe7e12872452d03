"""What differs between environments, as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gcsync.model.address import Address
from gcsync.model.comparison import Comparison, PresenceDifference, ValueDifference
from gcsync.model.value import Value, format_path
from gcsync.views.style import Style, Tone, cells, clean, paragraph, plural, quote
from gcsync.views.text_value import scalar

Difference = PresenceDifference | ValueDifference

DECLARED = "Declared in another way"
LIVE = "Live, beyond what is declared"
BY_VARIABLES = "Declared alike, with other values of its variables"


def render_comparison(comparison: Comparison, style: Style, *, everything: bool) -> str:
    """What differs, by resource; with `everything` also what differs by variables alone, else how much of that."""
    blocks = [
        *_section(DECLARED, comparison.declared, style),
        *_section(LIVE, comparison.live, style),
        *_section(BY_VARIABLES, comparison.by_variables if everything else (), style),
    ]
    notes = [line for text in remarks(comparison, everything=everything) for line in paragraph(text, style)]
    blocks.append([*notes, *paragraph(closing(comparison), style, tone=Tone.BOLD)])
    return "\n".join("\n".join(block) + "\n" for block in blocks)


def remarks(comparison: Comparison, *, everything: bool) -> Iterator[str]:
    """What is not shown, in a sentence each."""
    if comparison.by_variables and not everything:
        count = len(comparison.by_variables)
        verb = "differs" if count == 1 else "differ"
        yield f"{plural(count, 'value')} {verb} by variables or the environment's name alone; --all shows them."
    if comparison.hidden:
        parts = plural(comparison.hidden, "attribute")
        yield f"{parts} with a sensitive part: that part is not compared between environments."


def closing(comparison: Comparison) -> str:
    """`dev and prod differ: 1 declared, 2 live.`"""
    *first, last = map(clean, comparison.environments)
    names = f"{', '.join(first)} and {last}"
    if not comparison.found:
        return f"No differences between {names}."
    return f"{names} differ: {len(comparison.declared)} declared, {len(comparison.live)} live."


def compact(value: Value) -> str:
    """A value on one line, however large; nothing of what is sensitive."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{clean(str(key))}: {compact(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(compact, value)) + "]"
    return quote(value) if isinstance(value, str) else scalar(value)


def title(stack: str, address: Address, several: bool) -> str:
    """The address, with its stack before it where there are several."""
    return clean(f"{stack}: {address}" if several else str(address))


def cell(difference: Difference, environment: str) -> str | None:
    """What an environment has; None where it is no party to this."""
    if isinstance(difference, PresenceDifference):
        found = difference.standing.get(environment)
        return None if found is None else found.value
    if environment not in difference.values:
        return None
    text = compact(difference.values[environment])
    if difference.as_declared is not None:
        text += " (as declared)" if difference.as_declared[environment] else " (not as declared)"
    return text


def _section(heading: str, differences: Sequence[Difference], style: Style) -> Iterator[list[str]]:
    if not differences:
        return
    yield paragraph(f"{heading}:", style, tone=Tone.BOLD)
    several = len({difference.stack for difference in differences}) > 1
    by_resource: dict[tuple[str, Address], list[Difference]] = {}
    for difference in differences:
        by_resource.setdefault((difference.stack, difference.address), []).append(difference)
    for (stack, address), found in by_resource.items():
        yield [f"  {title(stack, address, several)}", *_lines(found, style)]


def _lines(differences: Iterable[Difference], style: Style) -> Iterator[str]:
    for difference in differences:
        indent = 6
        if isinstance(difference, ValueDifference):
            made_of = f"  # {', '.join(map(clean, difference.expressions))}" if difference.expressions else ""
            label = f"{clean(format_path(difference.path))}:{made_of}"
            yield from paragraph(label, style, first=" " * 6, indent=" " * 8)
            indent = 10
        parties = difference.standing if isinstance(difference, PresenceDifference) else difference.values
        width = max(cells(clean(name)) for name in parties)
        for name in parties:
            text = cell(difference, name) or ""
            odd = isinstance(difference, ValueDifference) and not (difference.as_declared or {name: True})[name]
            lead = f"{' ' * indent}{clean(name):<{width}}  "
            tone = Tone.CHANGED if odd else Tone.PLAIN
            yield from paragraph(text, style, first=lead, indent=" " * len(lead), tone=tone)
