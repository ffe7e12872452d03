from __future__ import annotations

from gcsync.doctor.subject import Subject, check_stacks, subjects_of
from gcsync.model.address import Address
from gcsync.model.check import Check, CheckStatus
from gcsync.model.diagnostic import Diagnostic, DiagnosticError, Place
from gcsync.model.resource import Resource, Stack


def stack(name: str, *kinds: str, **settings: str) -> Stack:
    resources = {Address(kind, "a"): Resource(Address(kind, "a"), {"name": "a"}) for kind in kinds}
    return Stack(name, resources, file=f"{name}.yaml", **settings)


def test_stacks_of_one_place_and_client_are_one_subject_however_they_name_it() -> None:
    stacks = [
        stack("one", "stream", region="eu-west-1", credentials="PROD"),
        stack("two", "trigger", region="mypurecloud.ie", organization="Example Ltd", credentials="PROD"),
        stack("three", "trigger"),
        stack("four", "stream", region="us-east-1"),
    ]
    assert subjects_of(stacks, {}) == (
        Subject("eu-west-1", "Example Ltd", "PROD", frozenset({"stream", "trigger"})),
        Subject("us-east-1", None, None, frozenset({"stream", "trigger"})),
    )
    assert len(subjects_of(stacks, {"GENESYS_CLOUD_REGION": "us-west-2"})) == 3


def test_organizations_that_differ_are_each_compared() -> None:
    stacks = [stack("one", "stream", organization="A"), stack("two", organization="B"), stack("three", "trigger")]
    assert subjects_of(stacks, {}) == (
        Subject(None, "A", None, frozenset({"stream", "trigger"})),
        Subject(None, "B", None, frozenset({"trigger"})),
    )


def test_a_region_that_does_not_exist_is_a_subject_like_others() -> None:
    assert subjects_of([stack("one", region="nowhere-1")], {}) == (Subject("nowhere-1"),)


def test_without_a_stack_the_environment_is_the_subject() -> None:
    assert subjects_of([], {}) == (Subject(),)


def test_a_subject_is_told_from_others_by_what_stacks_declare() -> None:
    assert Subject("eu-west-1", "Example Ltd", "PROD").label == "PROD, eu-west-1, Example Ltd"
    assert Subject().label == "default credentials, default region"


def test_stacks_that_can_be_read_are_named_and_counted() -> None:
    one, two = stack("one", "stream", "trigger"), stack("two", "stream")
    assert check_stacks(lambda: [one, two]) == ((one, two), Check("stacks", CheckStatus.OK, "one, two: 3 declared"))


def test_the_first_mistake_is_told_and_how_many_more_there_are() -> None:
    def load() -> list[Stack]:
        place = Place("a.yaml", 3, 5)
        raise DiagnosticError([Diagnostic("GC106", '"url" is missing', place=place), Diagnostic("GC107", "no")])

    hint = "gcsync validate tells all; the rest here is about what the environment alone says"
    found = Check("stacks", CheckStatus.FAIL, 'a.yaml:3:5: "url" is missing, and 1 more', hint, "GC106")
    assert check_stacks(load) == ((), found)


def test_no_stack_is_no_failure() -> None:
    stacks, found = check_stacks(list)
    assert (stacks, found.status) == ((), CheckStatus.NOT_CHECKED)
