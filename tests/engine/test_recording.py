"""What a recorder is told of each write: before it leaves, as it was, and nothing that is secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gcsync.model.diagnostic import Diagnostic
from gcsync.model.failure import OutcomeUnknown
from gcsync.model.resource import Safety
from gcsync.model.value import Secret
from tests.engine.organization import URL, Streams, apply, carry_out, plan_for, stack, stream
from tests.engine.recorder import Memory

CANARY = "cAnArY"
ENOUGH = Safety(max_delete_percent=100)


def destinations(url: Any = URL, **headers: Any) -> list[dict[str, Any]]:
    return [{"protocol": "https", "url": url, "headers": headers}]


def lines_of(organization: Streams, *resources: Any, **how: Any) -> list[dict[str, Any]]:
    memory = Memory()
    carry_out(plan_for(stack(*resources, safety=ENOUGH), organization), organization, recorder=memory, **how)
    return memory.lines[1:]


def test_the_line_is_there_before_the_write_leaves() -> None:
    organization, memory, seen = Streams(), Memory(), []
    organization.before = lambda operation, name: seen.append([line["begin"] for line in memory.lines[1:]])
    carry_out(plan_for(stack(stream("a")), organization), organization, recorder=memory)
    assert seen == [[1]]


def test_an_update_says_what_was_there_and_what_it_lays_down() -> None:
    organization = Streams()
    apply(stack(stream("a", description="old")), organization)
    remote = organization.named("a")
    begin, end = lines_of(organization, stream("a", description="new"))
    assert (begin["operation"], begin["action"], begin["id"], begin["name"]) == ("update", "update", remote.id, "a")
    assert sorted(begin["writes"]) == ["description", "destinations", "enabled", "name"]
    assert begin["before"]["attributes"]["description"] == "old"
    assert (begin["before"]["version"], begin["before"]["marker"].startswith("[gcsync1:team:stream.a:")) == (1, True)
    assert (end["status"], end["id"], end["version"]) == ("done", remote.id, 2)


def test_an_update_that_begins_anew_says_what_was_there_then() -> None:
    organization = Streams()
    apply(stack(stream("a", description="old")), organization)
    plan, memory = plan_for(stack(stream("a", description="new")), organization), Memory()
    organization.edit("a", unknown="to gcsync")
    carry_out(plan, organization, recorder=memory)
    assert [line.get("status") for line in memory.lines[1:]] == [None, "refused", None, "done"]
    assert memory.lines[3]["before"]["version"] == 2


def test_an_answer_that_was_lost_is_unknown() -> None:
    organization = Streams()

    def lose(operation: str, name: str) -> None:
        raise OutcomeUnknown(Diagnostic("GC300", "no answer"))

    organization.after = lose
    _, end = lines_of(organization, stream("a"))
    assert (end["status"], end["code"], end["message"]) == ("unknown", "GC300", "no answer")


def test_where_a_secret_stood_and_whether_it_is_still_there() -> None:
    organization = Streams()
    before = stream("a", destinations=destinations(**{"X-Kept": Secret("1"), "X-Changed": Secret("2"), "X-Gone": "3"}))
    apply(stack(before), organization)
    after = stream("a", destinations=destinations(**{"X-Kept": Secret("1"), "X-Changed": Secret("4")}))
    begin, _ = lines_of(organization, after)
    assert {place["path"][-1]: (place["kept"], place["declared"]) for place in begin["references"]} == {
        "X-Kept": (True, True),
        "X-Changed": (False, True),
        "X-Gone": (False, False),
    }


def test_what_a_late_adoption_takes_over_is_hidden_like_what_it_lays_down() -> None:
    organization, memory = Streams(), Memory()
    plan = plan_for(stack(stream("a", description=Secret("new"))), organization)
    organization.put("a", description=CANARY)
    carry_out(plan, organization, recorder=memory)
    assert "before" in memory.text
    assert CANARY not in memory.text


SECRET_URLS = st.sampled_from([f"https://{CANARY}:x@a.example.com", f"https://b.example.com/?t={CANARY}", URL])
TEXTS = st.sampled_from([Secret(CANARY), Secret(f"{CANARY}\n"), "plain"])
URLS = st.one_of(SECRET_URLS, st.just(Secret(f"https://c.example.com/{CANARY}")))
HEADERS = st.dictionaries(st.sampled_from(["X-Key", "X-Other"]), st.sampled_from([CANARY, Secret(CANARY)]), max_size=2)


@st.composite
def declared(draw: st.DrawFn) -> Mapping[str, Any]:
    description, url, headers = draw(TEXTS), draw(URLS), draw(HEADERS)
    return {
        "destinations": destinations(url, **headers),
        "enabled": draw(st.booleans()),
        "description": description,
    }


@given(st.lists(st.one_of(declared(), st.none()), min_size=2, max_size=4), st.sampled_from([None, b"key"]))
@settings(max_examples=200, deadline=None)
def test_no_secret_is_in_a_journal(versions: list[Mapping[str, Any] | None], key: bytes | None) -> None:
    organization, memory = Streams(), Memory()
    for attributes in versions:
        resources = [stream("b")] if attributes is None else [stream("b"), stream("a", **attributes)]
        plan = plan_for(stack(*resources, safety=ENOUGH), organization, key=key)
        carry_out(plan, organization, recorder=memory, key=key)
    assert CANARY not in memory.text
