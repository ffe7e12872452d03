"""However a stack file is written: what was accepted differs no more, and every other line and comment is as it was."""

from __future__ import annotations

import itertools
import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adopt.accepting import Scene

TEXTS = st.one_of(
    st.sampled_from(
        ["one", "two words", "yes", "12", "it's", "a: b", "a #b", "${x}", "#", "-", "[x", "ü ☎", '"q"', "@"]
    ),
    st.text("ab :#'\"-{}[],&*!|>%@`$\\\n", min_size=1, max_size=12),
)
PROSE = TEXTS.map(str.strip).filter(bool)
TYPES = st.lists(st.sampled_from(["x", "y:z", "*a", "yes", "v2.{id}.b", "w"]), unique=True, max_size=5)
HOSTS = st.sampled_from(["one", "two", "three", "four"])
DESTINATIONS = st.lists(HOSTS, min_size=1, max_size=4)
ACTUAL = st.fixed_dictionaries(
    {},
    optional={
        "enabled": st.booleans(),
        "description": st.none() | PROSE,
        "event_types": st.none() | TYPES.filter(bool),
        "destinations": DESTINATIONS.map(lambda hosts: [destination(host) for host in hosts]),
    },
)


def destination(host: str) -> dict[str, str]:
    return {"protocol": "https", "url": f"https://{host}.example.com"}


@dataclass
class Written:
    """Lines of a file, each with the stream and the attribute that it belongs to; None for what is nobody's."""

    lines: list[tuple[str, tuple[str, str] | None]] = field(default_factory=list)
    comments: list[tuple[str, tuple[str, str] | None]] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def comment(self, owner: tuple[str, str] | None = None) -> str:
        """A comment that is like no other. The owner is whose removal takes it away."""
        text = f"# {next(self.numbers):03}"
        self.comments.append((text, owner))
        return text

    def kept(self, changed: set[tuple[str, str]]) -> list[str]:
        return [line for line, owner in self.lines if owner not in changed]


def quoted(draw: st.DrawFn, text: str, *, plain: bool = True) -> str:
    simple = text.replace(" ", "").isalpha() and text.isascii() and text.lower() not in ("y", "yes")
    styles = ["single", "double"] if "\n" not in text else ["double"]
    style = draw(st.sampled_from(["plain", *styles] if simple and plain else styles))
    text = text.replace("${", "$${")
    return {"plain": text, "single": "'" + text.replace("'", "''") + "'"}.get(style, json.dumps(text))


@st.composite
def files(draw: st.DrawFn) -> Written:
    """One to three streams, each attribute in any order, any style, with comments around."""
    written = Written()
    indent = draw(st.sampled_from([1, 2, 4]))
    put = written.lines.append
    for line in ("# head", "version: 1", "stack:   team  # odd", ""):
        put((line, None))
    put(("streams:", None))
    for key in ("a", "b", "c")[: draw(st.integers(1, 3))]:
        put((f"{' ' * indent}{key}:  {written.comment()}", None))
        names = draw(st.permutations(["enabled", "description", "event_types", "destinations"]))
        for name in names:
            if name != "destinations" and draw(st.integers(0, 3)) == 0:
                continue
            if draw(st.booleans()):
                put((f"{' ' * 2 * indent}{written.comment()}", None))
            owner = (key, name)
            lines = draw(attribute(name, written, owner))
            for line in lines:
                put((f"{' ' * 2 * indent}{line}" if line else "", owner))
        if draw(st.booleans()):
            put(("", None))
    return written


@st.composite
def attribute(draw: st.DrawFn, name: str, written: Written, owner: tuple[str, str]) -> list[str]:
    behind = f"  {written.comment(owner)}" if draw(st.booleans()) else ""
    if name == "enabled":
        return [f"enabled: {draw(st.sampled_from(['true', 'True', 'false']))}{behind}"]
    if name == "description":
        if draw(st.integers(0, 2)) == 0:
            sign = draw(st.sampled_from(["|", "|-", ">", ">-"]))
            return [
                f"description: {sign}{behind}",
                "   some lines",
                "   of text",
                *([""] if draw(st.booleans()) else []),
            ]
        return [f"description: {quoted(draw, draw(PROSE))}{behind}"]
    if name == "event_types":
        items = [quoted(draw, item) for item in draw(TYPES.filter(bool))]
    else:
        items = [
            draw(st.sampled_from(["{protocol: https, url: '%s'}", '{ "protocol": https, url: "%s", }']))
            % destination(host)["url"]
            for host in draw(DESTINATIONS)
        ]
    return [*draw(listed(name, items, behind, written))]


@st.composite
def listed(draw: st.DrawFn, name: str, items: list[str], behind: str, written: Written) -> list[str]:
    style = draw(st.sampled_from(["flow", "lines", "block", "flush"]))
    if style == "flow":
        return [f"{name}: [{', '.join(items)}{draw(st.sampled_from(['', ',', ' ']))}]{behind}"]
    if style == "lines":
        last = draw(st.sampled_from(["", ","]))
        return [f"{name}: [{behind}", *(f"  {item}," for item in items[:-1]), f"  {items[-1]}{last}", "]"]
    margin = "" if style == "flush" else "  "
    if name == "destinations" and draw(st.booleans()):
        pairs = [item.strip("{ }").split(",")[:2] for item in items]
        entries = [[f"- {one.strip().replace(chr(34), '')}", f"  {two.strip()}"] for one, two in pairs]
    else:
        entries = [[f"-  {item}"] for item in items]
    lines = [f"{name}:{behind}"]
    for entry in entries:
        for number, line in enumerate(entry):
            # A comment on a line of its own stays, whatever becomes of that in which it stands.
            lines += [f"{margin}{'  ' * number}{written.comment()}"] if draw(st.booleans()) else []
            lines.append(f"{margin}{line}")
    return lines


def is_part_of(lines: list[str], others: list[str]) -> bool:
    """Whether all lines are among the others, in their order."""
    rest = iter(others)
    return all(line in rest for line in lines)


def check(written: Written, actual: list[dict[str, Any]], newline: str, ended: bool) -> None:
    text = newline.join(line for line, _ in written.lines) + newline * ended
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder), {"stack.yaml": text})
        for remote, attributes in zip(tuple(scene.organization.objects.values()), actual, strict=False):
            scene.edit(remote.name, **attributes)
        before = {(c.address.key, a.name) for c in scene.plan().changes for a in c.differing}
        found = scene.accept()
        assert (found.codes, found.differing()) == ([], set())
        new = found.text()
    lines = new.split(newline)
    assert is_part_of([line for line in written.kept(before) if line], lines)
    gone = {(key, name) for key, name in before if actual["abc".index(key)].get(name, ()) is None}
    assert [comment for comment, owner in written.comments if owner not in gone and comment not in new] == []
    assert newline == "\n" or "\n" not in new.replace("\r\n", "")


GIVEN = (files(), st.lists(ACTUAL, min_size=3, max_size=3), st.sampled_from(["\n", "\r\n"]), st.booleans())


@given(*GIVEN)
@settings(max_examples=25, deadline=None)
def test_whatever_the_style(written: Written, actual: list[dict[str, Any]], newline: str, ended: bool) -> None:
    check(written, actual, newline, ended)


@pytest.mark.full
@given(*GIVEN)
@settings(max_examples=1000, deadline=None)
def test_whatever_the_style_many_times(
    written: Written, actual: list[dict[str, Any]], newline: str, ended: bool
) -> None:
    check(written, actual, newline, ended)
