"""Region and credentials, as the stacks and the environment give them; no request, and never a value."""

from __future__ import annotations

from collections.abc import Mapping

from gcsync.doctor.subject import Subject
from gcsync.model.check import Check, CheckStatus
from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.remote.regions import DOMAINS
from gcsync.remote.settings import (
    API_URL_VARIABLE,
    LOGIN_URL_VARIABLE,
    REGION_VARIABLES,
    Credentials,
    Endpoint,
    credential_variables,
    resolve_credentials,
    resolve_endpoint,
)


def check_region(subject: Subject, environ: Mapping[str, str]) -> tuple[Endpoint | None, Check]:
    """The hosts, and where the region was taken from."""
    try:
        endpoint = resolve_endpoint(subject.region, environ)
    except DiagnosticError as error:
        return None, failed("region", error.diagnostics[0])
    message = f"{endpoint.region} ({DOMAINS[endpoint.region]}), {_source(subject, environ)}"
    replaced = [name for name in (API_URL_VARIABLE, LOGIN_URL_VARIABLE) if environ.get(name, "").strip()]
    if len(replaced) == 1:
        message += f"; {replaced[0]} replaces one of its two hosts, and the other is {_other(endpoint, replaced[0])}"
        hint = f"set {API_URL_VARIABLE} and {LOGIN_URL_VARIABLE} together: a token of one place is of no use elsewhere"
        return endpoint, Check("region", CheckStatus.WARN, message, hint)
    if replaced:
        message += f"; {' and '.join(replaced)} replace its hosts"
    return endpoint, Check("region", CheckStatus.OK, message)


def _source(subject: Subject, environ: Mapping[str, str]) -> str:
    if subject.region:
        return "from genesys.region of the stack"
    named = next((name for name in REGION_VARIABLES if environ.get(name, "").strip()), None)
    return f"from {named}" if named else "the default"


def _other(endpoint: Endpoint, replaced: str) -> str:
    return endpoint.login_url if replaced == API_URL_VARIABLE else endpoint.api_url


def check_credentials(subject: Subject, environ: Mapping[str, str]) -> tuple[Credentials | None, Check]:
    """The credentials, and which variables they are from."""
    try:
        credentials = resolve_credentials(subject.credentials, environ)
    except DiagnosticError as error:
        return None, failed("credentials", error.diagnostics[0])
    used = credential_variables(subject.credentials, environ)
    message = f"{' and '.join(used)} {'is' if len(used) == 1 else 'are'} set"
    if credentials.access_token is not None:
        return credentials, Check("credentials", CheckStatus.OK, f"{message}: a token that gcsync cannot renew")
    return credentials, Check("credentials", CheckStatus.OK, message)


def failed(check: str, diagnostic: Diagnostic) -> Check:
    """A diagnostic as a line."""
    return Check(check, CheckStatus.FAIL, diagnostic.message, diagnostic.hint, diagnostic.code)
