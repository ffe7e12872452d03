"""The parts that a plan and a drift report in Markdown are built from.

Each part is a list of lines; `document` puts a blank line between two. What begins a line is always ours: a heading,
`| `, `- `, `> `, `<details`, or the first character of a `diff` block. By that `markdown_fit` tells the parts apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.model.plan import Change, NotChecked, Plan
from gcsync.views.markdown_escape import cell_code, code, fence, html_code, prose, shortened
from gcsync.views.style import quote
from gcsync.views.text_change import subject

LOUD: Final = ("DELETE", "REPLACE", "DRIFTED", "MISSING", "NOT ADOPTED")
"""The words that stand in bold, first in every table and section, and are left out last."""

QUIET: Final = ("create", "adopt", "move", "release", "update", "pending", "known")
"""The other words, none of which takes anything away."""

_ADDRESSES: Final = 12
"""Addresses that are named in a sentence; more are counted."""

_LONGEST_SOURCE: Final = 200

Part = list[str]


def document(parts: Iterable[Part]) -> str:
    return "\n".join("\n".join(part) + "\n" for part in parts if part)


def stack_part(plan: Plan, *, headed: bool) -> Iterator[Part]:
    """What a section is about: the stack, whom it speaks to, and which file says so."""
    if headed:
        yield [f"#### Stack {code(plan.owner)}"]
    target = plan.target
    environment = f"environment {code(plan.environment)}" if plan.environment else ""
    address = target.api_url if not target.api_url.startswith("https://api.") else ""
    told = [
        f"Organization {code(target.organization.name) if target.organization.name else 'not read'}",
        code(target.region) if target.region else "",
        f"at {code(address)}" if address else "",
        environment,
        f"file {code(plan.file)}" if plan.file else "",
    ]
    yield [", ".join(part for part in told if part) + "."]


def quiet_part(plans: Sequence[Plan], what: str) -> Part:
    """A line for each stack of several of which there is nothing to tell; `what` says so."""
    lines = [
        f"- {code(plan.owner)}: {plan.summary.unchanged} unchanged{f', file {code(plan.file)}' if plan.file else ''}"
        for plan in plans
    ]
    return [f"**{what}**", "", *lines] if lines else []


def alert(kind: str, text: str) -> Part:
    """A coloured box; a quotation where the platform knows no such boxes. `kind` is CAUTION, WARNING or NOTE."""
    return [f"> [!{kind}]", f"> {text}"]


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Part:
    """A table of escaped cells, without the columns in which every cell is empty; no part without rows."""
    found = list(rows)
    columns = [column for column in range(len(titles)) if any(row[column] for row in found)]
    head, *lines = ([row[column] for column in columns] for row in (titles, *found))
    shown = [f"| {' | '.join(row)} |" for row in lines]
    return [f"| {' | '.join(head)} |", f"|{' --- |' * len(columns)}", *shown] if shown else []


def word_cell(word: str) -> str:
    return f"**{word}**" if word in LOUD else word


def resource_cell(change: Change) -> str:
    """The address, and below it the name in the organization where that is another."""
    name = f"<br>{cell_code(quote(change.name))}" if _has_own_name(change) else ""
    return f"{cell_code(str(change.address))}{name}"


def details(word: str, change: Change, body: Iterable[Part], *, note: str = "") -> Part:
    """A resource to be unfolded; one with a loud word is open. `note` is ours, never somebody's text."""
    shown = f"<b>{word}</b>" if word in LOUD else word
    name = f" {html_code(quote(change.name))}" if _has_own_name(change) else ""
    head = f"<summary>{shown} {html_code(str(change.address))}{name}{f' ({note})' if note else ''}</summary>"
    inside = [line for part in body if part for line in (*part, "")]
    return [f"<details{' open' if word in LOUD else ''}>{head}", "", *inside, "</details>"]


def diff_block(lines: Sequence[str]) -> Part:
    return fence("diff", lines) if lines else []


def commands(lines: Sequence[tuple[str, str]]) -> Part:
    """Commands to be copied, each with what it does."""
    return fence("sh", [line for command, what in lines for line in (f"# {what}", shortened(command, 1_000))])


def sentence(text: str) -> str:
    """A text with a capital first and a full stop last."""
    return f"{text[:1].upper()}{text[1:]}."


def place_text(place: Place) -> str:
    return code(f"{place.file}:{place.line}:{place.column}")


def addresses(found: Sequence[str]) -> str:
    """Addresses for a sentence: code spans, and how many more there are."""
    shown = ", ".join(found[:_ADDRESSES])
    return f"{shown} and {len(found) - _ADDRESSES} more" if len(found) > _ADDRESSES else shown


def diagnostics_part(title: str, found: Sequence[Diagnostic]) -> Part:
    """Each finding with its place, the line that it is about, and the next step."""
    return [f"**{title}**", "", *(line for one in found for line in _diagnostic(one))] if found else []


def errors_and_warnings(found: Sequence[Diagnostic]) -> tuple[Part, Part]:
    errors = [one for one in found if one.severity is Severity.ERROR]
    warnings = [one for one in found if one.severity is not Severity.ERROR]
    return diagnostics_part("Errors", errors), diagnostics_part("Warnings", warnings)


def not_checked_part(items: Sequence[NotChecked]) -> Part:
    if not items:
        return []
    lines = ["**Not checked**", ""]
    for item in items:
        lines.append(f"- {code(subject(item))}: {prose(item.reason)}")
        lines += [f"  <br>hint: {prose(item.hint)}"] if item.hint else []
    return lines


def _diagnostic(found: Diagnostic) -> Iterator[str]:
    where = [place_text(found.place) if found.place else "", code(found.path) if found.path else ""]
    said = ": ".join([*(part for part in where if part), prose(found.message)])
    yield f"- **{found.severity.value}[{prose(found.code)}]** {said}"
    if found.place is not None and found.source_line is not None and found.source_line.strip():
        yield f"  <br>{code(found.source_line.strip(), _LONGEST_SOURCE)}"
    if found.hint:
        yield f"  <br>hint: {prose(found.hint)}"


def _has_own_name(change: Change) -> bool:
    return bool(change.name) and change.name != change.address.key
