"""Paths to stacks: every file is read, everything that is wrong in any of them is told at once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, DiagnosticError, Severity
from gcsync.model.resource import Resource, Stack
from gcsync.model.value import Value
from gcsync.stack.assemble import Assembler
from gcsync.stack.changes import Changes, moved_and_removed
from gcsync.stack.declared import Declared, declared_in
from gcsync.stack.discover import Files, included, later_sections, sections, stack_files, without_parts
from gcsync.stack.document import collector_held_off
from gcsync.stack.expectations import Expectations
from gcsync.stack.instances import Expansion, Group
from gcsync.stack.masking import Region, sensitive_regions, variable_file_regions
from gcsync.stack.nearest import nearest
from gcsync.stack.notices import warn_of_default_secrets, warn_of_plain_secrets
from gcsync.stack.report import Report, Spot
from gcsync.stack.scope import Scope
from gcsync.stack.settings import Settings, check_part, read_settings
from gcsync.stack.source import Source, display_name, open_source
from gcsync.stack.variables import Given, Lookup, Outside, Variables, parse_texts, refuse_undeclared


@dataclass(frozen=True, slots=True)
class Inputs:
    """What comes from the edge: `--env` or GCSYNC_ENV, `--var` as NAME=VALUE, `--var-file`, the environment.

    `kept` are values of variables by stack and name, for those that none of these gives: of a saved plan. `texts` are
    read in the place of files, by their path without links. With `unknown_secrets` a sensitive variable without a value
    is no error: what hangs on it is not known.
    """

    environment: str | None = None
    variables: tuple[str, ...] = ()
    variable_files: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    texts: Mapping[Path, str] = field(default_factory=dict)
    unknown_secrets: bool = False


@dataclass(frozen=True, slots=True)
class Examination:
    """What is to be said about stack files, how many stacks and resources they declare, and the stacks' files.

    `passed` counts the tests that hold in every environment.
    """

    diagnostics: tuple[Diagnostic, ...]
    stacks: int
    resources: int
    files: tuple[str, ...] = ()
    passed: int = 0


@dataclass(slots=True)
class _Bundle:
    """A stack file with its parts, before an environment is chosen."""

    source: Source
    settings: Settings
    declared: list[Declared]


@dataclass(slots=True)
class _Reading:
    """One run over all files."""

    folder: Path
    inputs: Inputs
    report: Report = field(default_factory=Report)
    outside: Outside = field(default_factory=Outside)
    bundles: list[_Bundle] = field(default_factory=list)
    variable_sources: list[Source] = field(default_factory=list)

    def regions(self, source: Source) -> list[Region]:
        secret = {n for b in self.bundles for n, d in b.settings.variables.items() if d.sensitive or d.type is None}
        if source in self.variable_sources:
            return variable_file_regions(source, frozenset(secret))
        return sensitive_regions(source, frozenset(secret))

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return self.report.diagnostics(self.regions)


def load(paths: Sequence[str], inputs: Inputs, *, folder: Path) -> tuple[Stack, ...]:
    """The stacks that `paths` name (files and folders, relative to `folder`), in order, every expression resolved.

    Without paths: `stacks/` if it is there, else `.`. Raises DiagnosticError with everything that is wrong in any
    of the files; warnings are on each stack.
    """
    with collector_held_off():
        reading = _read(paths, inputs, folder)
        stacks = [_stack(bundle, reading) for bundle in reading.bundles]
        if reading.report.failed:
            found = reading.diagnostics()
            raise DiagnosticError(d for d in found if d.severity is Severity.ERROR)
    return tuple(stack for stack in stacks if stack is not None)


def outline(paths: Sequence[str], inputs: Inputs, *, folder: Path) -> tuple[Stack, ...]:
    """The stacks without values: whom they speak to, and which addresses they declare, each without attributes.

    For commands that only ask where to look: a variable without a value is no mistake to them. Raises DiagnosticError
    as `load` does for anything else.
    """
    with collector_held_off():
        reading = _read(paths, inputs, folder)
        stacks = [_outline(bundle, reading) for bundle in reading.bundles]
        if reading.report.failed:
            found = reading.diagnostics()
            raise DiagnosticError(d for d in found if d.severity is Severity.ERROR)
    return tuple(stack for stack in stacks if stack is not None)


def sketch(paths: Sequence[str], inputs: Inputs, *, folder: Path) -> tuple[Stack, ...]:
    """The stacks as far as they are known: what hangs on a variable without a value is `UNKNOWN`.

    For commands that show what is declared and carry nothing out. Raises DiagnosticError as `load` does for anything
    else that is wrong.
    """
    with collector_held_off():
        reading = _read(paths, inputs, folder)
        stacks = [_sketch(bundle, reading) for bundle in reading.bundles]
        if reading.report.failed:
            found = reading.diagnostics()
            raise DiagnosticError(d for d in found if d.severity is Severity.ERROR)
    return tuple(stack for stack in stacks if stack is not None)


def validate(paths: Sequence[str], inputs: Inputs, *, folder: Path) -> tuple[Diagnostic, ...]:
    """All errors and warnings, sorted, without repetitions. Every environment is checked unless one is chosen.

    Needs no values: what hangs on a variable without one is checked as far as its type tells.
    """
    return examine(paths, inputs, folder=folder).diagnostics


def examine(paths: Sequence[str], inputs: Inputs, *, folder: Path) -> Examination:
    """`validate`, and how much there was to check."""
    with collector_held_off():
        reading = _read(paths, inputs, folder)
        passed = 0
        for bundle in reading.bundles:
            passed += _examine(bundle, reading)
            _warn(bundle, reading.report)
        declared = sum(len(bundle.declared) for bundle in reading.bundles)
        files = tuple(bundle.source.name for bundle in reading.bundles)
        return Examination(reading.diagnostics(), len(reading.bundles), declared, files, passed)


def _examine(bundle: _Bundle, reading: _Reading) -> int:
    """Check a stack in every environment, and run its tests in each: how many of them hold."""
    expectations = Expectations(bundle.settings, reading.report)
    tested = bool(expectations.tests)
    for environment in _environments(bundle.settings, reading):
        assembled = _assemble(bundle, environment, reading, needs_values=False, keeps_gaps=tested)
        if tested:
            expectations.run(environment, assembled.resources, assembled.groups)
    expectations.tell()
    return expectations.passed


def _read(paths: Sequence[str], inputs: Inputs, folder: Path) -> _Reading:
    folder = Path(os.path.abspath(folder))
    reading = _Reading(folder, inputs)
    files = Files(folder, reading.report, texts=inputs.texts)
    reading.outside = _outside(reading)
    if reading.report.failed_with("GC203"):
        # A value that lost its name may be among the paths, as in `--var key VALUE`: none of them is repeated.
        return reading
    _bundle_all(stack_files(paths, files), files, reading)
    _refuse_same_names(reading)
    if not reading.report.failed:
        declared = frozenset(name for bundle in reading.bundles for name in bundle.settings.variables)
        refuse_undeclared(reading.outside, declared, reading.report)
    return reading


def _bundle_all(stacks: list[Source], files: Files, reading: _Reading) -> None:
    """A file without `stack:` that a stack includes is a part; any other is a stack, and lacks its name."""
    named = [s for s in stacks if not isinstance(s.document.value, dict) or "stack" in s.document.value]
    parts: set[Source] = set()
    for source in named:
        parts |= _bundle(source, files, reading)
    for source in without_parts([s for s in stacks if s not in named], parts, searched=True):
        _bundle(source, files, reading)


def _bundle(source: Source, files: Files, reading: _Reading) -> set[Source]:
    settings = read_settings(source, reading.report)
    if settings is None:
        return set()
    parts = included(source, settings.value.get("include", ()), files)
    usable = [part for part in parts if part.document.complete and check_part(part, reading.report)]
    declared: dict[tuple[str, str], Declared] = {}
    for file in (source, *usable):
        for entry in declared_in(file, sections(), reading.report):
            first = declared.setdefault((entry.kind, entry.key), entry)
            if first is not entry:
                message = f'"{entry.key}" is declared already ({first(())})'
                hint = "a key is declared once in a stack"
                reading.report.error("GC118", message, entry.spot(), entry.path(), hint)
    reading.bundles.append(_Bundle(source, settings, list(declared.values())))
    return set(parts)


def _refuse_same_names(reading: _Reading) -> None:
    seen: dict[str, Settings] = {}
    for settings in sorted((b.settings for b in reading.bundles), key=lambda s: s.source.name):
        first = seen.setdefault(settings.name, settings)
        if settings.name and first is not settings:
            where = first.spot("stack").place()
            message = f'the stack "{settings.name}" is in another file already ({where})'
            hint = "one file is one stack: rename one, or make it a part with `include:`"
            reading.report.error("GC117", message, settings.spot("stack"), ("stack",), hint)


def _outside(reading: _Reading) -> Outside:
    values: dict[str, Given] = {}
    for text in reading.inputs.variable_files:
        source = _variable_file(text, reading)
        if source is not None:
            value, marks = source.document.value, source.document.marks
            for index, (name, inner) in enumerate(value.items()):
                inner_marks = marks[2 + 2 * index]
                values[name] = Given(inner, (name,), source, inner_marks, inner)
    inputs = reading.inputs
    return Outside(parse_texts(inputs.variables, reading.report), values, inputs.environ, inputs.kept)


def _variable_file(text: str, reading: _Reading) -> Source | None:
    path = Path(os.path.normpath(reading.folder / text)) if "\0" not in text else reading.folder / "?"
    source = open_source(path, display_name(path, reading.folder))
    reading.variable_sources.append(source)
    report, hint = reading.report, "a variable file is a YAML or JSON map: `name: value`"
    for problem in source.document.problems:
        spot = None if problem.code == "GC101" else Spot(source, problem.mark)
        # `--var-file key=VALUE` was meant for --var: the value is not repeated.
        name, meant_otherwise, _ = source.name.partition("=")
        shown = f"{name}=..." if meant_otherwise else name
        message = f"--var-file {shown}: {problem.message}" if spot is None else problem.message
        report.error("GC204", message, spot, problem.path, problem.hint)
    if not source.document.complete:
        return None
    if source.document.value is not None and not isinstance(source.document.value, dict):
        # Without its line: a file that is not a map may well be the bare secret.
        report.error("GC204", f"--var-file {source.name}: a variable file is a map", hint=hint)
        return None
    return source if source.document.value else None


def _stack(bundle: _Bundle, reading: _Reading) -> Stack | None:
    """The stack in the chosen environment; None where something is wrong."""
    settings, report = bundle.settings, reading.report
    name, usable = _chosen(settings, reading)
    if not usable:
        return None
    before = len(report.findings)
    assembled = _assemble(bundle, name, reading, needs_values=True)
    if report.failed:
        return None
    changes = assembled.changes
    warnings = Report()
    _warn(bundle, warnings)
    warnings.extend(report.findings[before:])
    genesys = settings.genesys(name)
    return Stack(
        name=settings.name,
        resources=assembled.resources,
        file=bundle.source.name,
        environment=name,
        region=genesys.get("region"),
        organization=genesys.get("organization"),
        credentials=settings.environment(name).get("credentials"),
        moved=changes.moved,
        removed=changes.removed,
        safety=settings.safety(),
        warnings=warnings.diagnostics(reading.regions),
        variables=assembled.variables,
        unknown_secrets=assembled.unknown_secrets,
        lock=settings.lock(name),
    )


def _outline(bundle: _Bundle, reading: _Reading) -> Stack | None:
    name, usable = _chosen(bundle.settings, reading)
    if not usable:
        return None
    _assemble(bundle, name, reading, needs_values=False)
    genesys = bundle.settings.genesys(name)
    return Stack(
        name=bundle.settings.name,
        resources={entry.address: Resource(entry.address, {}) for entry in bundle.declared},
        file=bundle.source.name,
        environment=name,
        region=genesys.get("region"),
        organization=genesys.get("organization"),
        credentials=bundle.settings.environment(name).get("credentials"),
        lock=bundle.settings.lock(name),
    )


def _sketch(bundle: _Bundle, reading: _Reading) -> Stack | None:
    name, usable = _chosen(bundle.settings, reading)
    if not usable:
        return None
    assembled = _assemble(bundle, name, reading, needs_values=False, keeps_gaps=True)
    genesys = bundle.settings.genesys(name)
    return Stack(
        name=bundle.settings.name,
        resources=assembled.resources,
        file=bundle.source.name,
        environment=name,
        region=genesys.get("region"),
        organization=genesys.get("organization"),
        credentials=bundle.settings.environment(name).get("credentials"),
    )


def _chosen(settings: Settings, reading: _Reading) -> tuple[str | None, bool]:
    """The environment, None for a stack without any; and whether that will do."""
    wanted, report = reading.inputs.environment, reading.report
    listed = ", ".join(settings.environments)
    if not settings.has_environments:
        if not wanted:
            return None, True
        hint = "leave --env and GCSYNC_ENV away, or declare `environments:`"
        message = f'--env {wanted[:40]}: the stack "{settings.name}" has no environments'
        report.error("GC222", message, Spot(settings.source, 0), (), hint)
        return None, False
    spot, path = settings.spot("environments", key=True), ("environments",)
    if not wanted:
        hint = f"choose one with --env or GCSYNC_ENV: {listed}"
        report.error("GC220", f"no environment is chosen; there are {listed}", spot, path, hint)
        return None, False
    if wanted not in settings.environments:
        several = len(wanted.split()) > 1 and set(wanted.split()) <= set(settings.environments)
        hint = "this command takes one: name it with --env" if several else ""
        hint = hint or nearest(wanted, settings.environments) or f"choose one of {listed}"
        report.error("GC221", f'there is no environment "{wanted[:40]}"; there are {listed}', spot, path, hint)
        return None, False
    return wanted, True


def _environments(settings: Settings, reading: _Reading) -> list[str | None]:
    if reading.inputs.environment:
        chosen, usable = _chosen(settings, reading)
        return [chosen] if usable else []
    return list(settings.environments) or [None]


@dataclass(frozen=True, slots=True)
class _Assembled:
    resources: dict[Address, Resource]
    changes: Changes
    variables: Mapping[str, Value]
    unknown_secrets: tuple[str, ...]
    groups: Mapping[tuple[str, str], Group]


def _assemble(
    bundle: _Bundle, environment: str | None, reading: _Reading, *, needs_values: bool, keeps_gaps: bool = False
) -> _Assembled:
    settings, report = bundle.settings, reading.report
    variables = _variables(settings, environment, reading, needs_values=needs_values)
    scope = Scope(variables.known, environment, settings.has_environments, settings.source.path.parent, _later_kinds())
    expansion = Expansion(scope, variables, report)
    groups = {(entry.kind, entry.key): expansion.group(entry) for entry in bundle.declared}
    offline = not needs_values
    resources = Assembler(scope, variables, report, groups, offline=offline, keeps_gaps=keeps_gaps).resources()
    changes = moved_and_removed(settings, groups, report)
    unknown = tuple(sorted(name for name, needed in variables.withheld.items() if needed))
    return _Assembled(resources, changes, variables.outside, unknown, groups)


def _later_kinds() -> frozenset[str]:
    return frozenset(name.removesuffix("s") for name in later_sections())


def _variables(settings: Settings, environment: str | None, reading: _Reading, *, needs_values: bool) -> Variables:
    given, unknown_secrets = settings.given(environment), needs_values and reading.inputs.unknown_secrets
    lookup = Lookup(
        settings.name,
        reading.outside,
        environment,
        given,
        settings.source,
        reading.report,
        needs_values,
        unknown_secrets,
    )
    return lookup.all(settings.variables, *settings.section("variables"))


def _warn(bundle: _Bundle, report: Report) -> None:
    warn_of_default_secrets(bundle.settings, report)
    for entry in bundle.declared:
        warn_of_plain_secrets(entry, report)
