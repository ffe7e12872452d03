"""`gcsync topics` as text: a block per topic, so that long ids and permissions need no wide terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gcsync.model.topic import Topic
from gcsync.views.style import Style, Tone, clean, paragraph, plural


def render_topics(topics: Sequence[Topic], style: Style) -> str:
    """Every topic with what is known of it, and how many there are."""
    if not topics:
        return "No topics.\n"
    lines = [line for topic in topics for line in _topic(topic, style)]
    return "\n".join([*lines, "", f"{plural(len(topics), 'topic')}."]) + "\n"


def _topic(topic: Topic, style: Style) -> Iterator[str]:
    preview = f"  ({clean(topic.visibility)})" if topic.visibility and topic.visibility != "Public" else ""
    yield style.paint(clean(topic.id), Tone.BOLD) + preview
    for name, text in _facts(topic):
        yield from paragraph(f"{name}: {clean(text)}", style, first="    ", indent="      ")


def _facts(topic: Topic) -> Iterator[tuple[str, str]]:
    if topic.description:
        yield "description", topic.description
    yield "transports", _listed(topic.transports)
    if topic.triggers is not None:
        yield "triggers", "yes" if topic.triggers else "no"
    yield "permissions", _listed(topic.permissions)
    if topic.source:
        yield "source", topic.source


def _listed(names: tuple[str, ...] | None) -> str:
    return "not known" if names is None else ", ".join(names) or "none"
