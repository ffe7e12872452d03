"""Whether a destination's URL could be reached by a sender on the internet, judged by its syntax alone."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?|_[\w-]{0,62}")
_PRIVATE_ENDINGS = ("localhost", "local", "internal", "invalid", "lan", "home.arpa")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")


def url_problem(url: str) -> str | None:
    """Why this is no destination, or None. User information, a query and any port are allowed."""
    if any(ord(character) <= 32 or ord(character) == 127 or character == "\\" for character in url):
        return "it holds white space, a control character or a backslash"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return str(error)
    if parts.scheme != "https":
        return "it must start with https://"
    if not host:
        return "it names no host"
    return _literal_problem(host) if ":" in host or _is_ipv4(host) else _name_problem(host.rstrip("."))


def _is_ipv4(host: str) -> bool:
    # As in the WHATWG URL standard: a host whose last label is a number is an IPv4 address or an error.
    return bool(_NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]))


def _literal_problem(host: str) -> str | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return f'"{host}" is not an IP address'
    return None if address.is_global else f"{host} is not a public address"


def _name_problem(host: str) -> str | None:
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return f'"{host}" is not a host name'
    if any(host == ending or host.endswith(f".{ending}") for ending in _PRIVATE_ENDINGS) or len(labels) == 1:
        return f'"{host}" cannot be resolved publicly'
    return None
