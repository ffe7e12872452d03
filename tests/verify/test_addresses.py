from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.verify.addresses import why_not_public

PRIVATE = "a private network"
LINK = "link-local, where clouds keep the metadata and credentials of their machines"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("93.184.216.34", ""),
        ("2606:2800:220:1:248:1893:25c8:1946", ""),
        ("::ffff:93.184.216.34", ""),
        ("64:ff9b::5db8:d822", ""),
        ("127.0.0.1", "this machine itself"),
        ("127.255.0.3", "this machine itself"),
        ("::1", "this machine itself"),
        ("::ffff:127.0.0.1", "this machine itself"),
        ("169.254.169.254", LINK),
        ("fe80::1%eth0", LINK),
        ("::ffff:169.254.169.254", LINK),
        ("64:ff9b::a9fe:a9fe", LINK),
        ("2002:a9fe:a9fe::1", LINK),
        ("fd00:ec2::254", PRIVATE),
        ("10.1.2.3", PRIVATE),
        ("172.16.0.1", PRIVATE),
        ("192.168.0.1", PRIVATE),
        ("100.100.100.200", PRIVATE),
        ("192.0.2.1", PRIVATE),
        ("240.0.0.1", PRIVATE),
        ("255.255.255.255", PRIVATE),
        ("fec0::1", PRIVATE),
        ("3fff::1", PRIVATE),
        ("::10.0.0.1", "a reserved address"),
        ("::ffff:0:10.0.0.1", "a reserved address"),
        ("5f00::1", "a reserved address"),
        ("0.0.0.0", "no place at all"),
        ("::", "no place at all"),
        ("224.0.0.1", "a multicast group"),
        ("ff02::1", "a multicast group"),
        ("events.example.com", "no IP address"),
    ],
)
def test_why(address: str, reason: str) -> None:
    assert why_not_public(address) == reason


@given(st.ip_addresses(v=4))
def test_an_address_is_as_public_in_any_form(address: ipaddress.IPv4Address) -> None:
    forms = [f"::ffff:{address}", str(ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) | int(address)))]
    assert {bool(why_not_public(form)) for form in forms} == {bool(why_not_public(str(address)))}
