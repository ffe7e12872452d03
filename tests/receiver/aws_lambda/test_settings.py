"""What the function is told by its environment, and what makes no sense there."""

from __future__ import annotations

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.receiver.aws_lambda.settings import LambdaSettings, read_settings
from gcsync.receiver.limits import Limits
from gcsync.receiver.stores import Retention

LEAST = {"GCSYNC_RECEIVER_STORE": "dynamodb://events", "GCSYNC_RECEIVER_SINK": "python:handlers:handle"}
ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:receiver-AbCdEf"


def test_a_store_and_a_sink_are_enough() -> None:
    assert read_settings(LEAST) == LambdaSettings("dynamodb://events", "python:handlers:handle")


def test_everything_else_is_that_of_receiver_serve() -> None:
    more = {
        "AUTH": "bearer",
        "INSECURE_NO_AUTH": "True",
        "MAX_BODY": "2048",
        "RATE_LIMIT": "0.5",
        "RETENTION": "2d",
        "OPEN_METRICS": "1",
        "SECRET_ARN": ARN,
        "SECRET_MAX_AGE": "1m",
        "BASE_PATH": "hooks",
    }
    found = read_settings(LEAST | {f"GCSYNC_RECEIVER_{name}": value for name, value in more.items()})
    assert found == LambdaSettings(
        "dynamodb://events",
        "python:handlers:handle",
        auth="bearer",
        insecure=True,
        limits=Limits(body=2048, rate=0.5),
        retention=Retention(2 * 86400.0),
        open_metrics=True,
        secret_arn=ARN,
        secret_age=60.0,
        base_path="hooks",
    )


@pytest.mark.parametrize(
    ("name", "value", "code", "hint"),
    [
        ("STORE", "sqlite:///events.db", "GC861", "dynamodb://"),
        ("STORE", "", "GC861", "dynamodb://"),
        ("SINK", "jsonl:events.jsonl", "GC861", "sqs:"),
        ("SINK", "parquet:events", "GC861", "sqs:"),
        ("SINK", "sqlite:", "GC861", "sqs:"),
        ("SINK", " ", "GC861", "sqs:"),
        ("DEAD_LETTER", "dead.jsonl", "GC861", "leave it out"),
        ("TLS_CERT", "cert.pem", "GC861", "leave it out"),
        ("MAX_BODY", "1 MiB", "GC860", "whole number"),
        ("MAX_BODY", "0", "GC860", "whole number"),
        ("RATE_LIMIT", "-1", "GC860", "any rate"),
        ("RETENTION", "26", "GC860", "26h"),
        ("OPEN_METRICS", "perhaps", "GC860", "true or false"),
        ("SECRET_MAX_AGE", "soon", "GC860", "5m"),
    ],
)
def test_what_is_wrong_is_named_with_its_cure(name: str, value: str, code: str, hint: str) -> None:
    variable = f"GCSYNC_RECEIVER_{name}"
    with pytest.raises(DiagnosticError) as raised:
        read_settings(LEAST | {variable: value})
    (told,) = raised.value.diagnostics
    assert (told.code, told.path, hint in told.hint) == (code, variable, True)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(DiagnosticError) as raised:
        read_settings({"GCSYNC_RECEIVER_MAX_BODY": "x"})
    assert [one.code for one in raised.value.diagnostics] == ["GC861", "GC861", "GC860"]


def test_a_credential_in_two_places_is_one_too_many() -> None:
    with pytest.raises(DiagnosticError) as raised:
        read_settings(LEAST | {"GCSYNC_RECEIVER_SECRET": "canary", "GCSYNC_RECEIVER_SECRET_ARN": ARN})
    assert raised.value.diagnostics[0].code == "GC860"
    assert "canary" not in str(raised.value)
