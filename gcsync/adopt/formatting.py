"""The one layout of a stack file: what `gcsync fmt` writes.

Indents of two, lists indented below their key, one space where one is meant, at most one blank line. Keys, quotes,
comments, anchors and the order of everything stay: a review shows what somebody wrote. ruamel.yaml lays out the nodes;
what it does not touch (own-line comments, blank lines) is done on the lines between scalars.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from gcsync.stack.reader import read

_INDENT: Final = 2
_WIDEST: Final = 2**31 - 1
_PLACEHOLDER: Final = "gcsync-block-"
_LEAD: Final = re.compile(r" *(?:- +)*")
_COMMENT: Final = re.compile(r"[ \t]*#")


class CannotFormat(ValueError):
    """The file cannot be laid out without a change of what it says; the message says why, `line` (from 1) where."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


def formatted(text: str) -> str:
    """The text in its layout; the same text again for a text that has it. `text` is a stack file without errors.

    Raises CannotFormat where the result would not say the very same, comment for comment.
    """
    text = re.sub("\r\n?", "\n", text)
    if read(text).value is None:
        return text
    lifted, blocks = _lifted(text)
    found = _put_back(_tidy(lifted, _laid_out(lifted)), blocks)
    _check(text, found)
    return found


@dataclass(frozen=True, slots=True)
class _Block:
    """A block scalar: what follows its key (`>-  # why`), and its lines without their common indent."""

    head: str
    lines: tuple[str, ...]


def _lifted(text: str) -> tuple[str, dict[str, _Block]]:
    """The text with a name in the place of each block scalar: ruamel.yaml would not keep how they are folded."""
    lines = text.split("\n")
    blocks: dict[str, _Block] = {}
    for token in reversed([t for t in _scan(text) if getattr(t, "style", None) in ("|", ">")]):
        first, column = token.start_mark.line, token.start_mark.column
        head = lines[first][column:]
        if re.search(r"\d", head.partition("#")[0]):
            raise CannotFormat("a block of text says by a number how far it is indented", first + 1)
        end = _end_of_block(lines, first, token.end_mark.line, keep="+" in head.partition("#")[0])
        indent = min((_indent(line) for line in lines[first + 1 : end] if line.strip()), default=0)
        name = f"{_PLACEHOLDER}{len(blocks)}"
        blocks[name] = _Block(head.rstrip(), tuple(line[indent:].rstrip("\n") for line in lines[first + 1 : end]))
        lines[first : max(end, first + 1)] = [lines[first][:column] + name]
    return "\n".join(lines), blocks


def _end_of_block(lines: list[str], first: int, end: int, *, keep: bool) -> int:
    """The number of the line behind a block. Blank lines at its end belong to it only where it keeps them."""
    if keep:
        return end
    while end > first + 1 and not lines[end - 1].strip():
        end -= 1
    return end


def _put_back(text: str, blocks: Mapping[str, _Block]) -> str:
    found: list[str] = []
    for line in text.split("\n"):
        name = line.rpartition(" ")[2]
        if name not in blocks:
            found.append(line)
            continue
        lead = _LEAD.match(line)
        column = len(lead[0]) if lead is not None else 0
        indent = column if column + len(name) == len(line) else column + _INDENT
        found.append(line.removesuffix(name) + blocks[name].head)
        found += [" " * indent + inner if inner.strip() else inner for inner in blocks[name].lines]
    return "\n".join(found)


def _laid_out(text: str) -> str:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError
    from ruamel.yaml.serializer import Serializer

    class Named(Serializer):
        """Anchors keep their names."""

        def generate_anchor(self, node: Any) -> Any:
            return node.anchor or super().generate_anchor(node)

    yaml = YAML()
    yaml.Serializer = Named
    yaml.width = _WIDEST
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    yaml.indent(mapping=_INDENT, sequence=2 * _INDENT, offset=_INDENT)
    out = io.StringIO()
    try:
        with warnings.catch_warnings():
            # An anchor may be defined again.
            warnings.simplefilter("ignore")
            yaml.serialize(yaml.compose(text), out)
    except (YAMLError, AttributeError, RecursionError, NotImplementedError) as error:
        raise CannotFormat(f"its YAML has a form that cannot be laid out ({type(error).__name__})") from None
    return out.getvalue()


def _tidy(before: str, after: str) -> str:
    """`after` with its own-line comments at the indent of what they stand beside, and without surplus blank lines."""
    deeper = iter([column > indent for column, indent in _own_comments(before)])
    lines = after.split("\n")
    inside = _inside_scalars(after)
    indents = [_indent(line) if line.strip() and not _is_comment(line) else None for line in lines]
    kept: list[str] = []
    for number, line in enumerate(lines):
        if number in inside:
            kept.append(line)
        elif _is_comment(line):
            around = _beside(indents, number, before=next(deeper, False))
            kept.append(" " * around + line.strip())
        elif line.strip() or (kept and kept[-1].strip()):
            kept.append(line.rstrip())
    return "\n".join(kept).strip("\n") + "\n"


def _own_comments(text: str) -> Iterator[tuple[int, int]]:
    """Of each line that is a comment: its column, and the indent of the next line that says something."""
    lines = text.split("\n")
    inside = _inside_scalars(text)
    for number, line in enumerate(lines):
        if number not in inside and _is_comment(line):
            following = (one for one in lines[number + 1 :] if one.strip() and not _is_comment(one))
            yield _indent(line), _indent(next(following, ""))


def _beside(indents: list[int | None], number: int, *, before: bool) -> int:
    """The indent of the nearest line that says something, before or behind the line."""
    order = indents[number::-1] if before else indents[number:]
    return next((indent for indent in order if indent is not None), 0)


def _inside_scalars(text: str) -> frozenset[int]:
    """The numbers, from 0, of the lines that a scalar of several lines goes on in: nothing there is a comment."""
    found: set[int] = set()
    for token in _scan(text):
        if hasattr(token, "style") and token.end_mark.line > token.start_mark.line:
            last = token.end_mark.line - (1 if token.end_mark.column == 0 else 0)
            found.update(range(token.start_mark.line + 1, last + 1))
    return frozenset(found)


def _is_comment(line: str) -> bool:
    return _COMMENT.match(line) is not None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _check(before: str, after: str) -> None:
    """Raises CannotFormat unless both say the same, in values and in comments."""
    was, now = read(before), read(after)
    if not now.complete or now.problems or repr(was.value) != repr(now.value):
        raise CannotFormat("laid out, it would no longer say the same")
    if (lost := _first_other(list(_comments(before)), list(_comments(after)))) is not None:
        raise CannotFormat("a comment stands where it would be lost or moved", lost)
    if _tokens(before) != _tokens(after):
        raise CannotFormat("an anchor or a tag would not be kept")


def _first_other(before: list[tuple[int, str]], after: list[tuple[int, str]]) -> int | None:
    """The line (from 1) of the first comment that is not the same on the other side; None where all are."""
    for (line, was), (_, now) in zip_longest(before, after, fillvalue=(1, "")):
        if was != now:
            return line
    return None


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """Every comment with its line (from 1), in order: what the scanner passes over that begins with a `#`."""
    import yaml

    lines = text.split("\n")
    marks = [(0, 0)]
    spans = [
        ((t.start_mark.line, t.start_mark.column), (t.end_mark.line, t.end_mark.column))
        for t in yaml.scan(text, Loader=yaml.SafeLoader)
    ]
    for start, end in [*spans, ((len(lines), 0), (len(lines), 0))]:
        for line in range(marks[-1][0], min(start[0], len(lines) - 1) + 1):
            begin = marks[-1][1] if line == marks[-1][0] else 0
            stop = start[1] if line == start[0] else len(lines[line])
            between = lines[line][begin:stop].strip()
            if between.startswith("#"):
                yield line + 1, between
        marks.append(max(marks[-1], end))


def _tokens(text: str) -> list[str]:
    import yaml

    named = (yaml.AnchorToken, yaml.AliasToken, yaml.TagToken)
    return [f"{type(t).__name__} {t.value}" for t in _scan(text) if isinstance(t, named)]


def _scan(text: str) -> Iterator[Any]:
    """The tokens of YAML with their marks."""
    import yaml

    return iter(yaml.scan(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
