"""Variables: where their values come from, in the contract's order, and whether they are as declared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gcsync.model.value import SECRET_TEXT, Path, Value
from gcsync.stack.faults import describe
from gcsync.stack.marks import Marks, find
from gcsync.stack.nearest import nearest
from gcsync.stack.report import Report, Spot
from gcsync.stack.scope import Known
from gcsync.stack.source import Source
from gcsync.stack.unknown import BROKEN, Unknown

PREFIX: Final = "GCSYNC_VAR_"
_OWN_SECRETS: Final = re.compile(r"GENESYS_?CLOUD_.*(?:SECRET|TOKEN)|GCSYNC_FINGERPRINT_KEY", re.IGNORECASE)
"""Who may edit a stack could print these otherwise, by a plan that writes nothing."""

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "number": (int, float),
    "boolean": (bool,),
    "list": (list,),
    "object": (dict,),
}
_MEANT: Final = {
    "string": "text",
    "number": "a number",
    "boolean": "true or false",
    "list": "a list",
    "object": "a mapping",
}


@dataclass(frozen=True, slots=True)
class Declaration:
    """One entry of `variables:`. `type` is None where the declaration is wrong, and was reported."""

    name: str
    type: str | None = "string"
    pattern: re.Pattern[str] | None = None
    sensitive: bool = False
    env: str | None = None
    has_default: bool = False
    default: Value = None


@dataclass(frozen=True, slots=True)
class Given:
    """A value from somewhere. Where a file gave it, `source`, its value and marks tell the place of each part."""

    value: Value
    path: Path = ()
    source: Source | None = None
    marks: Marks = 0
    raw: Value = None

    def spot(self, path: Path = ()) -> Spot | None:
        return None if self.source is None else Spot(self.source, find(self.raw, self.marks, path))


@dataclass(frozen=True, slots=True)
class Outside:
    """What came from outside the stack: texts of --var by name, values of --var-file by name, the environment.

    `kept` are the values that a saved plan was made with, by stack and name; they stand in for what is not given anew.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Given] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)


@dataclass(slots=True)
class Variables:
    """The variables of one stack in one environment. `origins` holds those that `environments` gave.

    `outside` holds the values that no stack file gave, but for sensitive ones.
    """

    known: dict[str, Known] = field(default_factory=dict)
    origins: dict[str, Given] = field(default_factory=dict)
    outside: dict[str, Value] = field(default_factory=dict)
    missing: dict[str, tuple[str, Spot, Path, str]] = field(default_factory=dict)
    """What to say of a variable without a value, should something need it."""
    withheld: dict[str, bool] = field(default_factory=dict)
    """The sensitive variables that may go without a value, and do; and whether something needs it."""

    def report_missing(self, names: Iterable[str], report: Report) -> None:
        for name in names:
            if name in self.withheld:
                self.withheld[name] = True
            if name in self.missing:
                report.error("GC201", *self.missing.pop(name))


@dataclass(slots=True)
class Lookup:
    """Finds the value of each variable of a stack. `declared` is the file with the declarations."""

    stack: str
    outside: Outside
    environment: str | None
    given: Mapping[str, Given]
    declared: Source
    report: Report
    needs_values: bool
    unknown_secrets: bool = False

    def all(self, declarations: Mapping[str, Declaration], value: Value, marks: Marks) -> Variables:
        """`value` and `marks` are those of the section `variables:`."""
        found = Variables()
        for name, declaration in declarations.items():
            source = _Place(self.declared, value, marks, name)
            found.known[name] = Known(self._value(declaration, source, found), declaration.sensitive)
        return found

    def _value(self, declaration: Declaration, place: _Place, found: Variables) -> Value:
        name = declaration.name
        if declaration.type is None:
            return BROKEN
        for value in self._from_outside(declaration, place):
            if not declaration.sensitive:
                found.outside[name] = value
            return value
        if name in self.given:
            given = self.given[name]
            found.origins[name] = given
            where = f"environment {self.environment}"
            return self._checked(declaration, given.value, given.spot(), given.path, where)
        if declaration.has_default:
            return self._checked(declaration, declaration.default, place.of("default"), place.path("default"), "")
        return self._missing(declaration, place, found)

    def _from_outside(self, declaration: Declaration, place: _Place) -> Iterator[Value]:
        """What no stack file gives: the first that there is counts."""
        name, outside = declaration.name, self.outside
        if name in outside.texts:
            yield self._parsed(declaration, outside.texts[name], "--var", place)
        if name in outside.values:
            given = outside.values[name]
            yield self._checked(declaration, given.value, given.spot(), given.path, "--var-file")
        for origin, text in self._environment_texts(declaration):
            yield self._parsed(declaration, text, origin, place)
        kept = outside.kept.get(self.stack, {})
        if name in kept:
            yield self._checked(declaration, kept[name], place.of(), place.path(), "the saved plan")

    def _environment_texts(self, declaration: Declaration) -> list[tuple[str, str]]:
        environ = self.outside.environ
        names = [PREFIX + declaration.name, *([declaration.env] if declaration.env else [])]
        return [(name, environ[name]) for name in names if name in environ]

    def _parsed(self, declaration: Declaration, text: str, origin: str, place: _Place) -> Value:
        value: Value = text
        if declaration.type != "string":
            try:
                value = json.loads(text, parse_constant=_refuse_constant)
            except (ValueError, RecursionError):
                shown = SECRET_TEXT if declaration.sensitive else describe(text)
                wanted = _MEANT[declaration.type or "string"]
                message = f'the variable "{declaration.name}" must be {wanted} as JSON, got {shown} from {origin}'
                self.report.error(
                    "GC202", message, place.of(), place.path(), _JSON_HINTS.get(declaration.type or "", "")
                )
                return BROKEN
        return self._checked(declaration, value, place.of(), place.path(), origin)

    def _checked(self, declaration: Declaration, value: Value, spot: Spot | None, path: Path, origin: str) -> Value:
        kind = declaration.type or "string"
        source = f" from {origin}" if origin else ""
        shown = describe(value, hidden=declaration.sensitive)
        if type(value) not in _TYPES[kind]:
            message = f'the variable "{declaration.name}" must be {_MEANT[kind]}, got {shown}{source}'
            self.report.error("GC202", message, spot, path, _type_hint(kind, value))
            return BROKEN
        pattern = declaration.pattern
        if pattern is not None and isinstance(value, str) and pattern.search(value) is None:
            message = f'the variable "{declaration.name}" must match {pattern.pattern}, got {shown}{source}'
            self.report.error("GC202", message, spot, path, "mend the value, or the variable's `pattern`")
            return BROKEN
        return value

    def _missing(self, declaration: Declaration, place: _Place, found: Variables) -> Unknown:
        if self.unknown_secrets and declaration.sensitive:
            found.withheld[declaration.name] = False
            return Unknown(declaration.type, withheld=True)
        if self.needs_values:
            looked = ["--var", "--var-file", PREFIX + declaration.name]
            looked += [declaration.env] if declaration.env else []
            looked += [f"environments.{self.environment}.variables"] if self.environment else []
            message = f'the variable "{declaration.name}" has no value; looked at {", ".join(looked)} and its default'
            hint = f"set {declaration.env or PREFIX + declaration.name}, or give --var {declaration.name}=VALUE"
            found.missing[declaration.name] = (message, place.of(), place.path(), hint)
        return Unknown(declaration.type)


_JSON_HINTS = {
    "boolean": "write true or false",
    "number": "write a number such as 5 or 0.5",
    "list": 'write a list such as ["a", "b"]',
    "object": 'write a mapping such as {"a": "b"}',
}


def _refuse_constant(name: str) -> Value:
    raise ValueError(name)


def _type_hint(kind: str, value: Value) -> str:
    if kind == "string" and isinstance(value, bool | int | float):
        return "put it in quotes"
    if kind == "boolean" and isinstance(value, str):
        return "write true or false, without quotes"
    return "mend the value, or the variable's `type`"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a variable is declared."""

    source: Source
    value: Value
    marks: Marks
    name: str

    def of(self, *path: str) -> Spot:
        from gcsync.stack.marks import find_key

        if path:
            return Spot(self.source, find(self.value, self.marks, (self.name, *path)))
        return Spot(self.source, find_key(self.value, self.marks, (self.name,)))

    def path(self, *path: str) -> Path:
        return ("variables", self.name, *path)


def declarations(value: Any, raw: Any, report: Report, source: Source, marks: Marks) -> dict[str, Declaration]:
    """`value` holds the well-formed entries of the section; of the others in `raw` only the name is known.

    Where part of a declaration is wrong, it may have been meant to be sensitive, and counts as that.
    """
    found: dict[str, Declaration] = {}
    for name in raw if isinstance(raw, dict) else ():
        if not isinstance(value, dict) or not isinstance(value.get(name), dict):
            found[name] = Declaration(name, type=None)
            continue
        entry = value[name]
        kind = entry.get("type", "string") if "type" in entry or "type" not in raw[name] else None
        pattern = None
        if "pattern" in entry:
            spot = Spot(source, find(raw, marks, (name, "pattern")))
            pattern = _compiled(entry["pattern"], name, report, spot)
        env = entry.get("env")
        if env is not None and _OWN_SECRETS.fullmatch(env):
            spot = Spot(source, find(raw, marks, (name, "env")))
            message = f"{env} is a credential of gcsync itself, and no value for a stack"
            report.error("GC609", message, spot, ("variables", name, "env"), "give the variable a value of its own")
            env = None
        has_default = "default" in entry
        hidden = bool(entry.get("sensitive")) or entry.keys() != raw[name].keys()
        found[name] = Declaration(name, kind, pattern, hidden, env, has_default, entry.get("default"))
    return found


def _compiled(pattern: str, name: str, report: Report, spot: Spot) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        message = f"must be a regular expression: {error}"
        report.error("GC104", message, spot, ("variables", name, "pattern"), "check the brackets and the backslashes")
        return None


def parse_texts(texts: tuple[str, ...], report: Report) -> dict[str, str]:
    """`--var NAME=VALUE`, the last of a name wins. What is malformed may be a secret, and is not shown."""
    found: dict[str, str] = {}
    for number, text in enumerate(texts, start=1):
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            which = "--var" if len(texts) == 1 else f"--var number {number}"
            report.error("GC203", f"{which} is not NAME=VALUE", hint="write --var name=value")
            continue
        found[name.strip()] = value
    return found


def refuse_undeclared(outside: Outside, declared: frozenset[str], report: Report) -> None:
    """`--var` and `--var-file` may only name what some stack declares."""
    for name in outside.texts:
        if name not in declared:
            hint = nearest(name, declared) or "declare it under `variables:`"
            report.error("GC203", f'--var names "{name[:60]}", which no stack declares', hint=hint)
    for name, given in outside.values.items():
        if name not in declared and given.source is not None:
            from gcsync.stack.marks import find_key

            spot = Spot(given.source, find_key(given.source.document.value, given.source.document.marks, (name,)))
            hint = nearest(name, declared) or "declare it under `variables:`"
            report.error("GC204", f'no stack declares the variable "{name[:60]}"', spot, (name,), hint)
