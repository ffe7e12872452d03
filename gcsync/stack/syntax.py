"""What is wrong with text that is no YAML, in words that name the cure."""

from __future__ import annotations

import re
from typing import Any

from gcsync.stack.marks import pack

NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no stack file may hold. NEL, LS and PS would end a line for YAML 1.1 and for no editor."""

_KNOWN = (
    ("undefined tag handle", "GC124", "a tag that nothing defines", "take the tag away; a stack file needs none"),
    ("tab character", "GC103", "a tab where YAML takes spaces only", "indent with spaces"),
    (
        "cannot start any token",
        "GC103",
        "a character that no value can begin with",
        "indent with spaces, not tabs; put text that begins with @, ` or % in quotes",
    ),
    (
        "mapping values are not allowed",
        "GC103",
        "a second `key:` where a value is expected",
        "put text with a colon and a space in quotes; check the indentation",
    ),
    ("could not find expected ':'", "GC103", "a key without its colon", "write `key: value`; check the quotes above"),
    ("unexpected end of stream", "GC103", "a quote is opened and never closed", "close the quote"),
    ("expected ',' or ']'", "GC103", "a list in brackets is not closed", "add the `]` or the comma that is missing"),
    ("expected ',' or '}'", "GC103", "a mapping in braces is not closed", "add the `}` or the comma that is missing"),
    (
        "did not find expected key",
        "GC103",
        "a key of this mapping is expected",
        "check the indentation of this line, and the quotes in it and above",
    ),
    (
        "did not find expected '-' indicator",
        "GC103",
        "an entry of this list is expected",
        "check the indentation of this line",
    ),
    (
        "did not find expected <document start>",
        "GC103",
        "something follows the end of the document",
        "check the indentation",
    ),
    ("unknown escape character", "GC103", "an escape that YAML does not know", "use single quotes, or write \\\\"),
    (
        "invalid Unicode character escape",
        "GC103",
        "half a character as an escape",
        "write the character itself, or \\\\U0001F4DE",
    ),
    ("incompatible YAML document", "GC103", "a YAML version that is not read", "take the %YAML line away"),
)
_IN_FLOW = ("expected ',' or ']'", "expected ',' or '}'")


def explain(error: Any, text: str) -> tuple[str, str, int, str]:
    """Code, message, mark and hint for what PyYAML raised while it read `text`."""
    if (found := NOT_TEXT.search(text)) is not None:
        return not_text(text, found)
    problem = str(getattr(error, "problem", "") or "this cannot be read")
    mark = _mark(error, problem)
    place = pack(*_inside(text, mark.line, mark.column)) if mark is not None else 0
    for needle, code, message, hint in _KNOWN:
        if needle in problem:
            if needle in _IN_FLOW and mark is not None:
                hint = _hint_in_flow(_line(text, mark.line)) or hint
            return code, f"not YAML: {message}" if code == "GC103" else message, place, hint
    return "GC103", f"not YAML: {problem}", place, "check the quotes and the indentation around this line"


def _hint_in_flow(line: str) -> str:
    """Braces inside text end it for YAML, where braces or brackets stand round it."""
    if "${" in line:
        return "inside braces and brackets, put an expression in quotes: '${var.x}'"
    if "{id}" in line:
        return "inside braces and brackets, put a topic with {id} in quotes: 'v2.users.{id}.presence'"
    return ""


def _mark(error: Any, problem: str) -> Any:
    """Where to look: where something was opened that is never closed, else where reading stopped."""
    stopped, opened = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    context = str(getattr(error, "context", "") or "")
    if opened is not None and (
        "unexpected end of stream" in problem
        or "could not find expected ':'" in problem
        or "scanning an a" in context
        or (any(needle in problem for needle in _IN_FLOW) and getattr(stopped, "line", -1) != opened.line)
    ):
        return opened
    return stopped or opened


def not_text(text: str, found: re.Match[str]) -> tuple[str, str, int, str]:
    before = re.split("\r\n|\r|\n", text[: found.start()])
    message = f"the character U+{ord(found[0]):04X} cannot stand in a stack file"
    hint = 'take it away, or write it as an escape in double quotes ("\\u2028")'
    return "GC102", message, pack(len(before) - 1, len(before[-1])), hint


def _line(text: str, number: int) -> str:
    lines = re.split("\r\n|\r|\n", text)
    return lines[number] if number < len(lines) else ""


def _inside(text: str, line: int, column: int) -> tuple[int, int]:
    """A place that exists: PyYAML reports the end of a file on a line behind the last."""
    lines = re.split("\r\n|\r|\n", text)
    while line > 0 and (line >= len(lines) or not lines[line].strip()):
        line -= 1
        column = len(lines[line]) if line < len(lines) else 0
    return line, column
