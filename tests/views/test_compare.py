"""A comparison in every format: what differs, whose value is odd, and no secret."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from gcsync.model.address import Address
from gcsync.model.comparison import Comparison, Presence, PresenceDifference, ValueDifference
from gcsync.model.plan import ABSENT
from gcsync.model.value import Secret
from gcsync.views.json_compare import render_json_comparison
from gcsync.views.markdown_compare import render_markdown_comparison
from gcsync.views.style import Style, cells
from gcsync.views.text_compare import render_comparison

CALLS = Address("stream", "calls")
CANARY = "canary-of-a-secret"
NOTHING = Comparison(("dev", "prod"))
FOUND = Comparison(
    ("dev", "prod"),
    declared=(PresenceDifference("team", CALLS, {"dev": Presence.DECLARED, "prod": Presence.NOT_DECLARED}),),
    live=(
        ValueDifference("team", CALLS, ("enabled",), {"dev": True, "prod": False}, (), {"dev": True, "prod": False}),
        ValueDifference(
            "team",
            CALLS,
            ("destinations", 0),
            {"dev": ABSENT, "prod": {"url": "https://a|b.example.com", "key": Secret(CANARY)}},
            (),
            {"dev": True, "prod": False},
        ),
    ),
    by_variables=(
        ValueDifference("team", CALLS, ("description",), {"dev": "a\x1b[31m", "prod": "<b>"}, ("${env_name}",)),
    ),
    hidden=1,
)

TEXT = """\
Declared in another way:

  stream.calls
      dev   declared
      prod  not declared

Live, beyond what is declared:

  stream.calls
      enabled:
          dev   true (as declared)
          prod  false (not as declared)
      destinations[0]:
          dev   (none) (as declared)
          prod  {url: "https://a|b.example.com", key: (sensitive value)} (not
                as declared)

1 value differs by variables or the environment's name alone; --all shows them.
1 attribute with a sensitive part: that part is not compared between
environments.
dev and prod differ: 1 declared, 2 live.
"""


def test_as_text() -> None:
    assert render_comparison(FOUND, Style(), everything=False) == TEXT


def test_with_everything_what_variables_make_differ_is_shown_with_them() -> None:
    text = render_comparison(FOUND, Style(), everything=True)
    assert "      description:  # ${env_name}\n" in text
    assert '          dev   "a\\x1b[31m"\n          prod  "<b>"\n' in text
    assert "--all" not in text


def test_no_line_is_wider_than_the_terminal() -> None:
    for width in (40, 60, 200):
        lines = render_comparison(FOUND, Style(width=width), everything=True).splitlines()
        assert max(map(cells, lines)) <= width


def test_nothing_to_tell() -> None:
    assert render_comparison(NOTHING, Style(), everything=False) == "No differences between dev and prod.\n"
    assert json.loads(render_json_comparison(NOTHING, everything=False))["differ"] is False
    assert render_markdown_comparison(NOTHING, everything=False) == "**No differences between dev and prod.**\n"


def test_as_json() -> None:
    text = render_json_comparison(FOUND, everything=True)
    document = json.loads(text)
    assert text.count("\n") == 1
    assert document["declared"] == [
        {"stack": "team", "address": "stream.calls", "standing": {"dev": "declared", "prod": "not declared"}}
    ]
    assert document["live"][1]["values"] == {
        "dev": {"as_declared": True},
        "prod": {"value": {"url": "https://a|b.example.com"}, "sensitive": {"key": True}, "as_declared": False},
    }
    assert document["by_variables"][0]["expressions"] == ["${env_name}"]
    assert document["summary"] == {"declared": 1, "live": 2, "by_variables": 1, "not_compared": 1}
    assert "by_variables" not in json.loads(render_json_comparison(FOUND, everything=False))


def test_as_markdown_a_value_is_nothing_but_a_value() -> None:
    text = render_markdown_comparison(FOUND, everything=True)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in rows} == {5}
    assert "`${env_name}`" in text


def test_as_markdown_nobody_is_mentioned() -> None:
    """GitHub and GitLab find a mention in the finished page, where an entity is the character again."""
    nothing = replace(FOUND, environments=("@dev", "of @prod"), declared=(), live=(), by_variables=())
    text = render_markdown_comparison(nothing, everything=True)
    assert "@<span></span>prod" in text
    assert not {"@dev", "&#64;dev", "@prod", "&#64;prod"} & set(re.findall(r"(?:@|&#64;)\w+", text))


def test_no_format_shows_a_secret() -> None:
    shown = [render(FOUND, everything=True) for render in (render_json_comparison, render_markdown_comparison)]
    assert CANARY not in "".join([*shown, render_comparison(FOUND, Style(), everything=True)])
