"""A value as text of a stack file, in the style of what stood there: quotes, block scalars, braces."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from gcsync.adopt.nodes import BLOCK_STYLES, Node
from gcsync.adopt.writing import is_plain, plain, to_yaml, visible
from gcsync.model.value import Value
from gcsync.stack.json_reader import read_json
from gcsync.stack.reader import read

_HEADER = re.compile(r"[|>](?P<indent>[1-9]?)[+-]?(?P=indent)?(?P<rest>[^\r\n]*)")
_ALIKE: Final = re.compile(r"[\w/.*-][^\n]*")
_NUMBER_LIKE: Final = re.compile(r"[-+.\d][\d_.,:eExXoO+-]*")
_WORDS: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n", "~"})
_REST = re.compile(r"[^\r\n]*")
_INDENT: Final = 2
_NARROWEST: Final = 40


def same_value(one: Value, other: Value) -> bool:
    """Whether two plain values are the same: 1, 1.0 and true are three; the order of keys means nothing."""
    return json.dumps(one, sort_keys=True, default=repr) == json.dumps(other, sort_keys=True, default=repr)


def spell(value: Value, like: Node, text: str, *, is_json: bool) -> str | None:
    """The value as it may stand in the place of the scalar `like` of the text; None where there is no way."""
    if is_json:
        return json.dumps(value, ensure_ascii=False)
    for candidate in _candidates(value, like, text):
        if _reads_as(candidate, value, flow=like.flow):
            return f" {candidate}" if like.is_unwritten and text[like.start - 1 : like.start] == ":" else candidate
    return None


def spell_in_flow(value: Value, *, is_json: bool) -> str:
    """The value in braces and brackets."""
    if is_json:
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        inner = (
            f"{spell_in_flow(key, is_json=False)}: {spell_in_flow(item, is_json=False)}" for key, item in value.items()
        )
        return f"{{{', '.join(inner)}}}"
    if isinstance(value, list):
        return f"[{', '.join(spell_in_flow(item, is_json=False) for item in value)}]"
    if not isinstance(value, str):
        return json.dumps(value)
    return next((found for found in _quoted(value, "") if _reads_as(found, value, flow=True)), json.dumps(value))


def block_lines(value: Value) -> list[str]:
    """A mapping, or a list, as lines of a block without any indentation of its own."""
    if isinstance(value, list):
        return [line[_INDENT:] for line in to_yaml({"x": plain(value)}).split("\n")[1:-1]]
    return to_yaml(plain(value)).split("\n")[:-1]


def _candidates(value: Value, like: Node, text: str) -> Iterator[str]:
    """The ways to write it, the one that is most like what stands there first."""
    if not isinstance(value, str):
        yield spell_in_flow(value, is_json=False)
        return
    if like.style in BLOCK_STYLES or ("\n" in value and not like.flow and _ends_its_line(like, text)):
        yield from _blocks(value, like, text)
    yield from _quoted(value, like.style)


def _ends_its_line(like: Node, text: str) -> bool:
    match = _REST.match(text, like.end)
    return match is not None and not match[0].strip()


def _quoted(value: str, style: str) -> Iterator[str]:
    one_line = "\n" not in value and value.isprintable()
    may_be_plain = is_plain(value) or (_ALIKE.fullmatch(value) is not None and not _looks_otherwise(value))
    if style == "" and one_line and may_be_plain:
        yield value
    if style != '"' and one_line:
        yield "'" + value.replace("'", "''") + "'"
    yield "".join(map(visible, json.dumps(value, ensure_ascii=False)))


def _looks_otherwise(value: str) -> bool:
    return value.lower() in _WORDS or _NUMBER_LIKE.fullmatch(value) is not None or value != value.strip()


def _blocks(value: str, like: Node, text: str) -> Iterator[str]:
    """As a block scalar: the sign and the comment behind it stay, and so does the indentation."""
    if not value.strip() or not value.replace("\n", "").isprintable():
        return
    first, *lines = re.split(r"\r\n|\r|\n", text[like.start : like.end]) if like.style in BLOCK_STYLES else [""]
    match = _HEADER.fullmatch(first)
    rest = match["rest"] if match is not None else ""
    newline = "\r\n" if "\r\n" in text else "\n"
    beginning = text.rfind("\n", 0, like.start) + 1
    own = re.match(r"[ -]*", text[beginning:])
    fallback = (len(own[0]) if own is not None else 0) + _INDENT
    indent = next((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), fallback)
    body = value.removesuffix("\n")
    chomping = "" if value.endswith("\n") else "-"
    if like.style == ">":
        width = max(max((len(line) for line in lines), default=0) - indent, _NARROWEST)
        yield _block(">", chomping, rest, _folded(body, width), indent, newline)
    yield _block("|", chomping, rest, body.split("\n"), indent, newline)


def _block(sign: str, chomping: str, rest: str, lines: list[str], indent: int, newline: str) -> str:
    return newline.join([f"{sign}{chomping}{rest}", *(f"{' ' * indent}{line}" if line else "" for line in lines)])


def _folded(text: str, width: int) -> list[str]:
    """Lines that fold to the text: an empty one for each line end, and breaks at single spaces only."""
    lines: list[str] = []
    for number, paragraph in enumerate(text.split("\n")):
        if number:
            lines.append("")
        current = ""
        for word in re.split(r"(?<=\S) (?=\S)", paragraph):
            if current and len(current) + 1 + len(word) > width:
                lines.append(current)
                current = word
            else:
                current = f"{current} {word}" if current else word
        lines.append(current)
    return lines


def _reads_as(candidate: str, value: Value, *, flow: bool) -> bool:
    document = read(f"[{candidate}, x]" if flow else f"k: {candidate}\n")
    if document.problems or not document.complete:
        return False
    found = document.value
    return same_value(found, [value, "x"] if flow else {"k": value})


def reads(text: str, value: Value, *, is_json: bool) -> bool:
    """Whether the whole text of a file says exactly that."""
    document = read_json(text) if is_json else read(text)
    return document.complete and not document.problems and same_value(document.value, value)
