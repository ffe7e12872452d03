"""What is told, and when: only what was seen often enough, only once, and once more when it is gone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.picture import Memory, News, advance, delivered, together

NOTHING: frozenset[str] = frozenset()
RUNS = st.lists(st.frozensets(st.sampled_from("abc")), max_size=12)


def run(memory: Memory, found: frozenset[str], confirm: int = 1) -> tuple[Memory, News]:
    memory, news = advance(memory, found, NOTHING, confirm)
    return (delivered(memory, news) if news else memory), news


def test_a_finding_is_told_once_and_its_end_too() -> None:
    memory, first = run(Memory(), frozenset("a"))
    memory, second = run(memory, frozenset("a"))
    memory, third = run(memory, NOTHING)
    _, fourth = run(memory, NOTHING)
    assert [(bool(news), news.new, news.gone) for news in (first, second, third, fourth)] == [
        (True, ("a",), ()),
        (False, (), ()),
        (True, (), ("a",)),
        (False, (), ()),
    ]


def test_what_comes_and_goes_is_never_confirmed() -> None:
    memory = Memory()
    for found in ("a", "", "a", "", "a"):
        memory, news = run(memory, frozenset(found), confirm=2)
        assert not news


def test_what_was_not_delivered_is_news_again() -> None:
    memory, news = advance(Memory(), frozenset("a"), NOTHING, 1)
    again, repeated = advance(memory, frozenset("a"), NOTHING, 1)
    assert (news, repeated, again.told) == (repeated, news, NOTHING)


def test_what_could_not_be_looked_at_is_neither_new_nor_gone() -> None:
    memory, _ = run(Memory(), frozenset("ab"))
    memory, news = advance(memory, frozenset("a"), frozenset("b"), 1)
    assert not news
    assert "b" in memory.seen


def test_a_higher_confirm_does_not_untell() -> None:
    memory, _ = run(Memory(), frozenset("a"), confirm=1)
    assert not run(memory, frozenset("a"), confirm=5)[1]


def test_another_value_that_is_not_confirmed_yet_is_no_end_of_the_drift() -> None:
    first, second = frozenset({"drifted stream.a: enabled [aa]"}), frozenset({"drifted stream.a: enabled [bb]"})
    memory, _ = run(Memory(), first)
    memory, waiting = run(memory, second, confirm=2)
    _, confirmed = run(memory, second, confirm=2)
    assert not waiting
    assert (confirmed.new, confirmed.gone) == (tuple(second), tuple(first))


def test_what_is_left_out_of_the_memory_is_no_news_when_it_ends() -> None:
    memory, _ = run(Memory(), frozenset("ab"))
    assert not run(memory.without(frozenset("b")), frozenset("a"))[1]


@given(RUNS, st.integers(1, 4))
def test_whoever_reads_all_news_knows_what_is_confirmed(runs: list[frozenset[str]], confirm: int) -> None:
    memory, known = Memory(), set[str]()
    for number, found in enumerate(runs):
        memory, news = run(memory, found, confirm)
        assert known.isdisjoint(news.new)
        assert known.issuperset(news.gone)
        known = (known | set(news.new)) - set(news.gone)
        assert known == memory.told
        streak = set.intersection(*map(set, runs[max(0, number - confirm + 1) : number + 1]))
        assert known <= found
        assert number + 1 < confirm or streak <= known


@given(st.dictionaries(st.sampled_from("xyz"), st.frozensets(st.sampled_from("abc")), min_size=1), st.data())
def test_one_memory_knows_what_each_service_was_told(told: dict[str, frozenset[str]], data: st.DataObject) -> None:
    taken = data.draw(st.frozensets(st.sampled_from(sorted(told))))
    memory = together({name: Memory({"a": 1}, findings) for name, findings in told.items()}, taken)
    assert {name: memory.of(name).told for name in told} == told
    assert memory.findings == frozenset("a").union(*told.values())
