"""What a journal says, line by line, and what is read of one that was cut or edited."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gcsync.model.address import Address
from gcsync.model.journal import Beginning, Earlier, Ending, Header, SecretPlace, State, Undo, WriteStatus
from gcsync.model.journal_reading import LaterFormat, read_journal

ADDRESS = Address("stream", "a")
ORGANIZATION = {"id": "org-1", "name": "Example Ltd"}
HEADER = Header(
    "0.1.0", "now", ORGANIZATION, "", "us-east-1", "team", "team@dev", "dev", "a.yaml", ("a.yaml",), "apply"
)
STATE = State("id-1", "a", {"name": "a", "description": {"$": "secret", "number": 1}}, "[gcsync…]", 4)
PLACES = (SecretPlace(("description",), kept=True, declared=True),)
UPDATE = Beginning(ADDRESS, "update", "update", STATE, ("name", "enabled"), PLACES, "a")
CREATE = Beginning(ADDRESS, "create", "create", None, ("name",), (), "a")


def text(*lines: dict[str, Any]) -> list[bytes]:
    return [json.dumps(line).encode() + b"\n" for line in (HEADER.line(), *lines)]


def states(*lines: dict[str, Any]) -> tuple[Earlier, ...]:
    return read_journal("j", text(*lines)).undo.states


def done(number: int, identifier: str = "id-1", **more: Any) -> dict[str, Any]:
    return Ending(WriteStatus.DONE, identifier, 5, **more).line(number, "now")


def test_what_was_written_is_read() -> None:
    journal = read_journal("j", text(UPDATE.line(1, "now"), done(1), {"closed": "now"}))
    assert (journal.header, journal.closed) == (HEADER, True)
    assert journal.undo == Undo("j", "team@dev", "org-1", (Earlier(ADDRESS, STATE, ("name", "enabled"), PLACES),))
    assert Undo.from_json(json.loads(json.dumps(journal.undo.to_json()))) == journal.undo


def test_of_several_writes_the_first_says_what_was_there_and_all_what_was_written() -> None:
    later = Beginning(ADDRESS, "update", "update", State("id-1", "b", {}), ("topic",), (SecretPlace(("description",)),))
    (found,) = states(UPDATE.line(1, "now"), done(1), later.line(2, "now"), done(2, changed=("delay",)))
    assert (found.before, found.writes) == (STATE, ("name", "enabled", "topic", "delay"))
    assert [place.kept for place in found.secrets] == [False]


def test_what_a_replacement_made_is_known_by_its_id() -> None:
    (found,) = states(UPDATE.line(1, "now"), done(1), CREATE.line(2, "now"), done(2, "id-2"))
    assert found.ids == ("id-2",)


def test_a_write_that_was_refused_is_none() -> None:
    refused = Ending(WriteStatus.REFUSED, code="GC511", message="changed").line(1, "now")
    assert states(UPDATE.line(1, "now"), refused) == ()


def test_a_write_without_an_answer_may_have_changed_all_of_the_object() -> None:
    (found,) = states(UPDATE.line(1, "now"))
    assert found.writes == ("name", "enabled", "description")


def test_a_write_that_failed_left_the_secrets() -> None:
    changes = Beginning(ADDRESS, "update", "update", STATE, ("description",), (SecretPlace(("description",)),))
    failed = Ending(WriteStatus.FAILED).line(1, "now")
    assert [place.kept for place in states(changes.line(1, "now"), failed)[0].secrets] == [True]
    assert [place.kept for place in states(changes.line(1, "now"), done(1))[0].secrets] == [False]


def test_a_create_without_an_answer_that_then_met_an_object_of_nobody_adopted_it() -> None:
    lost = Ending(WriteStatus.UNKNOWN).line(1, "now")
    adopted = Beginning(ADDRESS, "update", "create", State("id-9", "a", {"name": "a"}), ("name",))
    (found,) = states(CREATE.line(1, "now"), lost, adopted.line(2, "now"), done(2, "id-9"))
    assert found.before == State("id-9", "a", {"name": "a"})


def test_an_object_that_is_too_large_stands_without_its_attributes() -> None:
    (found,) = states(UPDATE.shortened().line(1, "now"))
    assert found.before is not None
    assert (found.before.omitted, found.before.attributes) == (True, {})


@pytest.mark.parametrize("tail", [b'{"begin": 2, "addr', b"{", b"\n", b"[]\n"])
def test_a_last_line_that_is_cut_is_passed_over(tail: bytes) -> None:
    journal = read_journal("j", [*text(CREATE.line(1, "now")), tail])
    assert (len(journal.undo.states), journal.closed) == (1, False)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([], "it has no header"),
        ([b'{"gcsync_plan": 1}\n'], "not the header"),
        ([b'{"gcsync_journal": 1}\n'], "lacks something"),
        ([*text(), b'{"cut\n', b'{"closed": ""}\n'], "line 2 is cut or damaged"),
        (text({"end": 7, "status": "done"}), "line 2: the end of a write that was never begun"),
        (text(CREATE.line(1, "")) + text(CREATE.line(1, ""))[1:], "line 3: a write without a number of its own"),
        (text(CREATE.line(1, "") | {"address": "a"}), "line 2: not an address"),
        (text(CREATE.line(1, "") | {"before": 1}), "line 2: `before` is no object"),
        (text(CREATE.line(1, "") | {"writes": None}), "line 2: a list of texts"),
        (text(CREATE.line(1, "") | {"references": [{}]}), "line 2: `references`"),
        (text(CREATE.line(1, ""), {"end": 1, "status": "perhaps"}), "line 3: a write that ended in no known way"),
    ],
)
def test_any_other_damage_is_an_error_with_its_line(lines: list[bytes], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_journal("j", lines)


def test_a_later_format_is_not_guessed_at() -> None:
    with pytest.raises(LaterFormat, match="format 2"):
        read_journal("j", [b'{"gcsync_journal": 2}\n'])


@pytest.mark.parametrize("data", [None, {}, {"journal": 1}, {"states": [None]}, {"states": [{"address": "stream.a"}]}])
def test_an_undo_that_was_edited_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        Undo.from_json(data)
