"""What stands around the list of the HTML report, there without a script too: whom it is about, what is to be said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from gcsync.model.diagnostic import Diagnostic, Severity
from gcsync.model.plan import NotChecked, Plan
from gcsync.schema.graphing import graph_of_plans
from gcsync.views.graph_labels import summary_of
from gcsync.views.graph_svg import draw
from gcsync.views.graph_text import render_graph_text
from gcsync.views.html_items import Group
from gcsync.views.html_matrix import render_html_matrix
from gcsync.views.html_text import Html, element
from gcsync.views.style import Style, plural
from gcsync.views.text_change import subject
from gcsync.views.text_plan import short_client

DRAWN_RESOURCES: Final = 60
"""Resources that the report draws; more are no picture any more, and `gcsync graph --format svg` has them all."""

_NOTHING: Final = Html("")


def stacks_section(plans: Sequence[Plan], *, drift: bool) -> Html:
    """A card for each stack: its file, its organization, and whether apply would run its plan."""
    cards = [_card(plan, drift=drift) for plan in plans]
    return element("section", *cards, class_="stacks", aria_label="Stacks") if cards else _NOTHING


def diagnostics_section(title: str, found: Sequence[tuple[str, Sequence[Diagnostic]]]) -> Html:
    """Diagnostics by the owners of their plans, under a heading; of several, each says whose it is."""
    told = [_diagnostic(one, owner if len(found) > 1 else "") for owner, several in found for one in several]
    if not told:
        return _NOTHING
    bad = any(one.severity is Severity.ERROR for _, several in found for one in several)
    return element("section", element("h2", title), *told, class_="told bad" if bad else "told")


def not_checked_section(items: Sequence[NotChecked]) -> Html:
    """What could not be looked at, each with its reason."""
    if not items:
        return _NOTHING
    entries = [element("li", element("b", subject(item)), f": {item.reason}", *_hint(item.hint)) for item in items]
    return element("section", element("h2", "Not checked"), element("ul", *entries), class_="told")


def matrix_section(plans: Sequence[Plan]) -> Html:
    """A row for each resource and a column for each environment; nothing without several environments."""
    table = render_html_matrix(plans)
    return (
        element("section", Html(table), class_="matrix", tabindex="0", aria_label="Environments") if table else _NOTHING
    )


def left_out_section(plans: Sequence[Plan]) -> Html:
    """What `--target`, `--exclude` or `--no-delete` kept out."""
    entries = [element("li", str(address)) for plan in plans for address in plan.left_out]
    if not entries:
        return _NOTHING
    title = f"Left out by --target, --exclude or --no-delete: {len(entries)}"
    return element("details", element("summary", title), element("ul", *entries), class_="told")


def plain_table(items: Iterable[dict[str, Any]], groups: Sequence[Group], owners: Sequence[str]) -> Html:
    """Every item on a line, for a browser without scripts; what is hidden with a script is left out."""
    words = {group.id: group.word for group in groups if not group.hidden}
    rows = [
        element("tr", *(element("td", text) for text in _cells(item, words[item["group"]], owners)))
        for item in items
        if item["group"] in words
    ]
    head = element("tr", *(element("th", text, scope="col") for text in ("What", "Address", "Name", "Stack", "Why")))
    return element("table", element("thead", head), element("tbody", *rows), class_="plain") if rows else _NOTHING


def graph_section(plans: Sequence[Plan]) -> Html:
    """What flows where, drawn, and as text for those who do not see it."""
    graph = graph_of_plans(plans, limit=DRAWN_RESOURCES)
    if not graph.resources:
        return _NOTHING
    said = [element("p", f"{summary_of(graph)}.")]
    if graph.left_out:
        text = f"Only {plural(DRAWN_RESOURCES, 'resource')} are drawn, those that change first; all of them: "
        said.append(element("p", text, element("code", "gcsync graph --format svg")))
    picture = element("div", Html(draw(graph)), class_="picture", tabindex="0", role="region", aria_label="Drawing")
    tree = element("pre", render_graph_text(graph, Style(width=100)), tabindex="0")
    text = element("details", element("summary", "The same as text"), tree)
    return element("details", element("summary", element("h2", "What flows where")), *said, picture, text, id="graph")


def _card(plan: Plan, *, drift: bool) -> Html:
    target = plan.target
    name, identity = target.organization.name, target.organization.id
    organization = (f"{name} ({identity})" if identity else name) or "not read"
    facts = [
        ("Organization", organization),
        ("Region", target.region),
        ("Client", short_client(target.client)),
        ("API", "" if target.api_url.startswith("https://api.") else target.api_url),
        ("Environment", plan.environment or ""),
        ("File", plan.file),
    ]
    listed = [part for name, text in facts if text for part in (element("dt", name), element("dd", text))]
    status = [] if drift else [_status(plan)]
    return element("div", element("h2", plan.owner, *status), element("dl", *listed), class_="card")


def _status(plan: Plan) -> Html:
    if plan.failed:
        return element("span", "not read", class_="status bad")
    if plan.errored:
        return element("span", "has errors", class_="status bad")
    if plan.refusals:
        codes = ", ".join(dict.fromkeys(refusal.code for refusal in plan.refusals))
        return element("span", f"refused: {codes}", class_="status bad")
    return element("span", "can be applied" if plan.applyable else "nothing to apply", class_="status")


def _diagnostic(found: Diagnostic, owner: str) -> Html:
    where = [str(found.place) if found.place is not None else "", found.path]
    head = [
        element("b", f"{found.severity.value}[{found.code}]"),
        *([element("span", owner, class_="note")] if owner else []),
        *(element("code", text) for text in where if text),
    ]
    parts = [element("p", *_spaced(head)), element("p", found.message, class_="message")]
    if found.source_line is not None and found.source_line.strip():
        parts.append(element("pre", found.source_line.strip("\r\n"), tabindex="0"))
    return element("div", *parts, *_hint(found.hint), class_="diagnostic")


def _spaced(parts: Sequence[Html]) -> Iterator[str]:
    for number, part in enumerate(parts):
        yield from ([" "] if number else [])
        yield part


def _hint(hint: str) -> list[Html]:
    return [element("p", element("i", "hint: "), hint, class_="hint")] if hint else []


def _cells(item: dict[str, Any], word: str, owners: Sequence[str]) -> list[str]:
    names = ", ".join(attribute["name"] for attribute in item.get("attributes", ()) if "reason" in attribute)
    why = "; ".join([*item.get("notes", ()), *([names] if names else [])])
    return [word, item["address"], item.get("name", ""), owners[item["stack"]], why]
