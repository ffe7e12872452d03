"""Whom to speak to and as whom: read from the stack's settings and the environment, before any request."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.model.value import Secret
from gcsync.remote.regions import DEFAULT_REGION, DOMAINS, find_region, nearest_region

REGION_VARIABLES: Final = ("GENESYS_CLOUD_REGION", "GENESYSCLOUD_REGION")
API_URL_VARIABLE: Final = "GENESYS_CLOUD_API_URL"
LOGIN_URL_VARIABLE: Final = "GENESYS_CLOUD_LOGIN_URL"

_CX_AS_CODE: Final = {
    "CLIENT_ID": "GENESYSCLOUD_OAUTHCLIENT_ID",
    "CLIENT_SECRET": "GENESYSCLOUD_OAUTHCLIENT_SECRET",
    "ACCESS_TOKEN": "GENESYSCLOUD_ACCESS_TOKEN",
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access token, or a client id and its secret; where there are both, the token is used."""

    client_id: str | None = None
    client_secret: Secret | None = None
    access_token: Secret | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`region` is an AWS region name; the URLs have no slash at the end."""

    region: str
    api_url: str
    login_url: str


def resolve_endpoint(region: str | None, environ: Mapping[str, str]) -> Endpoint:
    """The hosts for the stack's `region`, else for that of the environment, else for us-east-1.

    GENESYS_CLOUD_API_URL and GENESYS_CLOUD_LOGIN_URL replace the hosts. Raises DiagnosticError (GC303, GC304).
    """
    known = _resolve_region(region, environ)
    domain = DOMAINS[known]
    return Endpoint(
        region=known,
        api_url=_host_url(API_URL_VARIABLE, environ) or f"https://api.{domain}",
        login_url=_host_url(LOGIN_URL_VARIABLE, environ) or f"https://login.{domain}",
    )


def resolve_credentials(prefix: str | None, environ: Mapping[str, str]) -> Credentials:
    """The credentials of the environment; with `prefix` PROD those of GENESYS_CLOUD_PROD_CLIENT_ID and so on.

    Without a prefix a variable that is absent is replaced by that of CX as Code, unless gcsync's own make a whole.
    Raises DiagnosticError (GC301, GC302).
    """
    own = {part: _own_name(part, prefix) for part in _CX_AS_CODE}
    found = {part: _read(name, environ) for part, name in own.items()}
    if not _complete(found) and prefix is None:
        found = {part: value or _read(_CX_AS_CODE[part], environ) for part, value in found.items()}
    if not _complete(found):
        raise DiagnosticError(_missing(found, own, prefix))
    return Credentials(
        client_id=found["CLIENT_ID"],
        client_secret=Secret(found["CLIENT_SECRET"]) if found["CLIENT_SECRET"] else None,
        access_token=Secret(found["ACCESS_TOKEN"]) if found["ACCESS_TOKEN"] else None,
    )


def credential_variables(prefix: str | None, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the variables whose values `resolve_credentials` gives and a session uses; never their values."""
    own = {part: _own_name(part, prefix) for part in _CX_AS_CODE}
    present = {part: environ.get(name, "").strip() or None for part, name in own.items()}
    found = {part: own[part] for part, value in present.items() if value}
    if prefix is None and not _complete(present):
        there = {part: name for part, name in _CX_AS_CODE.items() if environ.get(name, "").strip()}
        found = {**there, **found}
    used = ("ACCESS_TOKEN",) if "ACCESS_TOKEN" in found else ("CLIENT_ID", "CLIENT_SECRET")
    return tuple(found[part] for part in used if part in found)


def _resolve_region(region: str | None, environ: Mapping[str, str]) -> str:
    sources = [("genesys.region", region or ""), *((name, environ.get(name, "").strip()) for name in REGION_VARIABLES)]
    source, text = next(((source, text) for source, text in sources if text), ("", DEFAULT_REGION))
    known = find_region(text)
    if known is None:
        raise DiagnosticError(_unknown_region(source, text))
    return known


def _unknown_region(source: str, text: str) -> Diagnostic:
    near = nearest_region(text)
    names = ", ".join(f"{region} ({domain})" for region, domain in DOMAINS.items())
    return Diagnostic(
        "GC303",
        f'{source}: "{text[:80]}" is no region of Genesys Cloud',
        hint=(f"did you mean {near}? " if near else "") + f"Regions, with their domains: {names}",
    )


def _host_url(variable: str, environ: Mapping[str, str]) -> str | None:
    text = environ.get(variable, "").strip().rstrip("/")
    if not text:
        return None
    problem = _url_problem(text)
    if problem:
        hint = "write it like https://api.mypurecloud.com; plain http is for a server on this machine only"
        raise DiagnosticError(Diagnostic("GC304", f"{variable}: {problem}", hint=hint))
    return text


def _url_problem(text: str) -> str | None:
    """What is wrong with a host URL, in words that repeat none of it: it may hold a password."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "cannot be read as a URL"
    if parts.scheme not in ("https", "http") or not host:
        return "must be an https:// URL"
    if "@" in parts.netloc or parts.query or parts.fragment:
        return "must hold neither user information nor a query"
    if not text.isascii() or not text.isprintable() or " " in text:
        return "must hold no white space and no letters beyond ASCII"
    if parts.scheme == "http" and not is_loopback(host):
        return f"plain http is allowed to this machine only (127.0.0.1, ::1, localhost), not to {host}"
    return None


def is_loopback(host: str | None) -> bool:
    """Whether a host name is this machine's own; names other than localhost are never looked up."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _own_name(part: str, prefix: str | None) -> str:
    return f"GENESYS_CLOUD_{prefix}_{part}" if prefix else f"GENESYS_CLOUD_{part}"


def _read(name: str, environ: Mapping[str, str]) -> str | None:
    """A variable without the white space around it. One that no HTTP header can carry is refused, unseen."""
    text = environ.get(name, "").strip()
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise DiagnosticError(
            Diagnostic(
                "GC302",
                f"{name} holds white space, a control character or a letter beyond ASCII",
                hint="set it anew: it was probably copied together with its surroundings",
            )
        )
    return text or None


def _complete(found: Mapping[str, str | None]) -> bool:
    return bool(found["ACCESS_TOKEN"] or (found["CLIENT_ID"] and found["CLIENT_SECRET"]))


def _missing(found: Mapping[str, str | None], own: Mapping[str, str], prefix: str | None) -> Diagnostic:
    absent = [part for part in ("CLIENT_ID", "CLIENT_SECRET") if not found[part]]
    names = [own[part] if prefix else f"{own[part]} (or {_CX_AS_CODE[part]})" for part in absent]
    token = own["ACCESS_TOKEN"] if prefix else f"{own['ACCESS_TOKEN']} (or {_CX_AS_CODE['ACCESS_TOKEN']})"
    return Diagnostic(
        "GC301",
        f"no credentials for Genesys Cloud: {' and '.join(names)} not set, and no {token} either",
        hint="set the id and secret of an OAuth client of grant type Client Credentials: "
        "Genesys Cloud Admin > Integrations > OAuth",
    )
