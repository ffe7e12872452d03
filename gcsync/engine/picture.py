"""The findings of a drift report, each as a line that stays the same while nothing changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from gcsync.model.diagnostic import Severity
from gcsync.model.drift import DriftReport
from gcsync.model.picture import subject_of
from gcsync.model.value import PLAIN_LEAVES, Value, replace_leaves

_DIGITS = 10
_ERROR = "error "


def findings_of(report: DriftReport, *, ignore_missing: bool = False) -> frozenset[str]:
    """What somebody should hear of: `drifted stream.a: enabled [4f1a0b22c9]`, `missing stream.b`, `unreadable trigger`,
    `error GC401 stream.c` (somebody copied the object, and its marker with it).

    The digits are of the actual value, so that another change of the same attribute is another finding. Of a sensitive
    value they say nothing.
    """
    return frozenset(_findings(report, ignore_missing=ignore_missing))


def _findings(report: DriftReport, *, ignore_missing: bool) -> Iterator[str]:
    for change in report.drifted:
        for attribute in change.attributes:
            yield f"drifted {change.address}: {attribute.name} [{_digits(attribute.before)}]"
    if not ignore_missing:
        yield from (f"missing {change.address}" for change in report.missing)
        yield from (f"not adopted {change.address}" for change in report.not_adopted)
    yield from (f"unreadable {entry.kind}" for entry in report.not_checked if entry.unread_kind)
    errors = (one for one in report.plan.diagnostics if one.severity is Severity.ERROR)
    yield from (f"{_ERROR}{one.code} {one.path}".rstrip() for one in errors)


def unread_of(report: DriftReport, remembered: frozenset[str]) -> frozenset[str]:
    """Those of the remembered findings that the report says nothing of, so that they are as they were.

    Their kind, object or attribute could not be read, the plan has errors, or `--since` leaves them out as older.
    """
    if report.plan.errored:
        return frozenset(finding for finding in remembered if not finding.startswith(_ERROR))
    kinds = tuple(f" {entry.kind}." for entry in report.not_checked if entry.unread_kind)
    unseen = [(str(entry.address), entry.attribute) for entry in report.not_checked if entry.address is not None]
    unseen += [(str(change.address), None) for change in report.older]
    return frozenset(
        finding
        for finding in remembered
        if any(kind in finding for kind in kinds) or any(_is_about(finding, *one) for one in unseen)
    )


def accepted_of(report: DriftReport, remembered: frozenset[str], *, ignore_missing: bool = False) -> frozenset[str]:
    """Those of the remembered findings that are still there and count no more: accepted, or ignored as missing."""
    accepted = {f"drifted {known.accepted.address}: {known.accepted.attribute}" for known in report.known}
    if ignore_missing:
        accepted |= {f"missing {change.address}" for change in report.missing}
        accepted |= {f"not adopted {change.address}" for change in report.not_adopted}
    return frozenset(finding for finding in remembered if subject_of(finding) in accepted)


def _is_about(finding: str, address: str, attribute: str | None) -> bool:
    if attribute is not None:
        return subject_of(finding) == f"drifted {address}: {attribute}"
    return finding.startswith(f"drifted {address}: ") or finding in (f"missing {address}", f"not adopted {address}")


def _digits(value: Value) -> str:
    plain = replace_leaves(value, lambda leaf: leaf if type(leaf) in PLAIN_LEAVES else repr(leaf))
    text = json.dumps(plain, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
