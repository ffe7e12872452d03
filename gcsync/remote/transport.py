"""One request, one answer, through a requests adapter: read-only rule, hosts, TLS, proxies, size.

The adapter is spoken to directly, without `requests.Session`: a Session adds what must not be here (redirects that
carry credentials to another host, cookies, ~/.netrc), and is not safe to share between threads; an adapter is.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
)
from urllib3.exceptions import ProxyError as PoolProxyError

from gcsync import __version__
from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.model.value import reveal
from gcsync.remote.adapter import SteadyAdapter, prepare
from gcsync.remote.bodies import read_reply
from gcsync.remote.settings import Endpoint, is_loopback
from gcsync.remote.wire import Call, NoReply, Reply, Trouble

CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 60.0

_BUNDLE_VARIABLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


class Transport:
    """Sends calls to the two hosts of an endpoint and to no other. Safe to use from several threads."""

    def __init__(
        self, endpoint: Endpoint, *, read_only: bool, adapter: BaseAdapter | None, environ: Mapping[str, str]
    ) -> None:
        self._hosts = {"api": endpoint.api_url, "login": endpoint.login_url}
        self._read_only = read_only
        self._adapter = adapter or SteadyAdapter()
        encrypted = any(urlsplit(url).scheme == "https" for url in self._hosts.values())
        self._verify = trusted_certificates(environ) if encrypted else True
        self._proxies = {host: proxies_for(url, environ) for host, url in self._hosts.items()}

    def permit(self, call: Call) -> None:
        """Raises DiagnosticError GC327 for a write where none may be."""
        if self._read_only and not call.reads:
            raise DiagnosticError(_refused(call))

    def send(self, call: Call, authorization: str) -> Reply:
        """The answer, whatever its status. Raises NoReply, and what `permit` raises."""
        self.permit(call)
        request = self._prepare(call, authorization)
        try:
            response = self._adapter.send(
                request,
                stream=True,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                verify=self._verify,
                proxies=self._proxies[call.host],
            )
            return read_reply(response, time.monotonic)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise self._no_reply(call, error) from None

    def close(self) -> None:
        self._adapter.close()

    def host(self, call: Call) -> str:
        """The host of a call, as a person knows it: `api.mypurecloud.com`, `127.0.0.1:8080`."""
        return urlsplit(self._hosts[call.host]).netloc

    def _prepare(self, call: Call, authorization: str) -> requests.PreparedRequest:
        body = call.body if call.body is None or isinstance(call.body, str) else json.dumps(reveal(call.body))
        headers = headers_of(call, authorization)
        return prepare(call.method, f"{self._hosts[call.host]}{call.target_path}", headers, body)

    def _no_reply(self, call: Call, error: Exception) -> NoReply:
        host = self.host(call)
        chain = list(_causes(error))
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in chain):
            return NoReply(Trouble.UNTRUSTED, f"the certificate of {host} is not trusted", _CERTIFICATE_HINT)
        if any(isinstance(cause, ssl.SSLError) and _is_handshake(cause) for cause in chain):
            return NoReply(Trouble.UNTRUSTED, f"{host} does not speak TLS", "does the URL begin with the right scheme?")
        if isinstance(error, requests.exceptions.InvalidSchema | requests.exceptions.InvalidURL):
            return NoReply(Trouble.UNUSABLE, f"{host} cannot be asked with the URLs that are set", _PROXY_HINT)
        if _never_connected(error):
            detail, hint = _connection_problem(host, chain, proxied=bool(self._proxies[call.host]))
            return NoReply(Trouble.NEVER_SENT, detail, hint)
        if isinstance(error, requests.Timeout):
            return NoReply(Trouble.DROPPED, f"{host} did not answer within {READ_SECONDS:.0f} s")
        return NoReply(Trouble.DROPPED, f"{host} dropped the connection before its answer was complete")


def headers_of(call: Call, authorization: str) -> dict[str, str]:
    """The headers of a request, less those of the connection."""
    headers = {"User-Agent": f"gcsync/{__version__}", "Accept": "application/json", "Authorization": authorization}
    if call.body is not None:
        form = isinstance(call.body, str)
        headers["Content-Type"] = "application/x-www-form-urlencoded" if form else "application/json"
    return headers


_PROXY_HINT: Final = "check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY"
_CERTIFICATE_HINT: Final = (
    "behind a proxy that opens TLS, set REQUESTS_CA_BUNDLE or SSL_CERT_FILE to a file with its certificate; "
    "gcsync never turns the check off"
)


def _refused(call: Call) -> Diagnostic:
    return Diagnostic("GC327", f"this command only reads: {call} was not sent", hint="only apply and destroy write")


def trusted_certificates(environ: Mapping[str, str]) -> bool | str:
    """True for the certificates that requests brings along, or the file or folder that the environment names."""
    for variable in _BUNDLE_VARIABLES:
        path = environ.get(variable, "")
        if path:
            _check_certificates(variable, path)
            return path
    return True


def trusting_context(environ: Mapping[str, str]) -> ssl.SSLContext:
    """The same for a connection that is made by hand. Raises DiagnosticError GC331."""
    trusted = trusted_certificates(environ)
    path = trusted if isinstance(trusted, str) else requests.utils.DEFAULT_CA_BUNDLE_PATH
    is_folder = Path(path).is_dir()
    return ssl.create_default_context(cafile=None if is_folder else path, capath=path if is_folder else None)


def _check_certificates(variable: str, path: str) -> None:
    """Raises DiagnosticError GC331 for a file without certificates: every request would fail as if dropped."""
    is_folder = Path(path).is_dir()
    try:
        trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusted.load_verify_locations(cafile=None if is_folder else path, capath=path if is_folder else None)
    except (OSError, ValueError):
        problem = f"{variable}: {path} cannot be read as a file of certificates"
        raise DiagnosticError(Diagnostic("GC331", problem, hint="it must hold certificates in PEM form")) from None


def proxies_for(url: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The proxies for a host as the environment gives them, lower case first, as requests and curl read them.

    None for this machine: what is allowed to go there unencrypted must not leave it.
    """

    def variable(name: str) -> str:
        return environ.get(name) or environ.get(name.upper()) or ""

    no_proxy = variable("no_proxy")
    if (
        is_loopback(urlsplit(url).hostname)
        or no_proxy.strip() == "*"
        or requests.utils.should_bypass_proxies(url, no_proxy=no_proxy)
    ):
        return {}
    found = {scheme: variable(f"{scheme}_proxy") for scheme in ("http", "https", "all")}
    return {scheme: proxy for scheme, proxy in found.items() if proxy}


def _never_connected(error: BaseException) -> bool:
    """Whether the connection failed before a byte of the request was sent."""
    never = (requests.ConnectTimeout, requests.exceptions.ProxyError)
    if isinstance(error, never):
        return True
    kinds = (NewConnectionError, ConnectTimeoutError, PoolProxyError)
    return any(isinstance(cause, kinds) for cause in _causes(error))


def _connection_problem(host: str, chain: list[BaseException], *, proxied: bool) -> tuple[str, str]:
    """What to tell a person about a connection that was never made, and what to look at."""
    if any(isinstance(cause, PoolProxyError | requests.exceptions.ProxyError) for cause in chain):
        return f"the proxy to {host} cannot be used", _PROXY_HINT
    hint = "check the network and GENESYS_CLOUD_API_URL, GENESYS_CLOUD_LOGIN_URL and the region"
    hint += ", and the proxy variables" if proxied else "; behind a proxy, set HTTPS_PROXY"
    if any(isinstance(cause, NameResolutionError) for cause in chain):
        return f"the name of {host} cannot be resolved", hint
    if any(isinstance(cause, ConnectionRefusedError) for cause in chain):
        return f"{host} refuses connections", hint
    if any(isinstance(cause, TimeoutError) for cause in chain):
        return f"{host} did not take a connection within {CONNECT_SECONDS:.0f} s", hint
    return f"{host} cannot be reached", hint


def _is_handshake(error: ssl.SSLError) -> bool:
    return error.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE")


def _causes(error: BaseException) -> list[BaseException]:
    """An exception with everything that it wraps: requests and urllib3 hide the cause in different places."""
    found: list[BaseException] = []
    waiting: list[Any] = [error]
    while waiting:
        current = waiting.pop()
        if not isinstance(current, BaseException) or current in found:
            continue
        found.append(current)
        waiting += [current.__cause__, current.__context__, *current.args]
        waiting += [current.reason] if isinstance(current, MaxRetryError) else []
    return found
