"""`${...}` in the values of resources.

    ${var.x}  ${file.relative/path}  ${env_name}  $${ for a literal ${

One that is the whole scalar keeps its type; inside text only strings, numbers and booleans. No functions and no
conditionals: deliberate.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Final

from gcsync.model.value import Path, Value
from gcsync.stack.source import UnreadableFile, read_text
from gcsync.stack.unknown import BROKEN, Unknown

MAX_FILE_BYTES: Final = 1024 * 1024

_TOKEN = re.compile(r"\$\$\{|\$\{(?P<inner>[^}]*)\}?")
_VARIABLE = re.compile(r"var\.(?P<name>[A-Za-z_][A-Za-z0-9_-]*)")
_REFERENCE = re.compile(r"[a-z][a-z0-9_]*\.[A-Za-z_][A-Za-z0-9_-]*(?:\[[^\]]*\])?\.[A-Za-z_].*")
_NAMES = ("var", "file", "each", "env_name")
_FORMS = "an expression is ${var.NAME}, ${file.PATH} or ${env_name}; $${ stands for a literal ${"


@dataclass(frozen=True, slots=True)
class Note:
    """What flowed into a value: the variables by name, and whether one of them is sensitive."""

    variables: tuple[str, ...]
    sensitive: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A variable as expressions see it."""

    value: Value
    sensitive: bool = False


class BadExpression(Exception):
    """What is wrong with an expression."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint


@dataclass(slots=True)
class Scope:
    """What expressions of a stack can name. `folder` is the stack's; files are read below it, each once."""

    variables: dict[str, Known]
    environment: str | None
    has_environments: bool
    folder: FilePath
    later_kinds: frozenset[str] = frozenset()
    files: dict[str, str | BadExpression] = field(default_factory=dict)

    def lookup(self, inner: str) -> tuple[Value, str | None, bool]:
        """The value of an expression, the variable that it names, and whether it is sensitive. Raises BadExpression."""
        inner = inner.strip()
        if inner == "env_name":
            return self._environment_name(), None, False
        if (match := _VARIABLE.fullmatch(inner)) is not None:
            known = self.variable(match["name"])
            return known.value, match["name"], known.sensitive
        if inner.startswith("file."):
            return self._file(inner.removeprefix("file.")), None, False
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


def nearest(name: str, names: Iterable[str]) -> str:
    """A hint that names the known name that was probably meant, or nothing."""
    known = sorted(names)
    folded = {other.casefold().replace("_", "").replace("-", ""): other for other in known}
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    best = folded.get(name.strip().casefold().replace("_", "").replace("-", "")) or (close[0] if close else None)
    return f'did you mean "{best}"?' if best else ""


def _unreadable(inner: str, later_kinds: frozenset[str]) -> BadExpression:
    shown = f"${{{inner[:60]}}}"
    head = inner.partition(".")[0]
    if head == "each":
        return BadExpression("GC209", f"{shown} has a meaning under `for_each` only", "for_each is not there yet")
    if not inner:
        return BadExpression("GC206", "an empty expression", _FORMS)
    if _REFERENCE.fullmatch(inner) and head in later_kinds:
        hint = "repeat the value, or take both from a variable"
        return BadExpression("GC120", f"{shown}: a later version of gcsync refers to other resources", hint)
    if "(" in inner or "?" in inner or "|" in inner:
        hint = "there are no functions and no conditionals; compute the value before gcsync and pass it with --var"
        return BadExpression("GC206", f"{shown} computes something", hint)
    if head in ("env", "environ", "secrets", "vars", "self", "local", "data") or re.fullmatch(r"[A-Z][A-Z0-9_]*", head):
        hint = f"declare a variable with `env: {inner.rpartition('.')[2][:40]}` and use ${{var.NAME}}"
        return BadExpression("GC206", f"{shown} is no expression of gcsync", hint)
    return BadExpression("GC206", f"{shown} is no expression of gcsync", nearest(head, _NAMES) or _FORMS)


def _read_below(folder: FilePath, name: str) -> str:
    """The text of a file below the folder, wherever links lead."""
    shown = f"${{file.{name[:80]}}}"
    try:
        root = folder.resolve()
        path = (root / name).resolve()
    except (OSError, ValueError, RuntimeError):
        raise BadExpression("GC208", f"{shown}: no usable path", "name a file below the stack's folder") from None
    if not name or not path.is_relative_to(root) or name.startswith(("/", "\\")):
        raise BadExpression("GC208", f"{shown} is outside the stack's folder", "name a file below the stack's folder")
    if path.exists() and not path.is_file():
        raise BadExpression("GC208", f"{shown} is no file", "name a file below the stack's folder")
    try:
        text = read_text(path, MAX_FILE_BYTES)
    except UnreadableFile as error:
        raise BadExpression("GC208", f"{shown}: {error.problem.message}", "the file holds UTF-8 text") from None
    if "\0" in text:
        raise BadExpression("GC208", f"{shown} is no text", "the file holds UTF-8 text")
    return text


@dataclass(slots=True)
class Resolved:
    """A value without expressions. `notes` are about the leaves that held one, `errors` about those that failed."""

    value: Value
    notes: dict[Path, Note]
    errors: list[tuple[Path, bool, BadExpression]]
    has_gaps: bool = False


def resolve(value: Value, scope: Scope) -> Resolved:
    """Replace every expression; parts without one are not copied."""
    resolver = _Resolver(scope)
    result = resolver.walk(value)
    return Resolved(result, resolver.notes, resolver.errors, resolver.has_gaps)


class _Resolver:
    """Walks a value, with the path to where it is."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.notes: dict[Path, Note] = {}
        self.errors: list[tuple[Path, bool, BadExpression]] = []
        self.has_gaps = False
        self.path: list[str | int] = []

    def walk(self, value: Value) -> Value:
        kind = type(value)
        if kind is dict:
            return self.inside(value, value.items(), dict)
        if kind is list:
            return self.inside(value, enumerate(value), list)
        if kind is str and "${" in value:
            return self.text(value)
        self.has_gaps = self.has_gaps or kind is Unknown
        return value

    def inside(self, given: Value, entries: Iterable[tuple[Any, Value]], copy: Callable[[Value], Value]) -> Value:
        changed: Value = None
        for key, inner in entries:
            kind = type(inner)
            if copy is dict and "${" in key:
                self.errors.append(((*self.path, key), True, _in_key(key)))
            if kind is dict or kind is list or kind is Unknown or (kind is str and "${" in inner):
                self.path.append(key)
                result = self.walk(inner)
                self.path.pop()
                if result is not inner or kind is str:
                    changed = copy(given) if changed is None else changed
                    changed[key] = result
        return given if changed is None else changed

    def text(self, leaf: str) -> Value:
        try:
            result, variables, sensitive = evaluate(leaf, self.scope)
        except BadExpression as error:
            self.errors.append((tuple(self.path), False, error))
            self.has_gaps = True
            return BROKEN
        self.has_gaps = self.has_gaps or isinstance(result, Unknown)
        if variables or sensitive:
            self.notes[tuple(self.path)] = Note(variables, sensitive)
        return result


def _in_key(key: str) -> BadExpression:
    return BadExpression("GC211", f'an expression cannot stand in a key: "{key[:60]}"', "write the key itself")


def evaluate(text: str, scope: Scope) -> tuple[Value, tuple[str, ...], bool]:
    """The value of text with expressions, the variables in it, and whether one is sensitive. Raises BadExpression."""
    whole = _TOKEN.fullmatch(text)
    if whole is not None and whole["inner"] is not None and text.endswith("}") and "${" not in whole["inner"]:
        value, name, sensitive = scope.lookup(whole["inner"])
        return value, (name,) if name else (), sensitive
    return _interpolate(text, scope)


def _interpolate(text: str, scope: Scope) -> tuple[Value, tuple[str, ...], bool]:
    parts: list[str] = []
    variables: list[str] = []
    sensitive, unknown, position = False, False, 0
    for match in _TOKEN.finditer(text):
        parts.append(text[position : match.start()])
        position = match.end()
        inner = match["inner"]
        if inner is None:
            parts.append("${")
            continue
        if not match[0].endswith("}"):
            raise BadExpression("GC206", "an expression that is not closed", "add the `}`; write $${ for a literal ${")
        if "${" in inner:
            raise BadExpression("GC206", "an expression inside an expression", _FORMS)
        value, name, hidden = scope.lookup(inner)
        variables += [name] if name else []
        sensitive |= hidden
        unknown |= isinstance(value, Unknown)
        parts.append("" if isinstance(value, Unknown) else _as_text(value, inner))
        _refuse_in_text(value, inner)
    result: Value = Unknown("string") if unknown else "".join(parts) + text[position:]
    return result, tuple(variables), sensitive


def _refuse_in_text(value: Value, inner: str) -> None:
    if isinstance(value, Unknown) and value.type in ("list", "object"):
        raise _not_in_text(inner, f"a {value.type}")


def _as_text(value: Value, inner: str) -> str:
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, list | dict):
        what = "nothing (null)" if value is None else "a list" if isinstance(value, list) else "an object"
        raise _not_in_text(inner, what)
    return json.dumps(value)


def _not_in_text(inner: str, what: str) -> BadExpression:
    hint = "inside text only strings, numbers and booleans can stand; let the expression be the whole value"
    return BadExpression("GC210", f"${{{inner.strip()[:60]}}} is {what}, and stands inside text", hint)


def expressions_in(value: Value, path: Path = ()) -> Iterable[tuple[Path, str]]:
    """The scalars and keys that hold an expression, for values in which none may stand."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if _holds(key):
                yield (*path, key), key
            yield from expressions_in(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from expressions_in(inner, (*path, index))
    elif isinstance(value, str) and _holds(value):
        yield path, value


def _holds(text: str) -> bool:
    return any(match["inner"] is not None for match in _TOKEN.finditer(text))


def unescape(value: Value) -> Value:
    """`$${` as `${`, in values in which no expression may stand."""
    change: Callable[[Value], Value] = unescape
    if isinstance(value, dict):
        return {key: change(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [change(inner) for inner in value]
    return value.replace("$${", "${") if isinstance(value, str) else value
