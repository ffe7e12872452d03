"""Readers and schemas that others wrote, for what gcsync writes for them."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import xmlschema
from jsonschema import Draft4Validator
from junitparser import JUnitXml
from prometheus_client.parser import text_string_to_metric_families

from gcsync.model.address import Address
from gcsync.model.diagnostic import Place
from gcsync.model.drift import Accepted, Blame, DriftReport, KnownDrift, LookAlike
from gcsync.model.plan import ABSENT, AttributeChange, Reason
from tests.views.factories import attributes, change
from tests.views.scenes import TWIN, drift_report

NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
_SCHEMAS = Path(__file__).parent / "schemas"


@cache
def _sarif_schema() -> Draft4Validator:
    schema = json.loads((_SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
    return Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)


@cache
def _junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(_SCHEMAS / "junit-10.xsd")


def read_sarif(text: str) -> Any:
    """The document, which keeps to the schema of OASIS."""
    document = json.loads(text)
    _sarif_schema().validate(document)
    return document


def read_junit(text: str) -> JUnitXml:
    """The suites, of a document that keeps to Jenkins' schema, read by junitparser."""
    _junit_schema().validate(io.BytesIO(text.encode()))
    return JUnitXml.fromstring(text.encode())


def read_prometheus(text: str) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """The value of every series by the name of its metric and its labels, read by Prometheus' own parser."""
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in text_string_to_metric_families(text):
        assert (family.type, bool(family.documentation)) == ("gauge", True)
        for sample in family.samples:
            series = found.setdefault(sample.name, {})
            labels = tuple(sorted(sample.labels.items()))
            assert labels not in series
            series[labels] = sample.value
    return found


def full_drift_report() -> DriftReport:
    """One of everything, at places: also what a baseline knows, who it was, and a look-alike."""
    report = drift_report()
    (drifted,) = report.drifted
    placed = tuple(
        replace(attribute, place=Place("stacks/prod.yaml", 10 + number, 5, 12))
        for number, attribute in enumerate(drifted.attributes)
    )
    noted = AttributeChange("description", "Noted", ABSENT, Reason.DRIFT)
    known = change(drifted.action, "stream.noted", attributes(description="Noted"), attributes(), attributes=(noted,))
    accepted = Accepted(known.address, "description", "until the audit is over", date(2026, 12, 31))
    return replace(
        report,
        drifted=(replace(drifted, attributes=placed),),
        known=(KnownDrift(known, replace(accepted, place=Place("drift-baseline.yaml", 3, 5))),),
        blame={drifted.address: Blame("Ada", "6c1e", "2026-11-25T08:00:00Z")},
        look_alikes=(LookAlike(Address("stream", "agents"), "77aa", "shadow"),),
        baseline=(replace(TWIN, code="GC702", message="an entry of the baseline has expired", path=""),),
    )
