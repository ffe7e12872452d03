"""The plan as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gcsync.model.matrix import Matrix
from gcsync.model.plan import Plan, Summary, Target
from gcsync.views.diagnostics import render_diagnostics
from gcsync.views.style import Style, Tone, clean, paragraph, plural
from gcsync.views.text_change import change_lines, not_checked_lines
from gcsync.views.text_matrix import matrix_lines

_CLIENT_SHOWN = 8


def render_target(target: Target) -> str:
    """`Organization Example Ltd, us-east-1, as client 6c1e0f2a…`; with the API's address where it is not a region's."""
    client = short_client(target.client)
    parts = [f"Organization {clean(target.organization.name)}", clean(target.region), f"as client {client}"]
    if target.api_url and not target.api_url.startswith("https://api."):
        parts.append(f"at {clean(target.api_url)}")
    return ", ".join(part for part in parts if part)


def short_client(client: str) -> str:
    """The beginning of a client's id, cleaned: enough to tell which one it is."""
    client = clean(client)
    return f"{client[:_CLIENT_SHOWN]}…" if len(client) > _CLIENT_SHOWN + 1 else client


def render_plan(plans: Sequence[Plan], style: Style) -> str:
    """Everything that would be done, by address; what is refused last; then the closing line of the contract.

    Before the plans of several environments they stand side by side.
    """
    matrix = Matrix.of(plans)
    blocks = [] if matrix is None else [list(matrix_lines(matrix, style))]
    blocks += [block for plan in plans for block in _plan(plan, style, headed=len(plans) > 1)]
    return "\n".join("\n".join(block) + "\n" for block in [*blocks, [style.paint(closing_line(plans), Tone.BOLD)]])


def closing_line(plans: Sequence[Plan]) -> str:
    """`Plan: 1 to create, …, 3 unchanged.`, or `No changes. …` with how far that goes."""
    total = sum((plan.summary for plan in plans), Summary())
    if total.changes or any(plan.errored for plan in plans):
        counts = [f"{count} to {name}" for name, count in total.items() if name != "unchanged"]
        return f"Plan: {', '.join(counts)}, {total.unchanged} unchanged."
    skipped = [
        plural(sum(len(plan.left_out) for plan in plans), "resource") + " left out",
        f"{sum(len(plan.not_checked) for plan in plans)} not checked",
    ]
    limits = [text for text in skipped if not text.startswith("0 ")]
    if limits:
        return f"No changes. What was looked at matches ({', '.join(limits)})."
    if not total.unchanged:
        return "No changes. Nothing is declared and nothing is owned."
    if Matrix.of(plans) is not None:
        return "No changes. Every environment matches its stacks."
    return f"No changes. The organization matches the {'stack' if len(plans) == 1 else 'stacks'}."


def plan_title(plan: Plan) -> str:
    """`Stack contact-center@prod (stacks/prod.yaml)`."""
    return f"Stack {clean(plan.owner)}" + (f" ({clean(plan.file)})" if plan.file else "")


def _plan(plan: Plan, style: Style, *, headed: bool) -> Iterator[list[str]]:
    """The blocks of one stack; a blank line goes between two."""
    if headed:
        yield [style.paint(plan_title(plan), Tone.BOLD)]
    if headed and not (plan.active or plan.left_out or plan.not_checked or plan.diagnostics or plan.refusals):
        yield [f"  No changes, {plan.summary.unchanged} unchanged."]
    if lead := list(lead_lines(plan, style)):
        yield lead
    for change in plan.active:
        yield list(change_lines(change, style))
    if plan.left_out:
        yield _left_out(plan, style)
    if plan.not_checked:
        yield not_checked_lines(plan.not_checked, style)
    for diagnostic in plan.diagnostics:
        yield render_diagnostics([diagnostic], style).splitlines()
    if plan.refusals:
        yield [style.paint("apply refuses this plan:", Tone.ERROR)]
    for refusal in plan.refusals:
        yield render_diagnostics([refusal], style).splitlines()


def lead_lines(plan: Plan, style: Style) -> Iterator[str]:
    """What nobody may overlook, before everything else: what is destroyed, and conflicts."""
    summary = plan.summary
    counts = [(summary.delete, "to delete"), (summary.replace, "to replace")]
    if said := ", ".join(f"{count} {what}" for count, what in counts if count):
        text = f"Destroys {plural(summary.delete + summary.replace, 'object')}: {said}."
        yield from paragraph(text, style, tone=Tone.DESTRUCTIVE)
    if conflicts := sum(change.has_conflict for change in plan.active):
        text = f"{plural(conflicts, 'resource')} in conflict: changed in the stack and outside gcsync."
        yield from paragraph(text, style, tone=Tone.CONFLICT)


def _left_out(plan: Plan, style: Style) -> list[str]:
    names = ", ".join(clean(str(address)) for address in plan.left_out)
    return paragraph(
        f"Left out by --target, --exclude, --no-delete or --expect: {names}", style, indent="  ", tone=Tone.DIM
    )
