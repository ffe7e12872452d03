"""What an expression can name, and what is known of what it stands for.

${var.x}  ${file.relative/path}  ${env_name}  ${each.key}  ${each.value.a}  ${stream.calls.id}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Final

from gcsync.model.value import Path, Value
from gcsync.stack.nearest import nearest
from gcsync.stack.source import UnreadableFile, read_text
from gcsync.stack.unknown import BROKEN, Unknown

MAX_FILE_BYTES: Final = 1024 * 1024

FORMS: Final = (
    "an expression is ${var.NAME}, ${file.PATH}, ${env_name}, ${each.key}, ${each.value} or ${KIND.KEY.ATTRIBUTE}; "
    "$${ stands for a literal ${"
)
_VARIABLE = re.compile(r"var\.(?P<name>[A-Za-z_][A-Za-z0-9_-]*)")
_OURS_ALONE = frozenset({".git", ".gcsync"})
"""Folders that no stack reads: a pipeline leaves its token in the first."""
_WORD = re.compile(r"[A-Za-z_]{0,20}")
_NAMES = ("var", "file", "each", "env_name")
_OTHER_LANGUAGES = ("env", "environ", "secrets", "vars", "self", "local", "data")


@dataclass(frozen=True, slots=True)
class Note:
    """What flowed into a value: the variables by name, and whether it is sensitive.

    `inside` is the path of the value within that of the variable.
    """

    variables: tuple[str, ...] = ()
    sensitive: bool = False
    inside: Path = ()


Notes = Mapping[Path, Note]
"""By the path of the value that a note is about."""


def notes_at(notes: Notes, path: Path) -> dict[Path, Note]:
    """The notes about the value at the path and what is in it, by their path within it."""
    found: dict[Path, Note] = {}
    for at, note in notes.items():
        if at[: len(path)] == path:
            found[at[len(path) :]] = note
        elif path[: len(at)] == at:
            found[()] = Note(note.variables, note.sensitive, (*note.inside, *path[len(at) :]))
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """What an expression stands for, and what flowed into it."""

    value: Value
    notes: Notes = field(default_factory=dict)

    @property
    def sensitive(self) -> bool:
        return any(note.sensitive for note in self.notes.values())


@dataclass(frozen=True, slots=True)
class Known:
    """A variable as expressions see it."""

    value: Value
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Each:
    """One instance of a `for_each`; `key` is `Unknown` where it is not known which instances there are."""

    key: Value
    value: Value
    notes: Notes = field(default_factory=dict)


class BadExpression(Exception):
    """What is wrong with an expression."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint


def no_references(_: str) -> Found | None:
    """The `refer` of a scope in which nothing is declared."""
    return None


@dataclass(slots=True)
class Scope:
    """What expressions of a stack can name. `folder` is the stack's; files are read below it, each once.

    `refer` gives what another resource has, or None for what is no reference; `each` is the instance at hand.
    """

    variables: dict[str, Known]
    environment: str | None
    has_environments: bool
    folder: FilePath
    later_kinds: frozenset[str] = frozenset()
    files: dict[str, str | BadExpression] = field(default_factory=dict)
    each: Each | None = None
    refer: Callable[[str], Found | None] = no_references

    def lookup(self, inner: str) -> Found:
        """What an expression stands for. Raises BadExpression."""
        inner = inner.strip()
        if inner == "env_name":
            return Found(self._environment_name())
        if (match := _VARIABLE.fullmatch(inner)) is not None:
            known = self.variable(match["name"])
            return Found(known.value, {(): Note((match["name"],), known.sensitive)})
        if inner.startswith("file."):
            return Found(self._file(inner.removeprefix("file.")))
        head = inner.partition(".")[0]
        if head == "each":
            return self._each(inner)
        if head not in _NAMES and head not in _OTHER_LANGUAGES and head not in self.later_kinds:
            found = self.refer(inner)
            if found is not None:
                return found
        raise _unreadable(inner, self.later_kinds)

    def variable(self, name: str) -> Known:
        known = self.variables.get(name)
        if known is None:
            hint = nearest(name, self.variables) or "declare it under `variables:`"
            raise BadExpression("GC205", f'there is no variable "{name}"', hint)
        return known

    def _environment_name(self) -> Value:
        if not self.has_environments:
            hint = "declare `environments:`, or write the text itself"
            raise BadExpression("GC224", "${env_name} in a stack without environments", hint)
        return Unknown("string") if self.environment is None else self.environment

    def _file(self, name: str) -> str:
        if name not in self.files:
            try:
                self.files[name] = _read_below(self.folder, name)
            except BadExpression as error:
                self.files[name] = error
        text = self.files[name]
        if isinstance(text, BadExpression):
            raise text
        return text

    def _each(self, inner: str) -> Found:
        each, (_, *parts) = self.each, inner.split(".")
        if each is None:
            hint = "give the resource a `for_each`, or write the value out"
            raise BadExpression("GC209", f"{shown(inner)} has a meaning under `for_each` only", hint)
        if parts == ["key"]:
            return Found(each.key)
        if not parts or parts[0] != "value":
            raise BadExpression("GC206", f"{shown(inner)} is no expression of gcsync", "${each.key} or ${each.value}")
        return Found(_part(each, parts[1:], inner), notes_at(each.notes, tuple(parts[1:])))


def shown(inner: str) -> str:
    """The expression, less what has no form that gcsync knows: it may be the secret that should be there."""
    inner = inner.strip()
    return f"${{{inner[:60]}}}" if "." in inner or _WORD.fullmatch(inner) else "${...}"


def _part(each: Each, parts: list[str], inner: str) -> Value:
    value, where = each.value, "each.value"
    for part in parts:
        if isinstance(value, Unknown):
            return Unknown(withheld=True) if value.withheld else BROKEN
        of = f'of "{each.key}"' if isinstance(each.key, str) else "of an instance"
        if not isinstance(value, dict):
            raise BadExpression("GC230", f"{shown(inner)}: {where} {of} is no mapping", f"use ${{{where}}}")
        if part not in value:
            hint = nearest(part, value) or f"give it to each entry of `for_each`: `{part[:40]}: ...`"
            raise BadExpression("GC230", f'{shown(inner)}: {where} {of} has no "{part[:40]}"', hint)
        value, where = value[part], f"{where}.{part}"
    return value


def _unreadable(inner: str, later_kinds: frozenset[str]) -> BadExpression:
    head = inner.partition(".")[0]
    if not inner:
        return BadExpression("GC206", "an empty expression", FORMS)
    if head in later_kinds:
        hint = "repeat the value, or take both from a variable"
        return BadExpression("GC120", f"{shown(inner)}: a later version of gcsync has these resources", hint)
    if "(" in inner or "?" in inner or "|" in inner:
        hint = "there are no functions and no conditionals; compute the value before gcsync and pass it with --var"
        return BadExpression("GC206", f"{shown(inner)} computes something", hint)
    if head in _OTHER_LANGUAGES or re.fullmatch(r"[A-Z][A-Z0-9_]*", head):
        hint = f"declare a variable with `env: {inner.rpartition('.')[2][:40]}` and use ${{var.NAME}}"
        return BadExpression("GC206", f"{shown(inner)} is no expression of gcsync", hint)
    return BadExpression("GC206", f"{shown(inner)} is no expression of gcsync", nearest(head, _NAMES) or FORMS)


def _read_below(folder: FilePath, name: str) -> str:
    """The text of a file below the folder, wherever links lead."""
    what = f"${{file.{name[:80]}}}"
    try:
        root = folder.resolve()
        path = (root / name).resolve()
    except (OSError, ValueError, RuntimeError):
        raise BadExpression("GC208", f"{what}: no usable path", "name a file below the stack's folder") from None
    if not name or not path.is_relative_to(root) or name.startswith(("/", "\\")):
        raise BadExpression("GC208", f"{what} is outside the stack's folder", "name a file below the stack's folder")
    if not _OURS_ALONE.isdisjoint(path.relative_to(root).parts):
        raise BadExpression("GC208", f"{what} is kept by Git or by gcsync", "name a file of your own")
    if path.exists() and not path.is_file():
        raise BadExpression("GC208", f"{what} is no file", "name a file below the stack's folder")
    try:
        text = read_text(path, MAX_FILE_BYTES)
    except UnreadableFile as error:
        raise BadExpression("GC208", f"{what}: {error.problem.message}", "the file holds UTF-8 text") from None
    if "\0" in text:
        raise BadExpression("GC208", f"{what} is no text", "the file holds UTF-8 text")
    return text
