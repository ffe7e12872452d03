"""The plan in Markdown, for the comment that people review it in: what destroys stands first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from gcsync.model.diagnostic import Severity
from gcsync.model.plan import Action, AttributeChange, Change, Plan, Reason, Summary
from gcsync.views.markdown_diff import change_diff
from gcsync.views.markdown_escape import cell_code, code, prose
from gcsync.views.markdown_marker import MarkdownMarker, digest, render_marker
from gcsync.views.markdown_matrix import render_matrix
from gcsync.views.markdown_parts import (
    Part,
    addresses,
    alert,
    details,
    diagnostics_part,
    diff_block,
    document,
    errors_and_warnings,
    not_checked_part,
    place_text,
    quiet_part,
    resource_cell,
    sentence,
    stack_part,
    table,
    word_cell,
)
from gcsync.views.style import plural
from gcsync.views.text_change import change_notes
from gcsync.views.text_plan import closing_line

WORDS: Final[dict[Action, str]] = {
    Action.DELETE: "DELETE",
    Action.REPLACE: "REPLACE",
    Action.CREATE: "create",
    Action.ADOPT: "adopt",
    Action.MOVE: "move",
    Action.RELEASE: "release",
    Action.UPDATE: "update",
}
"""Each action's word, in the order in which they stand; what destroys comes first and in capitals."""

_ORDER: Final = {action: position for position, action in enumerate(WORDS)}

_TO_DO: Final = {"delete": "to DELETE", "replace": "to REPLACE"}


def render_markdown_plan(plans: Sequence[Plan]) -> str:
    """Everything that would be done: the marker, a line that says it all, then stack by stack.

    A stack of which something is destroyed comes before the others; those without changes are a list at the end.
    """
    body = document(_body(plans))
    return f"{render_marker(_marker(plans, body))}\n{body}"


def _marker(plans: Sequence[Plan], body: str) -> MarkdownMarker:
    return MarkdownMarker(
        kind="plan",
        stacks=tuple(plan.owner for plan in plans),
        organization=",".join(dict.fromkeys(plan.target.organization.id for plan in plans if not plan.failed)),
        found=any(plan.summary.changes for plan in plans),
        digest=digest(body),
    )


def _body(plans: Sequence[Plan]) -> Iterator[Part]:
    yield [f"### {_summary(plans)}"]
    yield from _alerts(plans)
    yield render_matrix(plans).splitlines()
    several = len(plans) > 1
    for plan in sorted(plans, key=lambda plan: not _destroys(plan)):
        if not (several and _is_quiet(plan)):
            yield from stack_part(plan, headed=several)
            yield from _section(plan)
    yield quiet_part([plan for plan in plans if several and _is_quiet(plan)], "No changes")


def _is_quiet(plan: Plan) -> bool:
    return not (plan.active or plan.left_out or plan.not_checked or plan.diagnostics or plan.refusals)


def _destroys(plan: Plan) -> bool:
    return bool(plan.summary.delete or plan.summary.replace)


def _summary(plans: Sequence[Plan]) -> str:
    """`🔴 contact-center: 1 to DELETE, 2 to update. apply refuses ...`: what a phone shows of it all."""
    total = sum((plan.summary for plan in plans), Summary())
    errored, refused = any(plan.errored for plan in plans), any(plan.refusals for plan in plans)
    light = "🔴" if errored or refused or any(map(_destroys, plans)) else "🟡" if total.changes else "🟢"
    whose = f"{code(plans[0].owner)}: " if len(plans) == 1 else f"{len(plans)} stacks: " if plans else ""
    said = [f"{_counts(total)}{_beside(plans)}." if total.changes else closing_line(plans) if not errored else ""]
    said += ["The plan has errors, `apply` refuses it."] if errored else []
    said += ["`apply` refuses this plan."] if refused and not errored else []
    return f"{light} {whose}{' '.join(part for part in said if part)}"


def _counts(total: Summary) -> str:
    counts = dict(total.items())
    names = ("delete", "replace", "create", "update", "adopt")
    return ", ".join(f"{counts[name]} {_TO_DO.get(name, f'to {name}')}" for name in names if counts[name])


def _beside(plans: Sequence[Plan]) -> str:
    """`; 1 in conflict, 2 not checked`"""
    counts = {
        "in conflict": sum(change.has_conflict for plan in plans for change in plan.active),
        "not checked": sum(len(plan.not_checked) for plan in plans),
    }
    said = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return f"; {said}" if said else ""


def _alerts(plans: Sequence[Plan]) -> Iterator[Part]:
    """What nobody may overlook, over all stacks: what is destroyed, and conflicts."""
    several = len(plans) > 1
    active = [(change, plan) for plan in plans for change in plan.active]
    destroyed = [pair for action in (Action.DELETE, Action.REPLACE) for pair in active if pair[0].action is action]
    if destroyed:
        named = [f"**{WORDS[change.action]}** {_named(change, plan, several)}" for change, plan in destroyed]
        yield alert("CAUTION", f"**Destroys {plural(len(destroyed), 'object')}:** {addresses(named)}.")
    conflicts = [_named(change, plan, several) for change, plan in active if change.has_conflict]
    if conflicts:
        said = f"**{plural(len(conflicts), 'resource')} in conflict**, changed in the stack and outside gcsync"
        yield alert("WARNING", f"{said}: {addresses(conflicts)}.")


def _named(change: Change, plan: Plan, several: bool) -> str:
    return code(str(change.address)) + (f" of {code(plan.owner)}" if several else "")


def _section(plan: Plan) -> Iterator[Part]:
    errors, warnings = errors_and_warnings(plan.diagnostics)
    refusals = [replace(found, severity=Severity.ERROR) for found in plan.refusals]
    changes = sorted(plan.active, key=lambda change: (_ORDER[change.action], not change.has_conflict))
    yield diagnostics_part("`apply` refuses this plan", refusals)
    yield errors
    yield table(("Action", "Resource", "What changes"), map(_row, changes))
    yield _rest(plan)
    yield not_checked_part(plan.not_checked)
    yield warnings
    for change in changes:
        yield _details(change)


def _rest(plan: Plan) -> Part:
    """What does not change, and what was kept out."""
    total = plan.summary
    unchanged = f"{total.unchanged} unchanged." if total.unchanged else ""
    said = [unchanged if total.changes or plan.errored else f"No changes. {unchanged}".rstrip()]
    if plan.left_out:
        names = addresses([code(str(address)) for address in plan.left_out])
        said.append(f"Left out by `--target`, `--exclude` or `--no-delete`: {names}.")
    text = " ".join(said).strip()
    return [text] if text else []


def _row(change: Change) -> tuple[str, str, str]:
    return word_cell(WORDS[change.action]), resource_cell(change), _what(change)


def _what(change: Change) -> str:
    """Which attributes a change writes, and why it is made; of one that comes or goes only why."""
    said = [prose(note) for note in change_notes(change) if not note.startswith("id ")]
    whole = change.action in (Action.CREATE, Action.DELETE)
    return "; ".join([", ".join(map(_attribute, [] if whole else change.attributes)), *said]).removeprefix("; ")


def _attribute(attribute: AttributeChange) -> str:
    notes = {Reason.CONFLICT: "**conflict**", Reason.DRIFT: "drift", Reason.NOT_CHECKED: "not checked"}
    said = [notes[attribute.reason]] if attribute.reason in notes else []
    said += ["**forces replacement**"] if attribute.forces_replacement else []
    return cell_code(attribute.name) + (f" ({', '.join(said)})" if said else "")


def _details(change: Change) -> Part:
    said = [prose(note) for note in change_notes(change)]
    said += [f"declared at {place_text(change.place)}"] if change.place is not None else []
    about = [sentence("; ".join(said))] if said else []
    note = "conflict" if change.has_conflict else ""
    return details(WORDS[change.action], change, (about, diff_block(change_diff(change))), note=note)
