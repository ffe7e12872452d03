"""Which addresses a sender on the internet can reach. All others are refused before a connection is made."""

from __future__ import annotations

import ipaddress
from typing import Final, TypeAlias

IP: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

# RFC 6052: a translator turns these into the IPv4 address of their last 32 bits.
_NAT64: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
# RFC 4291, section 2.4: of what has no meaning of its own, only 2000::/3 is given out.
_PUBLIC: Final = (ipaddress.IPv6Network("2000::/3"), *_NAT64)
# RFC 9637, of which older versions of Python do not know.
_DOCUMENTATION: Final = ipaddress.IPv6Network("3fff::/20")


def why_not_public(address: str) -> str:
    """In a few words what keeps an address from being public: `a private network`; empty for one that is public.

    An IPv6 address that stands for an IPv4 address is as public as that one is.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "no IP address"
    for one in (found, *_within(found)):
        if reason := _reason(one):
            return reason
    return ""


def _within(address: IP) -> tuple[IP, ...]:
    """The IPv4 addresses that an IPv6 address leads to."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    inner: list[IP | None] = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _NAT64):
        inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return tuple(one for one in inner if one is not None)


def _reason(address: IP) -> str:
    if address.is_loopback:
        return "this machine itself"
    if address.is_link_local:
        return "link-local, where clouds keep the metadata and credentials of their machines"
    if address.is_multicast:
        return "a multicast group"
    if address.is_unspecified:
        return "no place at all"
    if isinstance(address, ipaddress.IPv6Address):
        return _reason_v6(address)
    return "" if address.is_global else "a private network"


def _reason_v6(address: ipaddress.IPv6Address) -> str:
    if address.ipv4_mapped is not None:
        return ""
    if not address.is_global or address.is_site_local or address in _DOCUMENTATION:
        return "a private network"
    return "" if any(address in network for network in _PUBLIC) else "a reserved address"
