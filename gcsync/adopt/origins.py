"""Where a value comes from that is not written in the resource itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gcsync.model.diagnostic import Place
from gcsync.model.resource import Stack
from gcsync.model.value import Value
from gcsync.stack.declared import Declared
from gcsync.stack.marks import child, own, to_place
from gcsync.stack.source import Source

_EXPRESSION = re.compile(r"\$\$\{|\$\{\s*(?P<inner>[^}]*?)\s*\}")


def expression_in(value: Value) -> str | None:
    """The first expression of a text: `var.endpoint`."""
    if not isinstance(value, str):
        return None
    return next((match["inner"] for match in _EXPRESSION.finditer(value) if match["inner"] is not None), None)


@dataclass(frozen=True, slots=True)
class Origin:
    """`place` is where the value is to be changed, None where no file gives it; `said` and `hint` tell of it."""

    said: str
    hint: str
    place: Place | None = None


def origin_of(inner: str, stack: Stack, main: Source, entry: Declared) -> Origin:
    """What an expression of a declaration stands for, in words; `main` is the stack's own file."""
    kind, _, rest = inner.partition(".")
    shown = f"${{{inner[:60]}}}"
    if kind == "var":
        return _variable(rest, shown, stack, main)
    if kind == "each":
        hint = "change it there, for that instance"
        return Origin(f"it comes from {shown}, of `for_each`", hint, entry(("for_each",)))
    if kind == "file":
        return Origin(f"it is the text of a file: {shown}", "change that file")
    if kind == "env_name":
        return Origin(f"it holds the environment's name: {shown}", "write the value out")
    return Origin(f"it is taken from another resource: {shown}", "change it there, or write the value out")


def _variable(name: str, shown: str, stack: Stack, main: Source) -> Origin:
    said = f"it comes from {shown}"
    hint = "change the variable there, and with it everything that uses it; or write the value out"
    if name in stack.variables:
        given = f"--var, --var-file, GCSYNC_VAR_{name} or the variable's own `env:`"
        return Origin(f"{said}, given from outside", f"change what {given} gives", _place(main, "variables", name))
    places = (
        ("environments", stack.environment or "", "variables", name),
        ("variables", name, "default"),
        ("variables", name),
    )
    for path in places:
        if (place := _place(main, *path)) is not None:
            return Origin(said, hint, place)
    return Origin(said, hint)


def _place(source: Source, *path: str) -> Place | None:
    value, marks = source.document.value, source.document.marks
    for part in path:
        inner = child(value, marks, part)
        if inner is None:
            return None
        _, value, marks = inner
    return to_place(source.name, own(marks))


def environments_of(main: Source) -> tuple[str, ...]:
    """The names of the environments that a stack file declares."""
    value = main.document.value
    found = value.get("environments") if isinstance(value, dict) else None
    return tuple(found) if isinstance(found, dict) else ()
