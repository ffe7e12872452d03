"""A secret shows nothing, however it is printed."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from gcsync.model.address import Address
from gcsync.model.value import (
    UNKNOWN,
    UNREADABLE,
    Reference,
    Secret,
    Unreadable,
    Value,
    format_path,
    holds_secret,
    leaves,
    reveal,
    settle_references,
)


@pytest.mark.parametrize("show", [str, repr, "{}".format, "{:>30}".format, lambda s: f"{s!r}", lambda s: f"{[s]}"])
def test_a_secret_shows_nothing(show) -> None:  # type: ignore[no-untyped-def]
    assert "canary" not in show(Secret("canary"))
    assert "(sensitive value)" in show(Secret("canary"))


def test_a_secret_is_not_serialised() -> None:
    with pytest.raises(TypeError):
        json.dumps(Secret("canary"))
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(Secret("canary"))


def test_secrets_compare_by_what_they_hold() -> None:
    assert Secret("a") == Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert Secret(Secret("a")) == Secret("a")
    assert hash(Secret("a")) == hash(Secret("a"))


def test_reveal_reaches_every_depth() -> None:
    assert reveal(Secret([Secret(1)])) == [1]
    assert reveal({"a": [Secret("x"), 2]}) == {"a": ["x", 2]}


def test_leaves_name_their_paths() -> None:
    value = {"a": [1, {"b": Secret("x")}], "c": []}
    assert [(format_path(path), leaf) for path, leaf in leaves(value)] == [
        ("a[0]", 1),
        ("a[1].b", Secret("x")),
        ("c", []),
    ]
    assert holds_secret(value)


def test_there_is_one_unreadable() -> None:
    assert Unreadable() is UNREADABLE is copy.copy(UNREADABLE)


def test_known_references_are_settled_and_the_others_stay() -> None:
    known, other = Reference(Address("stream", "a"), "id"), Reference(Address("stream", "b"), "id")
    mixed = Reference(known.address, "id", ("x ", known, " y ", other))

    def look_up(reference: Reference) -> Value:
        return 7 if reference == known else UNKNOWN

    settled = settle_references(
        {"whole": known, "text": Reference(known.address, "id", ("n", known)), "b": other}, look_up
    )
    assert settled == {"whole": 7, "text": "n7", "b": other}
    assert settle_references([mixed], look_up) == [Reference(known.address, "id", ("x ", "7", " y ", other))]
    assert reveal(settle_references(Secret(known), look_up)) == 7
