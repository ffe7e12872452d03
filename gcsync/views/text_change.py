"""One change as text: its headline, why it is made, and every attribute that differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from gcsync.model.plan import Action, AttributeChange, Change, NotChecked, Reason
from gcsync.model.value import Value
from gcsync.views.explain import Mark, explain
from gcsync.views.style import Style, Tone, cells, clean, paragraph, quote
from gcsync.views.text_value import difference, whole

INDENT: Final = 6
"""Cells that the attributes of a change are indented by."""

HEADS: Final[dict[Action, tuple[str, str, Tone]]] = {
    Action.CREATE: ("+", "create", Tone.ADDED),
    Action.UPDATE: ("~", "update", Tone.CHANGED),
    Action.MOVE: ("~", "move", Tone.CHANGED),
    Action.RELEASE: ("~", "release", Tone.CHANGED),
    Action.ADOPT: (">", "adopt", Tone.ADOPTED),
    Action.REPLACE: ("-/+", "REPLACE", Tone.DESTRUCTIVE),
    Action.DELETE: ("-", "DELETE", Tone.DESTRUCTIVE),
    Action.NO_OP: (" ", "keep", Tone.DIM),
}
"""Mark, word and colour of each action; what destroys is written in capitals."""

PROTECTION: Final = "lifecycle.prevent_destroy"

_NOTE_TONES = {Reason.CONFLICT: Tone.CONFLICT, Reason.DRIFT: Tone.CHANGED}

_CONFLICT = "! both the stack and someone outside gcsync changed this; apply writes the stack's value"


def change_lines(change: Change, style: Style) -> Iterator[str]:
    """The headline, the notes and the attributes of a change."""
    mark, word, tone = HEADS[change.action]
    lead = f"{mark:>3} {word:<8}{clean(str(change.address))}"
    name = f"  {quote(change.name)}" if change.name and change.name != change.address.key else ""
    notes = list(change_notes(change))
    painted = style.paint(lead, tone)
    together = "  # " + "; ".join(notes)
    if notes and cells(lead + name + together) <= style.columns:
        yield painted + name + style.paint(together, Tone.DIM)
        notes = []
    elif cells(lead + name) <= style.columns:
        yield painted + name
    else:
        yield painted
        yield from paragraph(name.strip(), style, first=" " * INDENT, indent=" " * INDENT)
    for note in notes:
        yield from paragraph(note, style, first=" " * INDENT + "# ", indent=" " * INDENT + "# ", tone=Tone.DIM)
    yield from _attributes(change, style)


def attribute_lines(attribute: AttributeChange, style: Style, *, reasons: bool = True) -> Iterator[str]:
    """One attribute; its reason stands behind it, a conflict also below it."""
    if attribute.reason is Reason.NOT_CHECKED:
        lead = " " * INDENT + f"? {clean(attribute.name)}: "
        yield from paragraph("not checked: the API does not return it", style, first=lead, indent=" " * (INDENT + 4))
        return
    node = explain(attribute.name, attribute.before, attribute.after)
    conflict = attribute.reason is Reason.CONFLICT
    note = ", ".join(_attribute_notes(attribute, reasons=reasons or conflict))
    yield from difference(node, style, INDENT, note, _NOTE_TONES.get(attribute.reason, Tone.DIM))
    if conflict:
        indent = " " * (INDENT + 4)
        yield from paragraph(_CONFLICT, style, first=indent, indent=indent + "  ", tone=Tone.CONFLICT)


def not_checked_lines(items: Iterable[NotChecked], style: Style) -> list[str]:
    """What could not be looked at, each with its reason and what would help."""
    lines = [style.paint("Not checked:", Tone.BOLD)]
    for item in items:
        what = clean(subject_of(item))
        lines += paragraph(f"{what}: {clean(item.reason)}", style, first="  ? ", indent="    ")
        if item.hint:
            lines += paragraph(clean(item.hint), style, first="    hint: ", indent="          ", tone=Tone.HINT)
    return lines


def subject_of(item: NotChecked) -> str:
    """What could not be looked at: `every trigger`, `stream.calls.destinations`."""
    if item.whole_kind:
        return f"every {item.kind}"
    name = str(item.address) if item.address is not None else f"{item.kind} {item.id}"
    return f"{name}.{item.attribute}" if item.attribute else name


def change_notes(change: Change) -> Iterator[str]:
    """Why, and what else a reader should know, cleaned; what the explanation says already is not said again."""
    said = change.explanation
    if said:
        yield clean(said)
    if change.previous_address is not None and str(change.previous_address) not in said:
        yield f"moved from {clean(str(change.previous_address))}"
    if change.continues and (not change.id or change.id not in said):
        yield f"goes on with {clean(change.id or '')}, which an earlier apply left half made"
    elif change.id and change.action in (Action.DELETE, Action.ADOPT, Action.REPLACE, Action.RELEASE):
        yield f"id {clean(change.id)}"
    if change.temporary_name:
        yield f"is named {quote(change.temporary_name)} for a moment, so that names can be traded"
    if change.upgrades_marker and "marker" not in said:
        yield "its marker is written anew, in the form of this version"
    if change.action is Action.RELEASE and not said:
        yield "the object stays, only its marker goes"
    if change.action is Action.ADOPT and not change.differing:
        yield "matches already, only the marker is written"


def _attributes(change: Change, style: Style) -> Iterator[str]:
    if change.action is Action.CREATE:
        yield from _every("+", change.after or {}, style)
        yield from _protection(change, style)
        return
    if change.action is Action.DELETE:
        yield from _every("-", change.before or {}, style)
        return
    for attribute in change.attributes:
        yield from attribute_lines(attribute, style, reasons=change.action is not Action.ADOPT)
    named = {attribute.name for attribute in change.attributes}
    unchanged = len(set(change.after or {}) - named)
    if unchanged and (change.differing or change.action is Action.REPLACE):
        yield " " * (INDENT + 2) + style.paint(f"# {unchanged} unchanged", Tone.DIM)


def _every(mark: Mark, attributes: Mapping[str, Value], style: Style) -> Iterator[str]:
    """Every attribute of an object that comes or goes, its name first."""
    for name in sorted(attributes, key=lambda name: (name != "name", name)):
        yield from whole(mark, name, attributes[name], style, INDENT)


def _protection(change: Change, style: Style) -> Iterator[str]:
    for attribute in change.attributes:
        if attribute.name == PROTECTION:
            yield from attribute_lines(attribute, style, reasons=False)


def _attribute_notes(attribute: AttributeChange, *, reasons: bool) -> Iterator[str]:
    if attribute.reason is Reason.CONFLICT:
        yield "CONFLICT"
    elif reasons:
        yield "drift: changed outside gcsync" if attribute.reason is Reason.DRIFT else attribute.reason.value
    if attribute.forces_replacement:
        yield "forces replacement"
    if attribute.name == PROTECTION:
        yield "protects the object from deletion" if attribute.after is True else "lifts the protection from deletion"
