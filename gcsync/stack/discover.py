"""Which files are meant: the paths of a command, and the parts that a stack includes."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gcsync.model.diagnostic import DiagnosticError
from gcsync.schema.compose import kind_names, kind_schema, settings_schema
from gcsync.stack.document import Document
from gcsync.stack.marks import find
from gcsync.stack.masking import sensitive_regions
from gcsync.stack.report import Report, Spot
from gcsync.stack.source import Source, UnreadableFile, decoded, display_name, open_source

_SUFFIXES = (".yaml", ".yml")


@dataclass(slots=True)
class Files:
    """The files that were read, each once. `folder` is where a user's relative paths begin.

    `texts` are read in the place of files, by their path without links.
    """

    folder: Path
    report: Report
    sources: dict[Path, Source] = field(default_factory=dict)
    texts: Mapping[Path, str] = field(default_factory=dict)

    def open(self, path: Path) -> Source:
        real = Path(os.path.realpath(path))
        if real not in self.sources:
            source = open_source(path, display_name(path, self.folder), self.texts.get(real))
            self.sources[real] = source
            self.report.problems(source)
        return self.sources[real]


def stack_files(paths: Sequence[str], files: Files) -> list[Source]:
    """The stack files that the paths name, in order, each once; parts are not among them. Reports what is missing."""
    found: dict[Source, None] = {}
    searched: dict[Source, None] = {}
    for text in paths or _default(files.folder):
        path = Path(os.path.normpath(files.folder / text)) if "\0" not in text else files.folder / "?"
        if path.is_dir():
            inside = [files.open(file) for file in _yaml_files(path)]
            searched |= dict.fromkeys(inside)
            if not any(_looks_ours(source) for source in inside):
                hint = "name a stack file or a folder with stack files; `gcsync init` writes a first one"
                files.report.error("GC119", f"no stack file below {text}", hint=hint)
        elif path.exists():
            found[files.open(path)] = None
        else:
            hint = "check the path; `gcsync init` writes a first stack file"
            # A `key=VALUE` was meant for --var: the value is not repeated.
            name, meant_otherwise, _ = text[:200].partition("=")
            files.report.error("GC119", f"there is no {name}{'=...' if meant_otherwise else ''}", hint=hint)
    for source in searched:
        if source not in found and _looks_ours(source):
            found[source] = None
    return [source for source in found if source.document.complete]


def without_parts(stacks: list[Source], parts: set[Source], searched: bool) -> list[Source]:
    """Files found in a folder that another stack includes are its parts, not stacks."""
    if not searched:
        return stacks
    return [s for s in stacks if s not in parts or has_key(s, "stack")]


def _default(folder: Path) -> tuple[str, ...]:
    return ("stacks",) if (folder / "stacks").is_dir() else (".",)


def _yaml_files(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        for name in sorted(names):
            path = Path(root, name)
            # A pipe or a device would never end.
            if name.endswith(_SUFFIXES) and not name.startswith(".") and (path.is_file() or not path.exists()):
                yield path


def has_key(source: Source, key: str) -> bool:
    return isinstance(source.document.value, dict) and key in source.document.value


def _looks_ours(source: Source) -> bool:
    """Whether a file found in a folder is a stack or a part; a folder may hold other YAML files as well."""
    if not source.document.complete:
        return True
    value = source.document.value
    return isinstance(value, dict) and ("stack" in value or any(key in value for key in sections()))


def sections() -> dict[str, str]:
    """The stack keys that hold resources, with the kind of each."""
    return {kind_schema(kind)["x-stack-key"]: kind for kind in kind_names()}


def later_sections() -> frozenset[str]:
    return frozenset(settings_schema().get("x-later", {}))


def included(stack: Source, patterns: Any, files: Files) -> list[Source]:
    """The parts that a stack includes, each once, sorted within a pattern. Reports patterns that are of no use."""
    parts: dict[Source, None] = {}
    document = stack.document
    for index, pattern in enumerate(patterns):
        path = ("include", index)
        spot = Spot(stack, find(document.value, document.marks, path))
        problem, names = _matches(stack.path.parent, pattern, stack.path)
        if problem:
            hint = "a pattern is relative to the stack file, stays below its folder, and matches parts only"
            files.report.error("GC118", problem, spot, path, hint)
        for name in names:
            source = files.open(stack.path.parent / name)
            if source.document.complete or source.document.problems[0].code != "GC101":
                parts[source] = None
                continue
            files.report.findings.pop()
            del files.sources[Path(os.path.realpath(source.path))]
            files.report.error("GC101", f"{source.name} {source.document.problems[0].message}", spot, path)
    return list(parts)


def _matches(folder: Path, pattern: str, stack: Path) -> tuple[str, list[str]]:
    """What is wrong with a pattern, or the files that it matches."""
    if os.path.isabs(pattern) or "\0" in pattern:
        return "an include is relative to the stack file", []
    if ".." in Path(pattern).parts:
        return "an include stays below the stack's folder", []
    names = sorted(glob.glob(pattern, root_dir=folder, recursive=True))
    if not names:
        return f'"{pattern[:100]}" matches no file', []
    root = folder.resolve()
    for name in names:
        real = (folder / name).resolve()
        if not real.is_relative_to(root):
            return f'"{name[:100]}" leads out of the stack\'s folder', []
        if real.exists() and not (real.is_file() or real.is_dir()):
            return f'"{name[:100]}" is no file', []
        if real == stack.resolve():
            return f'"{pattern[:100]}" matches the stack file itself', []
    return "", names


def written_files(paths: Sequence[str], *, folder: Path) -> tuple[Source, ...]:
    """Every stack file at the paths with its parts, each once; what is in them need not be valid, but must be readable.

    Raises DiagnosticError with what cannot be read.
    """
    report = Report()
    files = Files(Path(os.path.abspath(folder)), report)
    found: dict[Source, None] = {}
    for source in stack_files(paths, files):
        found[source] = None
        patterns = source.document.value.get("include") if isinstance(source.document.value, dict) else None
        if isinstance(patterns, list) and all(isinstance(pattern, str) for pattern in patterns):
            found |= dict.fromkeys(included(source, patterns, files))
    if report.failed:
        raise DiagnosticError(report.diagnostics(lambda source: sensitive_regions(source, frozenset())))
    return tuple(found)


def text_given(data: bytes, name: str) -> str:
    """What came as bytes instead of a file, as text. Raises DiagnosticError with what is no text or no YAML in it."""
    path = Path(name)
    try:
        source = open_source(path, name, decoded(data))
    except UnreadableFile as error:
        source = Source(name, path, "", Document(problems=(error.problem,), complete=False))
    report = Report()
    report.problems(source)
    if report.failed:
        raise DiagnosticError(report.diagnostics(lambda source: sensitive_regions(source, frozenset())))
    return source.text
