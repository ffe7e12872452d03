"""What AWS refuses, and a machine that is not set up for it, as diagnostics."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from gcsync.locks import Holder, Lock, Subject, open_remote
from gcsync.locks.dynamodb import DynamoStore
from gcsync.locks.s3 import S3Store
from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from tests.locks import cloud

SUBJECT = Subject("org-1", "contact-center")
ADA = Holder("id-ada", "ada", "build-7", 4711)


def opened(scheme: str, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, place: str = "") -> Lock:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    name = place or {"s3": cloud.BUCKET, "dynamodb": cloud.TABLE}[scheme]
    return open_remote(f"{scheme}://{name}/gcsync", SUBJECT, environ)


def refusal(lock: Lock) -> Diagnostic:
    with pytest.raises(DiagnosticError) as caught:
        lock.acquire(ADA)
    (found,) = caught.value.diagnostics
    assert found.code == "GC643"
    return found


@pytest.mark.parametrize("scheme", ["s3", "dynamodb"])
def test_without_boto3_the_extra_is_named(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(DiagnosticError) as caught:
        opened(scheme, {}, monkeypatch)
    (found,) = caught.value.diagnostics
    assert (found.code, found.hint) == ("GC642", "pip install 'gcsync[aws]'")


@pytest.mark.parametrize("scheme", ["s3", "dynamodb"])
def test_without_credentials(scheme: str, aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {name: value for name, value in cloud.access(aws).items() if "_KEY" not in name}
    assert "AWS_ACCESS_KEY_ID" in refusal(opened(scheme, environ, monkeypatch)).hint


def test_without_a_region(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {name: value for name, value in cloud.access(aws).items() if name != "AWS_REGION"}
    with pytest.raises(DiagnosticError) as caught:
        opened("dynamodb", environ, monkeypatch)
    assert "AWS_REGION" in caught.value.diagnostics[0].hint


@pytest.mark.parametrize(("scheme", "place"), [("s3", "no-such-bucket"), ("dynamodb", "no-such-table")])
def test_without_the_bucket_or_table(scheme: str, place: str, aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = refusal(opened(scheme, cloud.access(aws), monkeypatch, place))
    assert found.message.startswith(f"{scheme}://{place}/gcsync/org-1/contact-center: ")
    assert "docs/locking.md" in found.hint


def test_a_table_with_another_key(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud.client("dynamodb", aws).create_table(
        TableName="other-key",
        KeySchema=[{"AttributeName": "Name", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Name", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert "LockID" in refusal(opened("dynamodb", cloud.access(aws), monkeypatch, "other-key")).hint


@pytest.mark.parametrize("scheme", ["s3", "dynamodb"])
def test_an_endpoint_that_is_not_there_is_given_up_soon(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore import httpsession

    tries: list[str] = []
    send = httpsession.URLLib3Session.send

    def counted(session: Any, request: Any) -> Any:
        tries.append(request.url)
        return send(session, request)

    monkeypatch.setattr(httpsession.URLLib3Session, "send", counted)
    found = refusal(opened(scheme, cloud.access("http://127.0.0.1:9"), monkeypatch))
    assert "AWS_ENDPOINT_URL" in found.hint
    # Three times written, and as often read, in case a write came through.
    assert 1 <= len(tries) <= 6


def test_an_endpoint_that_is_no_url(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DiagnosticError) as caught:
        opened("s3", cloud.access("nonsense"), monkeypatch)
    assert "nonsense" in caught.value.diagnostics[0].message


@pytest.mark.parametrize(
    ("code", "word"),
    [("AccessDenied", "rights"), ("SlowDown", "later"), ("ExpiredToken", "AWS_PROFILE"), ("Unheard", "AWS_REGION")],
)
def test_what_s3_refuses(code: str, word: str, aws_environment: dict[str, str]) -> None:
    from botocore.stub import Stubber

    store = S3Store(cloud.BUCKET, "k", aws_environment)
    with Stubber(store._client) as stub:
        stub.add_client_error("put_object", code, "no")
        with pytest.raises(DiagnosticError) as caught:
            store.put_new(ADA)
    found = caught.value.diagnostics[0]
    assert (found.code, found.message, word in found.hint) == ("GC643", f"s3://{cloud.BUCKET}/k: {code}: no", True)


@pytest.mark.parametrize(
    ("code", "word"), [("AccessDeniedException", "rights"), ("ProvisionedThroughputExceededException", "later")]
)
def test_what_dynamodb_refuses(code: str, word: str, aws_environment: dict[str, str]) -> None:
    from botocore.stub import Stubber

    store = DynamoStore(cloud.TABLE, "k", aws_environment)
    with Stubber(store._client) as stub:
        stub.add_client_error("get_item", code, "no")
        with pytest.raises(DiagnosticError) as caught:
            store.read()
    assert word in caught.value.diagnostics[0].hint


def test_another_write_under_way_is_somebody_elses_lock(aws_environment: dict[str, str]) -> None:
    from botocore.stub import Stubber

    store = S3Store(cloud.BUCKET, "k", aws_environment)
    with Stubber(store._client) as stub:
        stub.add_client_error("put_object", "ConditionalRequestConflict", "busy", 409)
        assert not store.put_new(ADA)


def test_a_server_without_conditional_deletes_deletes_without_one(aws_environment: dict[str, str]) -> None:
    from botocore.stub import Stubber

    from gcsync.locks.remote import Entry

    store = S3Store(cloud.BUCKET, "k", aws_environment)
    with Stubber(store._client) as stub:
        stub.add_client_error("delete_object", "NotImplemented", "no such header", 501)
        stub.add_response("delete_object", {}, {"Bucket": cloud.BUCKET, "Key": "k"})
        assert store.delete(Entry("", '"etag"'))


def test_an_object_that_changed_since_it_was_read_is_not_deleted(aws: str, aws_environment: dict[str, str]) -> None:
    store = S3Store(cloud.BUCKET, "changes", aws_environment)
    store.put_new(ADA)
    seen = store.read()
    assert seen is not None
    other: Any = cloud.client("s3", aws)
    other.put_object(Bucket=cloud.BUCKET, Key="changes", Body=b"{}")
    assert not store.delete(seen)
    assert store.read() is not None


def test_a_lock_of_terraform_in_the_same_table_is_left_alone(aws: str, aws_environment: dict[str, str]) -> None:
    other: Any = cloud.client("dynamodb", aws)
    other.put_item(TableName=cloud.TABLE, Item={"LockID": {"S": "theirs"}, "Info": {"S": '{"ID": "x", "Who": "y"}'}})
    store = DynamoStore(cloud.TABLE, "theirs", aws_environment)
    assert not store.put_new(ADA)
    entry = store.read()
    assert entry is not None
    assert entry.holder == Holder("")
