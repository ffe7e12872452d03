"""`gcsync verify` as JUnit XML: a test suite per stack, a test case per check."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from gcsync.model.check import Check, CheckStatus
from gcsync.views.junit import Tag, Trouble, add_case, junit_document, set_counts
from gcsync.views.style import clean

_TAGS: Final[dict[CheckStatus, Tag]] = {CheckStatus.FAIL: "failure", CheckStatus.NOT_CHECKED: "skipped"}


def render_junit_verify(checks: Sequence[Check], *, now: datetime) -> str:
    """A failed check is a failure, one that was not made is skipped with its reason; a warning passes and is told."""
    root = ElementTree.Element("testsuites", {"name": "gcsync verify"})
    for owner in dict.fromkeys(check.about for check in checks):
        suite = ElementTree.SubElement(root, "testsuite")
        counts: Counter[str] = Counter()
        found = [check for check in checks if check.about == owner]
        for check in found:
            _add(suite, check, counts)
        set_counts(suite, clean(owner), len(found), counts, now)
    return junit_document(root)


def _add(suite: ElementTree.Element, check: Check, counts: Counter[str]) -> None:
    tag = _TAGS.get(check.status)
    message, text = clean(check.message), _text(check)
    troubles = [Trouble(tag, check.code or check.check, message, text)] if tag is not None else []
    case = add_case(suite, clean(check.address or check.about), clean(check.check), troubles, counts)
    if check.status is CheckStatus.WARN:
        ElementTree.SubElement(case, "system-out").text = f"warn: {text}"


def _text(check: Check) -> str:
    hint = f"\nhint: {clean(check.hint)}" if check.hint else ""
    where = f"{clean(str(check.place))}: " if check.place is not None else ""
    return f"{where}{clean(check.message)}{hint}"
