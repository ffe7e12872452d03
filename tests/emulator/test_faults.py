from __future__ import annotations

import pytest

from gcsync.emulator.faults import Fault, Faults, parse_fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("503:2", Fault("503:2", 2, 503)),
        ("429:1:post", Fault("429:1:post", 1, 429, method="POST")),
        ("504-after:1:PUT:/api/*", Fault("504-after:1:PUT:/api/*", 1, 504, after=True, method="PUT")),
        ("400:1:/oauth/*", Fault("400:1:/oauth/*", 1, 400, path="/oauth/*")),
        ("drop-before:1", Fault("drop-before:1", 1, None)),
        ("drop-after:1", Fault("drop-after:1", 1, None, after=True)),
        ("html:1", Fault("html:1", 1, 200, html=True)),
        ("empty:1", Fault("empty:1", 1, 200, after=True)),
    ],
)
def test_a_fault_is_an_action_a_count_a_method_and_a_path(text, fault):
    assert parse_fault(text) == fault


@pytest.mark.parametrize(
    "text",
    ["", "503", "503:", "503:0", "503:x", "200:1", "600:1", "drop:1", "503:1:FETCH", "503:1:GET:api", "html-after:1"],
)
def test_what_is_no_fault_is_refused_by_name(text):
    with pytest.raises(ValueError, match="is no fault"):
        parse_fault(text)


def test_each_fault_is_used_up_by_the_requests_it_matches():
    faults = Faults(["503:2:GET", "429:1"])
    taken = [faults.take(method, "/api/v2/x") for method in ("GET", "POST", "GET", "GET")]
    assert [fault and fault.status for fault in taken] == [503, 429, 503, None]


def test_without_a_path_only_the_api_is_hit():
    assert Faults(["503:1"]).take("POST", "/oauth/token") is None


def test_faults_that_cannot_be_read_leave_those_waiting():
    faults = Faults(["503:1"])
    with pytest.raises(ValueError, match="is no fault"):
        faults.replace(["429:1", "x"])
    assert faults.describe() == [{"fault": "503:1", "left": 1}]
