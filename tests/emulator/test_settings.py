from __future__ import annotations

from pathlib import Path

import pytest

from gcsync.emulator import Behaviour, EmulatorSettings, parse_client, parse_unpublished
from gcsync.model.diagnostic import DiagnosticError


def codes(**settings):
    with pytest.raises(DiagnosticError) as caught:
        EmulatorSettings(Path("unused.db"), **settings).check()
    return [diagnostic.code for diagnostic in caught.value.diagnostics]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"clients": (("", "secret"),)}, "GC650"),
        ({"clients": (("id", ""),)}, "GC650"),
        ({"clients": (("i:d", "secret"),)}, "GC650"),
        ({"faults": ("x",)}, "GC651"),
        ({"latency": -0.1}, "GC652"),
        ({"latency": float("nan")}, "GC652"),
        ({"rate_limit": 0}, "GC652"),
        ({"rate_window": 0.0}, "GC652"),
        ({"rate_window": float("inf")}, "GC652"),
        ({"token_lifetime": 0}, "GC652"),
        ({"port": 65536}, "GC652"),
        ({"scopes": ("event:stream:reed",)}, "GC653"),
        ({"oauth_rate_limit": 0}, "GC652"),
        ({"behaviour": Behaviour(activation_time=float("nan"))}, "GC652"),
        ({"rate_limiter": "leaky"}, "GC660"),
        ({"integrations": ("no-such-type",)}, "GC660"),
        ({"behaviour": Behaviour(mismatch_status=200)}, "GC660"),
    ],
)
def test_a_setting_that_cannot_be_followed_is_a_diagnostic(settings, code):
    assert codes(**settings) == [code]


def test_all_that_is_wrong_is_told_at_once():
    assert codes(latency=-1, faults=("x", "y"), scopes=("z",)) == ["GC651", "GC651", "GC652", "GC653"]


def test_the_defaults_are_fine():
    EmulatorSettings(Path("unused.db")).check()


def test_a_client_is_an_id_and_a_secret_that_may_hold_colons():
    assert parse_client("id:se:cret") == ("id", "se:cret")


@pytest.mark.parametrize("text", ["", "only-secret", ":secret", "id:"])
def test_a_client_that_is_not_both_is_refused_without_repeating_it(text):
    with pytest.raises(DiagnosticError) as caught:
        parse_client(text)
    assert caught.value.diagnostics[0].code == "GC650"
    assert not text.strip(":") or text not in str(caught.value)


def test_an_unpublished_workflow_is_an_id_that_may_hold_colons_and_a_count():
    assert parse_unpublished("a:b:2") == ("a:b", 2)


@pytest.mark.parametrize("text", ["", "a", "a:", ":1", "a:-1", "a:x", "a:²"])
def test_what_is_no_unpublished_workflow_is_refused(text):
    with pytest.raises(DiagnosticError) as caught:
        parse_unpublished(text)
    assert caught.value.diagnostics[0].code == "GC660"
