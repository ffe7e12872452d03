"""Drift as metrics in Prometheus' text format, for the textfile collector of node_exporter.

Source of the format: https://prometheus.io/docs/instrumenting/exposition_formats/. Every series bears the stack and its
environment, so that the files of several cron jobs may lie in one folder: the collector refuses a series twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from gcsync import __version__
from gcsync.model.address import Address
from gcsync.model.diagnostic import Severity
from gcsync.model.drift import DriftReport

_Count = Callable[[DriftReport], Iterable[Address | str]]

_BY_KIND: Final[Mapping[str, tuple[str, _Count]]] = {
    "gcsync_resources": (
        "Resources that the stack declares or owns.",
        lambda report: _addresses(report),
    ),
    "gcsync_drifted_resources": (
        "Resources that somebody changed outside gcsync; conflicts are among them.",
        lambda report: (change.address for change in report.drifted),
    ),
    "gcsync_conflicting_resources": (
        "Resources changed outside gcsync and in the stack since the last apply.",
        lambda report: (change.address for change in report.drifted if change.has_conflict),
    ),
    "gcsync_missing_resources": (
        "Resources that are declared and not there.",
        lambda report: (change.address for change in report.missing),
    ),
    "gcsync_not_adopted_resources": (
        "Resources that are there without gcsync's marker.",
        lambda report: (change.address for change in report.not_adopted),
    ),
    "gcsync_pending_resources": (
        "Resources that were edited in the stack and are not applied yet; no drift.",
        lambda report: (change.address for change in report.pending),
    ),
    "gcsync_known_drift_resources": (
        "Resources with drift that a baseline accepts; no drift.",
        lambda report: {known.change.address for known in report.known},
    ),
    "gcsync_overdue_resources": (
        "Resources with drift that has stood longer than --max-age allows.",
        lambda report: report.overdue,
    ),
    "gcsync_older_drift_resources": (
        "Resources with drift that --since leaves out, as they changed last before that; no drift.",
        lambda report: (change.address for change in report.older),
    ),
    "gcsync_look_alike_objects": (
        "Unmanaged objects that do what a declared resource does.",
        lambda report: (found.address for found in report.look_alikes),
    ),
    "gcsync_not_checked": (
        "Kinds, objects and attributes that could not be compared.",
        lambda report: (item.kind for item in report.not_checked),
    ),
}


@dataclass(frozen=True, slots=True)
class StackName:
    """A stack as the labels name it."""

    stack: str
    environment: str | None = None

    @property
    def labels(self) -> dict[str, str]:
        return {"stack": self.stack, "environment": self.environment or ""}


@dataclass(slots=True)
class _Metrics:
    """Series by the name of their metric, in the order in which they came."""

    helps: dict[str, str] = field(default_factory=dict)
    series: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, text: str, labels: Mapping[str, str], value: float) -> None:
        self.helps[name] = text
        shown = ",".join(f'{label}="{escape_label(found)}"' for label, found in labels.items())
        self.series.setdefault(name, []).append(f"{name}{{{shown}}} {value!r}")

    def text(self) -> str:
        blocks = (
            [f"# HELP {name} {_escape_help(self.helps[name])}", f"# TYPE {name} gauge", *lines]
            for name, lines in self.series.items()
        )
        return "".join(f"{line}\n" for block in blocks for line in block)


def render_prometheus_drift(reports: Sequence[DriftReport], *, now: datetime) -> str:
    """One gauge per count, with a series for every kind that there is, zeros included: an alert then ends by itself.

    `now` is when the organization was read; it is the last success of every stack that could be judged.
    """
    metrics = _Metrics()
    for name, (text, count) in _BY_KIND.items():
        for report in reports:
            for kind, found in _counted(report, count).items():
                metrics.add(name, text, _labels(report) | {"kind": kind}, found)
    for report in reports:
        errors = [found for found in report.plan.diagnostics if found.severity is Severity.ERROR]
        warnings = len(report.plan.diagnostics) - len(errors) + len(report.baseline)
        metrics.add("gcsync_drift_errors", "Errors that the comparison found.", _labels(report), len(errors))
        metrics.add("gcsync_drift_warnings", "Warnings that the comparison found.", _labels(report), warnings)
    names = [StackName(report.plan.stack, report.plan.environment) for report in reports]
    _add_standing(metrics, {name: _judged(report) for name, report in zip(names, reports, strict=True)}, now)
    return metrics.text()


def render_prometheus_failure(stacks: Sequence[StackName]) -> str:
    """The metrics of a run that could not compare anything: it is down, and nothing else is known."""
    metrics = _Metrics()
    _add_standing(metrics, dict.fromkeys(stacks, False), None)
    return metrics.text()


def escape_label(text: str) -> str:
    r"""A label's value: the format knows `\\`, `\"` and `\n`; what no UTF-8 can hold is replaced."""
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", " ")
    return text.encode("utf-8", "replace").decode("utf-8")


def _add_standing(metrics: _Metrics, judged: Mapping[StackName, bool], now: datetime | None) -> None:
    for stack, good in judged.items():
        up = "1 when the stack could be compared with the organization, else 0."
        metrics.add("gcsync_drift_up", up, stack.labels, int(good))
    for stack, good in judged.items():
        if good and now is not None:
            text = "When the stack was last compared with the organization, in seconds since 1970."
            metrics.add("gcsync_drift_last_success_timestamp_seconds", text, stack.labels, now.timestamp())
    for stack in judged:
        text = "1, with the version of gcsync that made the comparison."
        metrics.add("gcsync_build_info", text, stack.labels | {"version": __version__}, 1)


def _labels(report: DriftReport) -> dict[str, str]:
    return StackName(report.plan.stack, report.plan.environment).labels


def _counted(report: DriftReport, count: _Count) -> dict[str, int]:
    counts = dict.fromkeys(_kinds(report), 0)
    for found in count(report):
        kind = found if isinstance(found, str) else found.kind
        counts[kind] = counts.get(kind, 0) + 1
    return counts


def _kinds(report: DriftReport) -> list[str]:
    """Every kind that is declared, owned, or was read: the same ones in every run of a stack."""
    plan = report.plan
    unread = {item.kind for item in report.not_checked}
    return sorted({address.kind for address in _addresses(report)} | plan.pages.keys() | unread)


def _addresses(report: DriftReport) -> Iterator[Address]:
    yield from report.plan.known | {change.address for change in report.plan.changes}


def _judged(report: DriftReport) -> bool:
    return not report.plan.errored and not any(item.unread_kind for item in report.not_checked)


def _escape_help(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")
