from __future__ import annotations

from gcsync.model.check import Check, CheckStatus
from gcsync.views.style import Style
from gcsync.views.text_doctor import render_doctor

CHECKS = [
    Check("versions", CheckStatus.OK, "gcsync 0.1.0"),
    Check("clock", CheckStatus.WARN, "182 s ahead", "set it by NTP", "GC694"),
    Check("api.dns", CheckStatus.FAIL, "the name of api.example.com cannot be resolved", "check the network", "GC691"),
    Check("api.tls", CheckStatus.NOT_CHECKED, "its name cannot be resolved"),
]


def test_a_line_per_check_and_the_next_step_below_what_is_wrong() -> None:
    assert (
        render_doctor(CHECKS, Style())
        == """\
ok    versions: gcsync 0.1.0
warn  clock[GC694]: 182 s ahead
        hint: set it by NTP
fail  api.dns[GC691]: the name of api.example.com cannot be resolved
        hint: check the network
-     api.tls: not checked: its name cannot be resolved

1 ok, 1 warn, 1 fail, 1 not checked.
"""
    )


def test_where_all_is_well_there_is_no_next_step() -> None:
    fine = Check("topics", CheckStatus.OK, "one list may not be read", "grant it", "GC433")
    assert render_doctor([fine], Style()).startswith("ok    topics: one list may not be read\n\n1 ok")


def test_several_places_have_a_heading_each() -> None:
    checks = [
        Check("versions", CheckStatus.OK, "gcsync 0.1.0"),
        Check("region", CheckStatus.OK, "us-east-1", about="DEV"),
        Check("token", CheckStatus.OK, "accepted", about="DEV"),
        Check("region", CheckStatus.OK, "eu-west-1", about="PROD"),
    ]
    assert (
        render_doctor(checks, Style())
        == """\
ok    versions: gcsync 0.1.0

DEV
ok    region: us-east-1
ok    token: accepted

PROD
ok    region: eu-west-1

4 ok, 0 warn, 0 fail, 0 not checked.
"""
    )


def test_long_text_is_folded_and_hostile_text_escaped() -> None:
    long = Check("token", CheckStatus.FAIL, f"no\x1b[2J {'word ' * 20}".strip(), "a\nb")
    lines = render_doctor([long], Style(width=60)).splitlines()
    assert lines[0].startswith("fail  token: no\\x1b[2J word")
    assert lines[1].startswith("        word")
    assert lines[3:] == ["        hint: a\\nb", "", "0 ok, 0 warn, 1 fail, 0 not checked."]
    assert max(map(len, lines)) <= 60


def test_the_status_is_coloured_and_nothing_else() -> None:
    assert render_doctor(CHECKS[:1], Style(color=True)).startswith("\x1b[32mok  \x1b[0m  versions: gcsync 0.1.0\n")
