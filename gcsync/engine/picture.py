"""The findings of a drift report, each as a line that stays the same while nothing changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from gcsync.model.drift import DriftReport
from gcsync.model.value import PLAIN_LEAVES, Value, replace_leaves

_DIGITS = 10


def findings_of(report: DriftReport, *, ignore_missing: bool = False) -> frozenset[str]:
    """What somebody should hear of: `drifted stream.a: enabled [4f1a0b22c9]`, `missing stream.b`, `unreadable trigger`.

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


def unread_of(report: DriftReport, remembered: frozenset[str]) -> frozenset[str]:
    """Those of the remembered findings that the report says nothing of, since their kind could not be read."""
    kinds = tuple(f" {entry.kind}." for entry in report.not_checked if entry.unread_kind)
    return frozenset(finding for finding in remembered if any(kind in finding for kind in kinds))


def _digits(value: Value) -> str:
    plain = replace_leaves(value, lambda leaf: leaf if type(leaf) in PLAIN_LEAVES else repr(leaf))
    text = json.dumps(plain, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
