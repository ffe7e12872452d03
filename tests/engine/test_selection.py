"""--target and --exclude."""

from __future__ import annotations

import pytest

from gcsync.engine import Options, check_selection
from gcsync.engine.options import matches_glob
from gcsync.model.address import Address
from gcsync.model.diagnostic import DiagnosticError
from tests.engine.organization import Streams, actions, plan_for, stack, stream

WANTED = stack(stream("calls"), stream("chats"), stream("users"))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (Options(targets=("stream.calls",)), {"stream.calls"}),
        (Options(targets=("stream.c*",)), {"stream.calls", "stream.chats"}),
        (Options(excludes=("*.users",)), {"stream.calls", "stream.chats"}),
        (Options(targets=("*",), excludes=("stream.c?lls",)), {"stream.chats", "stream.users"}),
    ],
)
def test_selects_by_glob(options: Options, expected: set[str]) -> None:
    plan = plan_for(WANTED, Streams(), options)
    assert set(actions(plan)) == expected
    assert {str(address) for address in plan.left_out} == set(actions(plan_for(WANTED, Streams()))) - expected


@pytest.mark.parametrize(
    "options",
    [
        Options(targets=("stream.call",)),
        Options(excludes=("trigger.*",)),
        Options(allow_delete=frozenset({Address("stream", "gone")})),
    ],
)
def test_what_names_nothing_is_an_error(options: Options) -> None:
    with pytest.raises(DiagnosticError) as caught:
        check_selection([plan_for(WANTED, Streams(), options)], options)
    assert [d.code for d in caught.value.diagnostics] == ["GC410"]


def test_the_nearest_address_is_named() -> None:
    with pytest.raises(DiagnosticError) as caught:
        check_selection([plan_for(WANTED, Streams())], Options(targets=("stream.cals",)))
    assert "stream.calls" in caught.value.diagnostics[0].hint


def test_replacing_what_is_not_there_is_an_error() -> None:
    options = Options(replace=frozenset({Address("stream", "calls")}))
    with pytest.raises(DiagnosticError) as caught:
        check_selection([plan_for(WANTED, Streams(), options)], options)
    assert [d.code for d in caught.value.diagnostics] == ["GC411"]


def test_brackets_of_an_instance_are_no_glob() -> None:
    instance = Address("stream", "agents", "emea")
    assert matches_glob(instance, 'stream.agents["emea"]')
    assert matches_glob(instance, "stream.agents[*")
    assert not matches_glob(Address("stream", "agentse"), 'stream.agents["emea"]')


def test_with_several_stacks_it_is_enough_that_one_has_it() -> None:
    options = Options(targets=("stream.theirs",))
    others = stack(stream("theirs"), name="other")
    plans = [plan_for(wanted, Streams(), options) for wanted in (WANTED, others)]
    check_selection(plans, options)
    assert [len(plan.changes) for plan in plans] == [0, 1]
