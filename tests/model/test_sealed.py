"""Values that are kept in a file: nothing sensitive in it, and everything else as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.plan import ABSENT
from gcsync.model.sealed import Sealer, decode, placeholder
from gcsync.model.value import NOT_GIVEN, UNKNOWN, UNREADABLE, Secret

PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False)
SPECIAL = st.sampled_from([UNKNOWN, UNREADABLE, NOT_GIVEN, ABSENT])
KEYS = st.sampled_from(["$", "a", "number", "value"])
VALUES = st.recursive(
    PLAIN | SPECIAL, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)


@given(VALUES)
def test_what_is_not_secret_comes_back_as_it_was(value: Any) -> None:
    kept = json.loads(json.dumps(Sealer().encode(value)))
    infinite = json.dumps(value, default=repr).count("Infinity")
    assert infinite or decode(kept) == value


@given(st.text(min_size=8, max_size=20, alphabet="ghijklmnopqrstuvwxyz0123456789"), VALUES)
def test_a_secret_is_nowhere_in_it(secret: str, value: Any) -> None:
    text = json.dumps(Sealer().encode({"a": value, "b": [Secret(secret), Secret({"k": secret})]}))
    assert secret not in text


def test_equal_secrets_stay_equal_and_others_differ() -> None:
    one, same, other = decode(Sealer().encode([Secret("a"), Secret("a"), Secret("b")]))
    assert (one == same, one == other) == (True, False)
    assert one == placeholder(1)


@pytest.mark.parametrize("data", [{"$": "later"}, {"$": 3}, {"$": "secret"}, {"$": "object", "value": []}, {"$": None}])
def test_a_form_of_another_version_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match="unknown form"):
        decode(data)
