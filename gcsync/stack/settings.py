"""Everything in a stack file but its resources: checked, and as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from gcsync.model.address import KEY_PATTERN
from gcsync.model.resource import Safety
from gcsync.model.value import Path, Value
from gcsync.schema.compose import kind_names, kind_schema, settings_schema
from gcsync.stack.check import Checker
from gcsync.stack.discover import sections
from gcsync.stack.expressions import expressions_in, unescape
from gcsync.stack.faults import Fault, describe
from gcsync.stack.marks import find, find_key
from gcsync.stack.nearest import nearest
from gcsync.stack.report import Report, Spot
from gcsync.stack.source import Source
from gcsync.stack.unknown import Unknown
from gcsync.stack.variables import Declaration, Given, declarations

VERSION: Final = 1

_ONLY_IN_PARTS = ("version",)
_FREE_TEXT = ("description", "pattern")


@dataclass(slots=True)
class Settings:
    """The settings of a stack. `value` holds those that are well-formed, as they were written."""

    source: Source
    value: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Declaration] = field(default_factory=dict)
    environments: tuple[str, ...] = ()
    has_environments: bool = False

    @property
    def name(self) -> str:
        return str(self.value.get("stack", ""))

    def safety(self) -> Safety:
        return Safety(**self.value.get("safety", {}))

    def genesys(self, environment: str | None) -> dict[str, str]:
        return {**self.value.get("genesys", {}), **self.environment(environment).get("genesys", {})}

    def lock(self, environment: str | None) -> str | None:
        found: str | None = self.environment(environment).get("lock", self.value.get("lock"))
        return found

    def environment(self, name: str | None) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.value.get("environments", {}).get(name, {})
        return found

    def given(self, environment: str | None) -> dict[str, Given]:
        """The values of variables that an environment gives."""
        path = ("environments", environment or "", "variables")
        found: dict[str, Given] = {}
        root, marks = self.source.document.value, self.source.document.marks
        for name, value in self.environment(environment).get("variables", {}).items():
            inner, inner_marks = _descend(root, marks, (*path, name))
            found[name] = Given(unescape(value), (*path, name), self.source, inner_marks, inner)
        return found

    def section(self, name: str) -> tuple[Value, Any]:
        return _descend(self.source.document.value, self.source.document.marks, (name,))

    def spot(self, *path: str | int, key: bool = False) -> Spot:
        document = self.source.document
        return Spot(self.source, (find_key if key else find)(document.value, document.marks, path))


def _descend(value: Value, marks: Any, path: tuple[Any, ...]) -> tuple[Value, Any]:
    from gcsync.stack.marks import child

    for part in path:
        inner = child(value, marks, part)
        if inner is None:
            return None, marks
        _, value, marks = inner
    return value, marks


@cache
def _checker() -> Checker:
    return Checker(settings_schema())


def read_settings(source: Source, report: Report) -> Settings | None:
    """The settings of a stack file; None where nothing in it can be relied on. Reports everything that is wrong."""
    value = source.document.value
    if not _is_readable(source, report):
        return None
    known = sections()
    raw = {key: inner for key, inner in value.items() if key not in known and not key.startswith("x-")}
    faults = _misplaced_expressions(raw) + [Fault("", "", path) for path in _broken(raw)]
    reported = {fault.path for fault in faults}
    faults += [fault for fault in _checker().faults(_without(raw, faults)) if not _covered(fault, reported)]
    faults += _misplaced_patterns(raw)
    for fault in (fault for fault in faults if fault.code):
        report_fault(source, _kindly(fault, value), report)
    clean = _without(raw, faults)
    declared = declarations(clean.get("variables"), raw.get("variables"), report, source, _marks(source, "variables"))
    names = raw.get("environments")
    settings = Settings(source, clean, _unescaped(declared))
    settings.environments = tuple(clean.get("environments", {}))
    settings.has_environments = isinstance(names, dict)
    _undeclared_values(settings, report)
    return settings


def _is_readable(source: Source, report: Report) -> bool:
    value = source.document.value
    if value is None:
        report.error("GC116", "the file is empty: no `version`", Spot(source, 0), hint="begin with `version: 1`")
        return False
    if isinstance(value, Unknown):
        return False
    if not isinstance(value, dict):
        message = f"a stack file is a mapping, got {describe(value, hidden=True)}"
        spot = Spot(source, find(value, source.document.marks, ()))
        report.error("GC105", message, spot, hint="begin with `version: 1` and `stack: NAME`")
        return False
    return check_version(source, report, required=True)


def check_version(source: Source, report: Report, *, required: bool) -> bool:
    """Whether the rest of the file can be relied on: it cannot when a later gcsync wrote it."""
    value, marks = source.document.value, source.document.marks
    version, spot, path = value.get("version"), Spot(source, find(value, marks, ("version",))), ("version",)
    if "version" not in value:
        if required:
            report.error("GC116", "`version` is missing", Spot(source, 0), hint="add `version: 1`")
    elif isinstance(version, Unknown) or (isinstance(version, str) and "${" in version):
        return True
    elif type(version) is not int or version < 1:
        message = f"`version` must be {VERSION}, got {describe(version)}"
        report.error("GC116", message, spot, path, "write `version: 1`, a number without quotes")
    elif version > VERSION:
        message = f"`version: {version}` is of a later gcsync; this one reads up to {VERSION}"
        report.error("GC116", message, spot, path, "upgrade gcsync: pip install --upgrade gcsync")
        return False
    return True


def _misplaced_expressions(raw: Mapping[str, Any]) -> list[Fault]:
    faults = []
    for path, text in expressions_in(raw):
        if path[0] == "variables" and path[-1] in _FREE_TEXT:
            continue
        hint = "expressions stand in resources only; write the value itself"
        at_key = text == path[-1]
        faults.append(Fault("GC211", "an expression cannot stand here", path, hint, at_key))
    return faults


def _broken(value: Value, path: Path = ()) -> list[Path]:
    """Where the reader found something wrong already."""
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in _broken(inner, (*path, key))]
    if isinstance(value, list):
        return [found for index, inner in enumerate(value) for found in _broken(inner, (*path, index))]
    return [path] if isinstance(value, Unknown) else []


def _misplaced_patterns(raw: Mapping[str, Any]) -> list[Fault]:
    variables = raw.get("variables")
    faults = []
    for name, entry in variables.items() if isinstance(variables, dict) else ():
        kind = entry.get("type", "string") if isinstance(entry, dict) else "string"
        if isinstance(entry, dict) and "pattern" in entry and kind in ("number", "boolean", "list", "object"):
            message = f"a pattern is for variables of type string, not {kind}"
            faults.append(Fault("GC108", message, ("variables", name, "pattern"), "take it away"))
    return faults


def _covered(fault: Fault, others: set[Path]) -> bool:
    """Whether a fault at one of these paths says it already. `version` is checked apart."""
    if fault.path[:1] == ("version",):
        return True
    if fault.code == "GC106":
        return any(at[:-1] == fault.path and f'"{at[-1]}"' in fault.message for at in others)
    return any(fault.path[:length] in others for length in range(1, len(fault.path) + 1))


def _without(value: Any, faults: list[Fault]) -> Any:
    """A copy without the values at fault, so that what is left is as the schema says."""
    return _pruned(value, {fault.path for fault in faults}, ())


def _pruned(value: Any, at: set[Path], path: Path) -> Any:
    if isinstance(value, dict):
        kept = {key: inner for key, inner in value.items() if (*path, key) not in at}
        return {key: _pruned(inner, at, (*path, key)) for key, inner in kept.items()}
    if isinstance(value, list):
        return [_pruned(x, at, (*path, i)) for i, x in enumerate(value) if (*path, i) not in at]
    return value


def _kindly(fault: Fault, value: Mapping[str, Any]) -> Fault:
    """A better hint for keys that are probably a resource out of place, or the name of a section."""
    if fault.code != "GC107" or len(fault.path) != 1:
        return fault
    key = str(fault.path[0])
    inner = value.get(key)
    known = [*settings_schema()["properties"], *sections()]
    hint = nearest(key, known)
    attributes = {name for kind in kind_names() for name in kind_schema(kind)["properties"]}
    if isinstance(inner, dict) and attributes & inner.keys():
        hint = "indent it, if it belongs to the section above it"
    return Fault("GC107", fault.message, fault.path, hint or f"known here: {', '.join(known)}", at_key=True)


def report_fault(source: Source, fault: Fault, report: Report) -> None:
    document = source.document
    search = find_key if fault.at_key else find
    mark = search(document.value, document.marks, fault.path) if fault.path else 0
    report.error(fault.code, fault.message, Spot(source, mark), fault.path, fault.hint)


def _marks(source: Source, name: str) -> Any:
    return _descend(source.document.value, source.document.marks, (name,))[1]


def _unescaped(declared: dict[str, Declaration]) -> dict[str, Declaration]:
    from dataclasses import replace

    return {name: replace(found, default=unescape(found.default)) for name, found in declared.items()}


def _undeclared_values(settings: Settings, report: Report) -> None:
    for environment in settings.environments:
        for name in settings.environment(environment).get("variables", {}):
            if name not in settings.variables:
                path = ("environments", environment, "variables", name)
                hint = nearest(name, settings.variables) or "declare it under `variables:`"
                message = f'the variable "{name[:60]}" is not declared'
                report.error("GC223", message, settings.spot(*path, key=True), path, hint)


def check_part(source: Source, report: Report) -> bool:
    """Whether an included file is usable: a mapping with `version` and resources, nothing else."""
    value, marks = source.document.value, source.document.marks
    if value is None or isinstance(value, Unknown):
        return False
    if not isinstance(value, dict):
        message = f"a part of a stack is a mapping, got {describe(value, hidden=True)}"
        report.error("GC105", message, Spot(source, find(value, marks, ())), hint="begin with `streams:`")
        return False
    if not check_version(source, report, required=False):
        return False
    known, settings = sections(), settings_schema()
    later = settings.get("x-later", {})
    for key in value:
        spot = Spot(source, find_key(value, marks, (key,)))
        if key in known or key in _ONLY_IN_PARTS or key.startswith("x-"):
            continue
        if key in settings["properties"]:
            message, hint = f"a part of a stack has no `{key}`", "move it to the stack file"
            report.error("GC118", message, spot, (key,), hint)
        elif key in later:
            message = f'"{key}" ({later[key]}) belongs to a later version of gcsync'
            report.error("GC120", message, spot, (key,), "take it away until then")
        else:
            hint = nearest(key, known) or f"known here: {', '.join(known)}"
            report.error("GC107", f'unknown key "{key[:60]}"', spot, (key,), hint)
    return True


def is_key(text: str) -> bool:
    import re

    return re.fullmatch(KEY_PATTERN, text) is not None
