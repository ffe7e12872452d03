"""Events in files: JSON, or YAML by the file's name. What is in one is never repeated by a message: it is live data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from gcsync.model.diagnostic import DiagnosticError
from gcsync.model.trace import Event, NoEvent, read_event
from gcsync.stack.document import Document, collector_held_off
from gcsync.stack.json_reader import read_json
from gcsync.stack.masking import baseline_regions
from gcsync.stack.report import Report, Spot
from gcsync.stack.source import Source, UnreadableFile, display_name, open_source, read_text
from gcsync.stack.unknown import Unknown

LARGEST: Final = 4 * 1024 * 1024
FORMS: Final = "{id, eventType, data}, an EventBridge envelope {id, detail-type, detail} or {topicName, eventBody}"

_HINTS: Final = {"GC113": "give a file with one event", "GC102": "an event is JSON, saved as UTF-8"}
_YAML: Final = (".yaml", ".yml")


def event_from_file(name: str, folder: Path) -> Event:
    """The event in a file, its path relative to `folder`. Raises DiagnosticError: GC841, and what the reader found."""
    return _event(_open(folder / name, display_name(folder / name, folder)))


def event_from_text(text: str, name: str) -> Event:
    """The event in a JSON text that was read elsewhere; `name` is what messages call it. Raises as the other does."""
    with collector_held_off():
        return _event(Source(name, Path(name), text, read_json(text)))


def _open(path: Path, name: str) -> Source:
    with collector_held_off():
        if path.suffix in _YAML:
            return open_source(path, name)
        try:
            text = read_text(path, LARGEST)
        except UnreadableFile as error:
            # What is advised for a stack file would not help: an event has no parts to include.
            hint = _HINTS.get(error.problem.code, error.problem.hint)
            problem = replace(error.problem, hint=hint)
            return Source(name, path, "", Document(problems=(problem,), complete=False))
        return Source(name, path, text, read_json(text))


def _event(source: Source) -> Event:
    report = Report()
    report.problems(source)
    value = source.document.value
    if not report.failed and source.document.complete and not isinstance(value, Unknown):
        try:
            return read_event(value)
        except NoEvent as error:
            report.error("GC841", f"this is no event: {error}", Spot(source, 0), hint=f"write {FORMS}")
    raise DiagnosticError(report.diagnostics(lambda one: baseline_regions(one, ())))


def problem_of_file(folder: Path, name: str) -> str:
    """Why a file cannot be that of a test of a stack in `folder`; empty where it can."""
    try:
        root = folder.resolve()
        path = (root / name).resolve()
        usable = path.is_relative_to(root) and not Path(name).is_absolute()
    except (OSError, ValueError, RuntimeError):
        return "is no usable path"
    if not usable:
        return "is outside the stack's folder"
    return "" if path.is_file() else "is no file" if path.exists() else "is not there"
