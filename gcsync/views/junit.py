"""Drift and diagnostics as JUnit XML, which every CI system shows as a test report.

Source of the shape: the XSD of Jenkins' xUnit plugin (junit-10.xsd), which knows no attribute for a file: the line
stands in the text of a failure. XML 1.0 forbids most control characters; `clean` has turned them into escapes before.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.model.drift import DriftReport
from gcsync.model.plan import Change
from gcsync.views.diagnostics import render_diagnostics
from gcsync.views.drift_findings import Finding, Verdict, findings
from gcsync.views.style import Style, clean, plural

Tag = Literal["failure", "error", "skipped"]

_STYLE: Final = Style(width=100)
_ABSENT: Final = (Verdict.MISSING, Verdict.NOT_ADOPTED)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What keeps a test case from passing. `type` is a word, `message` one line, `text` any number of lines."""

    tag: Tag
    type: str
    message: str
    text: str


def render_junit_drift(reports: Sequence[DriftReport], *, now: datetime, ignore_missing: bool = False) -> str:
    """A test suite per stack, a test case per resource that it declares or owns, and one per kind that nobody read.

    Drift is a failure; what a baseline accepts, what could not be checked and, with `ignore_missing`, what is not there
    is skipped, with the reason; what could not be judged is an error. What is merely pending passes.
    """
    root = ElementTree.Element("testsuites", {"name": "gcsync drift"})
    for report in reports:
        root.append(_suite_of(report, now, ignore_missing=ignore_missing))
    return junit_document(root)


def render_junit_diagnostics(
    diagnostics: Sequence[Diagnostic], *, command: str, files: Sequence[str], now: datetime
) -> str:
    """A test case per stack file: an error is a failure, a warning is told and passes.

    What stands in no file is a case of its own, `command`. All texts may come from outside.
    """
    suite = ElementTree.Element("testsuite")
    by_file: dict[str, list[Diagnostic]] = {clean(file): [] for file in files}
    for diagnostic in diagnostics:
        file = clean(diagnostic.place.file) if diagnostic.place is not None else command
        by_file.setdefault(file, []).append(diagnostic)
    counts: Counter[str] = Counter()
    for file, found in by_file.items():
        errors = [one for one in found if one.severity is Severity.ERROR]
        troubles = [_trouble_of("failure", errors)] if errors else []
        case = add_case(suite, command, file, troubles, counts)
        if warnings := [one for one in found if one not in errors]:
            ElementTree.SubElement(case, "system-out").text = render_diagnostics(warnings, _STYLE)
    set_counts(suite, command, len(by_file), counts, now)
    root = ElementTree.Element("testsuites", {"name": command})
    root.append(suite)
    return junit_document(root)


def _suite_of(report: DriftReport, now: datetime, *, ignore_missing: bool) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite")
    owner = clean(report.plan.owner)
    _add_properties(suite, report)
    cases = _cases(report, ignore_missing=ignore_missing)
    counts: Counter[str] = Counter()
    for name, (kind, troubles) in cases.items():
        add_case(suite, f"{owner}.{kind}" if kind else owner, name, troubles, counts)
    told = [d for d in (*report.plan.diagnostics, *report.baseline) if d.severity is Severity.WARNING]
    if lines := [*_beside(report), *([render_diagnostics(told, _STYLE)] if told else [])]:
        ElementTree.SubElement(suite, "system-out").text = "\n".join(lines)
    set_counts(suite, owner, len(cases), counts, now)
    return suite


def _cases(report: DriftReport, *, ignore_missing: bool) -> dict[str, tuple[str, list[Trouble]]]:
    """Every test case by its name, with its kind and all that is wrong with it."""
    addresses = report.plan.known | {change.address for change in report.plan.changes}
    cases: dict[str, tuple[str, list[Trouble]]] = {
        clean(str(address)): (address.kind, []) for address in sorted(addresses)
    }
    by_subject: dict[str, list[Finding]] = {}
    for finding in findings(report):
        by_subject.setdefault(finding.subject, []).append(finding)
    for subject, found in by_subject.items():
        cases.setdefault(subject, (clean(found[0].kind), []))[1].append(_trouble(found, ignore_missing=ignore_missing))
    for diagnostic in report.plan.diagnostics:
        if diagnostic.severity is Severity.ERROR:
            name = clean(diagnostic.path or diagnostic.code)
            cases.setdefault(name, ("", []))[1].append(_trouble_of("error", [diagnostic]))
    return cases


def _trouble(found: Sequence[Finding], *, ignore_missing: bool) -> Trouble:
    """All that was found of one resource, as one outcome: what is worst says which."""
    ranked = sorted(found, key=lambda finding: _rank(finding, ignore_missing=ignore_missing))
    worst = ranked[0]
    tag = _tag(worst, ignore_missing=ignore_missing)
    alike = [finding for finding in ranked if _tag(finding, ignore_missing=ignore_missing) == tag]
    names = [finding.attribute for finding in alike if finding.attribute]
    message = worst.message if len(alike) == 1 else f"{plural(len(names), 'attribute')}: {', '.join(names)}"
    if worst.accepted is not None:
        message = f"known drift, accepted until {worst.accepted.expires}: {clean(worst.accepted.reason)}"
    lines = [line for finding in ranked for line in _lines(finding)]
    return Trouble(tag, _word(worst), message, "\n".join([*lines, *_settling(worst)]))


def _tag(finding: Finding, *, ignore_missing: bool) -> Tag:
    if finding.accepted is not None or (ignore_missing and finding.verdict in _ABSENT):
        return "skipped"
    if finding.verdict is Verdict.NOT_CHECKED:
        return "error" if finding.unread_kind else "skipped"
    return "failure"


def _rank(finding: Finding, *, ignore_missing: bool) -> tuple[int, bool]:
    tag = _tag(finding, ignore_missing=ignore_missing)
    return (("failure", "error", "skipped").index(tag), finding.verdict is not Verdict.CONFLICT)


def _word(finding: Finding) -> str:
    return "known" if finding.accepted is not None else finding.verdict.value


def _lines(finding: Finding) -> Iterator[str]:
    where = f"{_place(finding.place)}: " if finding.place is not None else ""
    yield f"{where}{finding.message}"
    yield from (f"  {line}" for line in finding.details)
    if finding.accepted is not None:
        yield f"  known until {finding.accepted.expires}: {clean(finding.accepted.reason)}"


def _settling(worst: Finding) -> Iterator[str]:
    """Who it was, how old it is, and the commands that settle the whole resource."""
    if worst.accepted is None:
        yield from worst.about
        yield from (f"$ {clean(command)}" for command in worst.commands)


def _trouble_of(tag: Tag, found: Sequence[Diagnostic]) -> Trouble:
    message = f"{found[0].code}: {clean(found[0].message)}"
    message += f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return Trouble(tag, found[0].code, message, render_diagnostics(found, _STYLE).rstrip("\n"))


def _beside(report: DriftReport) -> Iterator[str]:
    """What is no finding, and still to be told."""
    for change in report.pending:
        yield f"pending: {clean(str(change.address))}{_attributes(change)}, edited in the stack and not applied yet"
    for change in report.older:
        yield f"older: {clean(str(change.address))}{_attributes(change)}, changed before --since, and left out"
    for found in report.look_alikes:
        yield f"look-alike: {clean(found.name)} ({clean(found.id)}) does what {clean(str(found.address))} does"


def _attributes(change: Change) -> str:
    names = ", ".join(clean(attribute.name) for attribute in change.differing)
    return f": {names}" if names else ""


def _add_properties(suite: ElementTree.Element, report: DriftReport) -> None:
    plan = report.plan
    properties = {
        "stack": plan.stack,
        "environment": plan.environment or "",
        "file": plan.file,
        "organization": plan.target.organization.name,
        "organization_id": plan.target.organization.id,
        "region": plan.target.region,
    }
    listed = ElementTree.SubElement(suite, "properties")
    for name, value in properties.items():
        ElementTree.SubElement(listed, "property", {"name": name, "value": clean(value)})


def add_case(
    suite: ElementTree.Element, classname: str, name: str, troubles: Iterable[Trouble], counts: Counter[str]
) -> ElementTree.Element:
    """A test case. Readers count it once, so only the worst of several outcomes is its own; the others are told."""
    case = ElementTree.SubElement(suite, "testcase", {"classname": classname, "name": name, "time": "0"})
    ranked = sorted(troubles, key=lambda trouble: ("error", "failure", "skipped").index(trouble.tag))
    for trouble in ranked[:1]:
        counts[trouble.tag] += 1
        outcome = ElementTree.SubElement(case, trouble.tag, {"type": trouble.type, "message": trouble.message})
        outcome.text = "\n".join(one.text for one in ranked)
    return case


def set_counts(suite: ElementTree.Element, name: str, tests: int, counts: Counter[str], now: datetime) -> None:
    """Name a suite and write down how its cases ended, as `add_case` counted them."""
    suite.attrib |= {
        "name": name,
        "tests": str(tests),
        "failures": str(counts["failure"]),
        "errors": str(counts["error"]),
        "skipped": str(counts["skipped"]),
        "time": "0",
        "timestamp": now.strftime("%Y-%m-%dT%H:%M:%S"),
    }


def junit_document(root: ElementTree.Element) -> str:
    """The text of a whole document."""
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _place(place: Place) -> str:
    return clean(str(place))
