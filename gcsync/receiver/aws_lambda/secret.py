"""The credential from AWS Secrets Manager or the Systems Manager Parameter Store, fetched again when it is old.

    arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX          the whole text
    arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX:KEY::    a member of its JSON, as ECS names one
    arn:aws:ssm:REGION:ACCOUNT:parameter/NAME                         a SecureString

A secret that Secrets Manager rotates has its value before as AWSPREVIOUS: both are taken, until every sender has the
new one.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.authentication import PREVIOUS, SECRET, Authentication, authentication

AGAIN_SECONDS: Final = 30.0
"""How soon a fetch that failed is tried again."""
_SECRET = re.compile(r"(arn:[\w-]+:secretsmanager:([\w-]+):\d{12}:secret:[^:]+)(?::([^:]*)(?:::)?)?")
_PARAMETER = re.compile(r"arn:[\w-]+:ssm:([\w-]+):\d{12}:parameter(/.+)")

Fetch: TypeAlias = Callable[[], Mapping[str, str]]

_log = logging.getLogger(__name__)


class Renewed(Authentication):
    """Admits by a credential that is fetched, and fetched again once it is older than `seconds`."""

    def __init__(self, auth: str, fetch: Fetch, seconds: float, clock: Callable[[], float]) -> None:
        """Raises DiagnosticError (GC808, GC809, GC862)."""
        self._auth = auth
        self._fetch = fetch
        self._seconds = seconds
        self._clock = clock
        self._current = authentication(auth, fetch(), insecure=False)
        self._due = clock() + seconds
        self.challenge = self._current.challenge

    def admits(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """As the credential says that was fetched last."""
        return self._current.admits(headers)

    def renew(self) -> None:
        """To be called before a request, outside of the event loop. What cannot be fetched leaves the one there is."""
        if self._clock() < self._due:
            return
        try:
            self._current = authentication(self._auth, self._fetch(), insecure=False)
            self._due = self._clock() + self._seconds
        except DiagnosticError as error:
            self._due = self._clock() + min(AGAIN_SECONDS, self._seconds)
            _log.error("the credential is the one from before: %s", error)


def fetcher(arn: str) -> Fetch:
    """What fetches the credential, as the variables it would be in. Raises DiagnosticError (GC862), as that does."""
    secret, parameter = _SECRET.fullmatch(arn), _PARAMETER.fullmatch(arn)
    if secret is not None:
        name, region, member = secret[1], secret[2], secret[3]
        return lambda: _secret(_client("secretsmanager", region), name, member)
    if parameter is not None:
        region, name = parameter[1], parameter[2]
        return lambda: {SECRET: _parameter(_client("ssm", region), name)}
    raise _failed("it is the ARN of neither a secret nor a parameter", "write it as the console shows it")


def _client(service: str, region: str) -> Any:
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        raise _failed("boto3 is not there", "pip install 'gcsync[aws]', or package with --extra aws") from None
    quick = Config(connect_timeout=2, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2})
    return boto3.client(service, region_name=region, config=quick)


def _secret(client: Any, arn: str, member: str | None) -> dict[str, str]:
    found = {SECRET: _member(_told(client.get_secret_value, SecretId=arn)["SecretString"], member)}
    try:
        before = client.get_secret_value(SecretId=arn, VersionStage="AWSPREVIOUS")
        found[PREVIOUS] = _member(before["SecretString"], member)
    except client.exceptions.ResourceNotFoundException:
        pass  # It was never rotated.
    except Exception as error:
        raise _failed(_reason(error), _CURE) from None
    return found


def _member(text: str, member: str | None) -> str:
    if not member:
        return text
    try:
        return str(json.loads(text)[member])
    except (ValueError, KeyError, TypeError):
        raise _failed(f"the secret is no JSON with a member {member!r}", "name a member that is there") from None


def _parameter(client: Any, name: str) -> str:
    return str(_told(client.get_parameter, Name=name, WithDecryption=True)["Parameter"]["Value"])


def _told(ask: Callable[..., Any], **how: Any) -> Any:
    try:
        return ask(**how)
    except Exception as error:  # botocore raises many kinds, and only some from one base
        raise _failed(_reason(error), _CURE) from None


def _reason(error: Exception) -> str:
    """The service's code or the kind of error; a message may quote anything."""
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, Mapping) else None
    return str(code or type(error).__name__)


def _failed(what: str, hint: str) -> DiagnosticError:
    message = f"{SECRET}_ARN: the credential cannot be fetched: {what}"
    return DiagnosticError(Diagnostic("GC862", message, path=f"{SECRET}_ARN", hint=hint))


_CURE = "let the role read it: secretsmanager:GetSecretValue or ssm:GetParameter, and kms:Decrypt for a key of your own"
