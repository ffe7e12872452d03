"""The credential from AWS: fetched, cached for a while, renewed, and never told."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest
from moto import mock_aws

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.aws_lambda.secret import AGAIN_SECONDS, Renewed, fetcher

REGION = "eu-west-1"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield


def admitted(renewed: Renewed, key: str) -> bool:
    return renewed.admits([(b"x-api-key", key.encode())])


class Client:
    """Answers as Secrets Manager and the Parameter Store do, and keeps what it was asked."""

    class exceptions:  # noqa: N801 - botocore's own name
        class ResourceNotFoundException(Exception):
            pass

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def get_secret_value(self, **how: Any) -> dict[str, str]:
        self.asked.append(how)
        if "VersionStage" in how:
            raise self.exceptions.ResourceNotFoundException
        return {"SecretString": '{"key": "inner"}'}

    def get_parameter(self, **how: Any) -> dict[str, Any]:
        self.asked.append(how)
        return {"Parameter": {"Value": "sesame"}}


SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:receiver-AbCdEf"


@pytest.mark.parametrize(
    ("arn", "found", "asked"),
    [
        (SECRET_ARN, '{"key": "inner"}', {"SecretId": SECRET_ARN}),
        (f"{SECRET_ARN}:key::", "inner", {"SecretId": SECRET_ARN}),
        (
            "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/receiver/key",
            "sesame",
            {"Name": "/receiver/key", "WithDecryption": True},
        ),
    ],
    ids=["secret", "member", "parameter"],
)
def test_the_arn_says_what_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, arn: str, found: str, asked: dict[str, Any]
) -> None:
    client = Client()
    monkeypatch.setattr("gcsync.receiver.aws_lambda.secret._client", lambda service, region: client)
    assert fetcher(arn)() == {"GCSYNC_RECEIVER_SECRET": found}
    assert client.asked[0] == asked


@pytest.mark.full
@pytest.mark.usefixtures("aws")
class TestFetching:
    def test_a_secret_and_the_one_before_it(self) -> None:
        client = boto3.client("secretsmanager", REGION)
        arn = client.create_secret(Name="receiver", SecretString="first")["ARN"]
        assert fetcher(arn)() == {"GCSYNC_RECEIVER_SECRET": "first"}
        client.put_secret_value(SecretId=arn, SecretString="second")
        both = {"GCSYNC_RECEIVER_SECRET": "second", "GCSYNC_RECEIVER_SECRET_PREVIOUS": "first"}
        assert fetcher(arn)() == both

    @pytest.mark.parametrize("suffix", [":key", ":key::"])
    def test_a_member_of_a_secret_in_json(self, suffix: str) -> None:
        client = boto3.client("secretsmanager", REGION)
        arn = client.create_secret(Name="receiver", SecretString=json.dumps({"key": "inner"}))["ARN"]
        assert fetcher(arn + suffix)() == {"GCSYNC_RECEIVER_SECRET": "inner"}
        with pytest.raises(DiagnosticError, match=r"GC862.*no JSON with a member 'other'"):
            fetcher(f"{arn}:other")()

    def test_a_parameter(self) -> None:
        boto3.client("ssm", REGION).put_parameter(Name="/receiver/key", Value="sesame", Type="SecureString")
        fetch = fetcher(f"arn:aws:ssm:{REGION}:123456789012:parameter/receiver/key")
        assert fetch() == {"GCSYNC_RECEIVER_SECRET": "sesame"}

    def test_what_is_not_there_is_told_by_the_services_code(self) -> None:
        arn = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:missing-AbCdEf"
        with pytest.raises(DiagnosticError, match=r"GC862.*ResourceNotFoundException"):
            fetcher(arn)()


@pytest.mark.parametrize("arn", ["canary", "arn:aws:s3:::bucket", "arn:aws:ssm:eu-west-1:1:parameter/x"])
def test_an_arn_of_something_else_is_refused(arn: str) -> None:
    with pytest.raises(DiagnosticError, match="GC862"):
        fetcher(arn)


class Source:
    """Gives one credential after the other; an empty one stands for a failure."""

    def __init__(self, *secrets: str) -> None:
        self.secrets = list(secrets)
        self.now = 0.0

    def fetch(self) -> Mapping[str, str]:
        secret = self.secrets.pop(0)
        if not secret:
            raise DiagnosticError(Diagnostic("GC862", "the credential cannot be fetched: ThrottlingException"))
        return {"GCSYNC_RECEIVER_SECRET": secret}

    def renewed(self) -> Renewed:
        return Renewed("header:X-Api-Key", self.fetch, 300.0, lambda: self.now)


def test_it_is_fetched_again_when_it_is_old_and_not_before() -> None:
    source = Source("first", "second")
    renewed = source.renewed()
    source.now = 299.0
    renewed.renew()
    assert (admitted(renewed, "first"), source.secrets) == (True, ["second"])
    source.now = 300.0
    renewed.renew()
    assert (admitted(renewed, "first"), admitted(renewed, "second")) == (False, True)


def test_one_that_cannot_be_fetched_again_stays_and_is_asked_for_soon(caplog: pytest.LogCaptureFixture) -> None:
    source = Source("canary-1", "", "second")
    renewed = source.renewed()
    source.now = 300.0
    with caplog.at_level(logging.DEBUG):
        renewed.renew()
    assert admitted(renewed, "canary-1")
    assert "GC862" in caplog.text
    assert "canary" not in caplog.text
    source.now += AGAIN_SECONDS
    renewed.renew()
    assert admitted(renewed, "second")


def test_the_first_one_must_be_there() -> None:
    with pytest.raises(DiagnosticError, match="GC862"):
        Source("").renewed()


def test_its_challenge_is_that_of_the_way_to_authenticate() -> None:
    source: Any = Source("sesame")
    assert Renewed("bearer", source.fetch, 300.0, lambda: 0.0).challenge == 'Bearer realm="gcsync"'
