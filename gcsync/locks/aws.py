"""Clients of AWS through boto3, an optional extra, and its errors as diagnostics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from gcsync.model.diagnostic import Diagnostic, DiagnosticError

# A lock is one small request: whoever does not answer in this time is not reachable.
_CONNECT_SECONDS = 5
_READ_SECONDS = 10
_ATTEMPTS = 3

_CREDENTIALS = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give the machine a role"
_MISSING = "make it, or correct `lock:` in the stack file: docs/locking.md has the definition"
_RIGHTS = "give the client the rights that docs/locking.md lists"
_LATER = "AWS asks to slow down: run it again later"
_REGION = "set AWS_REGION, or a region in the AWS profile"
_NETWORK = "is the network there, and AWS_REGION or AWS_ENDPOINT_URL right? gcsync unlock shows who holds the lock now"
_TABLE = (
    'the table needs the partition key "LockID" of type string, and no sort key: docs/locking.md has the definition'
)

# Codes of errors: S3 API Reference, "Error responses"; DynamoDB Developer Guide, "Error handling"; STS common errors.
_HINTS = {
    "NoSuchBucket": _MISSING,
    "ResourceNotFoundException": _MISSING,
    "AccessDenied": _RIGHTS,
    "AccessDeniedException": _RIGHTS,
    "403": _RIGHTS,
    "SlowDown": _LATER,
    "ThrottlingException": _LATER,
    "RequestLimitExceeded": _LATER,
    "ProvisionedThroughputExceededException": _LATER,
    "ExpiredToken": _CREDENTIALS,
    "ExpiredTokenException": _CREDENTIALS,
    "InvalidAccessKeyId": _CREDENTIALS,
    "SignatureDoesNotMatch": _CREDENTIALS,
    "InvalidSignatureException": _CREDENTIALS,
    "UnrecognizedClientException": _CREDENTIALS,
    "ValidationException": _TABLE,
    "NoCredentialsError": _CREDENTIALS,
    "PartialCredentialsError": _CREDENTIALS,
    "CredentialRetrievalError": _CREDENTIALS,
    "ProfileNotFound": _CREDENTIALS,
    "TokenRetrievalError": _CREDENTIALS,
    "NoRegionError": _REGION,
    "InvalidRegionError": _REGION,
}


class AwsFailure(DiagnosticError):
    """An error of AWS as a diagnostic (GC643). `code` is the API's own, or the name of boto3's exception."""

    def __init__(self, diagnostic: Diagnostic, code: str) -> None:
        super().__init__(diagnostic)
        self.code = code


def aws_client(service: str, place: str, environ: Mapping[str, str]) -> Any:
    """A client of boto3, the same one for every lock. Raises DiagnosticError: GC642 without boto3, GC643 not set up."""
    try:
        import boto3  # noqa: F401
    except ImportError as error:
        hint = "pip install 'gcsync[aws]'"
        raise DiagnosticError(Diagnostic("GC642", f"{place}: this lock needs boto3 ({error})", hint=hint)) from None
    with told(place):
        return _client(service, frozenset((name, value) for name, value in environ.items() if name.startswith("AWS_")))


@cache
def _client(service: str, environ: frozenset[tuple[str, str]]) -> Any:
    """Made once per environment: to read the description of a service takes longer than a request."""
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
    )
    # boto3 itself reads AWS_DEFAULT_REGION and the profile; AWS_REGION is what the other SDKs read.
    session = boto3.session.Session(region_name=dict(environ).get("AWS_REGION") or None)
    return session.client(service, config=config)


@contextmanager
def told(place: str) -> Iterator[None]:
    """Errors of AWS inside become `AwsFailure`s."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        found = error.response.get("Error", {})
        code = str(found.get("Code") or "an error without a code")
        raise _failure(place, code, f"{code}: {found.get('Message') or 'without a message'}") from error
    except (BotoCoreError, ValueError) as error:
        # boto3 raises ValueError for an endpoint that is no URL.
        raise _failure(place, type(error).__name__, str(error)) from error


def _failure(place: str, code: str, said: str) -> AwsFailure:
    hint = _HINTS.get(code, _NETWORK)
    return AwsFailure(Diagnostic("GC643", f"{place}: {said}", hint=hint), code)
