"""Clients of AWS for the receiver's stores and sinks, through botocore, an optional extra; and what its errors say."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from gcsync.model.diagnostic import Diagnostic, DiagnosticError

CONNECT_SECONDS: Final = 2
ANSWER_SECONDS: Final = 5
ATTEMPTS: Final = 3
"""All in all below the 45 seconds of a sink, back-off included (botocore's mode `standard`)."""

_CREDENTIALS = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give the task or function a role"
_REGION = "name the region in the URL or ARN, or set AWS_REGION"
_RIGHTS = "give the role the actions that docs/receiver-aws.md lists"
_NETWORK = "is the network there, and the region or the endpoint (AWS_ENDPOINT_URL) right?"

# Codes of errors: "Common errors" of the API references of DynamoDB, SQS, SNS and Kinesis, and of STS.
_DENIED: Final = frozenset(
    {"AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException"}
)
_HINTS: Final = {
    **dict.fromkeys(_DENIED, _RIGHTS),
    "ExpiredTokenException": _CREDENTIALS,
    "IncompleteSignatureException": _CREDENTIALS,
    "InvalidClientTokenId": _CREDENTIALS,
    "InvalidSignatureException": _CREDENTIALS,
    "MissingAuthenticationTokenException": _CREDENTIALS,
    "UnrecognizedClientException": _CREDENTIALS,
    "ConfigNotFound": _CREDENTIALS,
    "CredentialRetrievalError": _CREDENTIALS,
    "NoCredentialsError": _CREDENTIALS,
    "PartialCredentialsError": _CREDENTIALS,
    "ProfileNotFound": _CREDENTIALS,
    "TokenRetrievalError": _CREDENTIALS,
    "InvalidRegionError": _REGION,
    "NoRegionError": _REGION,
}


def aws_client(
    service: str, option: str, environ: Mapping[str, str], *, region: str, endpoint: str, connections: int
) -> Any:
    """A client that keeps as many connections, for `--store` or `--sink`. An empty region or endpoint is AWS's own way.

    Raises DiagnosticError (GC814): without botocore, credentials or a region.
    """
    try:
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, NoCredentialsError
        from botocore.session import Session
    except ImportError:
        hint = "pip install 'gcsync[aws]'"
        message = f"{service} needs boto3, which is not installed"
        raise DiagnosticError(Diagnostic("GC814", message, path=option, hint=hint)) from None
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=ANSWER_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=connections,
        tcp_keepalive=True,
    )
    try:
        session = Session()
        session.register_component("data_loader", _loader())
        # AWS_REGION is what Lambda and the other SDKs have; botocore itself reads AWS_DEFAULT_REGION and the profile.
        found = region or environ.get("AWS_REGION") or None
        client = session.create_client(service, region_name=found, endpoint_url=endpoint or None, config=config)
        if session.get_credentials() is None:
            client.close()
            raise NoCredentialsError
    except (BotoCoreError, ValueError) as error:
        # botocore raises ValueError for an endpoint that is no URL.
        raise DiagnosticError(refusal(error, service, option)) from None
    return client


@cache
def _loader() -> Any:
    """Reads the descriptions of services once for all clients: that takes longer than a request."""
    from botocore.loaders import create_loader

    return create_loader()


def refusal(error: Exception, place: str, option: str) -> Diagnostic:
    """What AWS, or botocore before it, says at the start (GC814), when no event is there that could be told."""
    code = code_of(error)
    said = _answer(error).get("Message") or str(error)
    return Diagnostic("GC814", f"{place}: {code}: {said}", path=option, hint=_HINTS.get(code, _NETWORK))


def reason(error: Exception) -> str:
    """The same for the log, where nothing of an event may stand: the code; who lacks which right is said in full."""
    code = code_of(error)
    return f"{code}: {_answer(error).get('Message')}" if code in _DENIED else code


def code_of(error: Exception) -> str:
    """The API's own code, or the name of botocore's exception."""
    return str(_answer(error).get("Code") or type(error).__name__)


def _answer(error: Exception) -> Mapping[str, str]:
    """What AWS said; nothing where botocore itself found something."""
    found: Any = getattr(error, "response", None)
    return found.get("Error", {}) if isinstance(found, dict) else {}
