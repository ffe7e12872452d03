"""YAML for stack files, by ruamel.yaml's emitter: comments, block scalars, and quotes where they are needed.

The stack language takes true, false, null, integers and decimals alone for something else than text, fewer than any
version of YAML: what is text for YAML 1.2 is text for it. What looks like a number or a yes is quoted for people.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from gcsync.model.value import Value

_INDENT: Final = 2
_WIDEST: Final = 2**31 - 1
_PLAIN = re.compile(r"[A-Za-z_/][^\n]*")
_CONSTANTS: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_UNUSUAL = re.compile("[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_BLOCK = re.compile(r"(?:[^\s](?:[^\n]*[^\s])?\n+(?:[^\n]*[^\s]\n+)*[^\n]*[^\s]\n?|[^\s](?:[^\n]*[^\s])?\n)")


def to_yaml(document: Mapping[str, Any]) -> str:
    """The document, in which mappings may carry comments (`commented`)."""
    buffer = io.StringIO()
    _emitter().dump(document, buffer)
    # Only texts in double quotes have such characters. The emitter leaves those that YAML allows as they are; what
    # turns the direction of text round, or cannot be seen, would show another file than is written.
    return "".join(map(visible, buffer.getvalue()))


def visible(character: str) -> str:
    """A character of a text in double quotes; its escape where it could not be seen."""
    if character.isprintable() or character == "\n":
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def commented(
    entries: Mapping[str, Any], comments: Mapping[str, Iterable[str]], depth: int = 0, start: Iterable[str] = ()
) -> Any:
    """A mapping whose keys have lines of comment above them; `depth` is how deep it stands."""
    from ruamel.yaml.comments import CommentedMap

    found: Any = CommentedMap()
    for key, value in entries.items():
        found[styled(key)] = value
        lines = [one_line(line) for line in comments.get(key, ()) if line]
        if lines:
            found.yaml_set_comment_before_after_key(key, before="\n".join(lines), indent=depth * _INDENT)
    head = [one_line(line) for line in start if line]
    if head:
        found.yaml_set_start_comment("\n".join(head))
    return found


def plain(value: Value) -> Any:
    """A value with every text in it as it has to be written."""
    if isinstance(value, Mapping):
        return {styled(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return styled(value) if isinstance(value, str) else value


def styled(text: str) -> Any:
    """The text in the style that keeps it: a block for lines, quotes for what might be taken for something else."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString, SingleQuotedScalarString

    if _UNUSUAL.search(text) is not None or not text.replace("\n", "").isprintable():
        return DoubleQuotedScalarString(text)
    if "\n" in text:
        return LiteralScalarString(text) if _BLOCK.fullmatch(text) else DoubleQuotedScalarString(text)
    return text if is_plain(text) else SingleQuotedScalarString(text)


def is_plain(text: str) -> bool:
    """Whether people take a line for text without quotes."""
    return _PLAIN.fullmatch(text) is not None and text.lower() not in _CONSTANTS and text == text.strip()


def one_line(text: str) -> str:
    """A text for a comment: nothing in it ends the line, moves the cursor or hides."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


def _emitter() -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.representer import RoundTripRepresenter

    class Representer(RoundTripRepresenter):
        """No aliases, and a null that can be seen."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

        def represent_null(self, data: Any) -> Any:
            return self.represent_scalar("tag:yaml.org,2002:null", "null")

    Representer.add_representer(type(None), Representer.represent_null)
    emitter = YAML()
    emitter.Representer = Representer
    emitter.width = _WIDEST
    emitter.indent(mapping=_INDENT, sequence=2 * _INDENT, offset=_INDENT)
    return emitter
