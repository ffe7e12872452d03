"""gcsync against a server that is not the project's own, given nothing but its two URLs and credentials."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator

import pytest

from tests.contract.journeys import JOURNEYS, Hand, apply, declare, keep
from tests.contract.strict_server import Manner, Organization, serve
from tests.e2e.workplace import Workplace, credentials_for

OTHERS = 30
UNKNOWN = {"retention": {"days": 7}, "labels": ["gold"]}
UNKNOWN_IN_DESTINATIONS = {"retryPolicy": {"attempts": 5}}


def with_spaces(text: str) -> str:
    return " ".join(text.split())


MANNERS = {
    "by the book": Manner(),
    "without versions": Manner(versions=False),
    "unknown fields": Manner(unknown_fields=UNKNOWN),
    "unknown fields in destinations": Manner(unknown_in_destinations=UNKNOWN_IN_DESTINATIONS),
    "event types shuffled": Manner(shuffled=True),
    "descriptions trimmed": Manner(describe=str.strip),
    "newlines into spaces": Manner(describe=with_spaces),
    "descriptions escaped": Manner(describe=html.escape),
    "windows newlines": Manner(describe=lambda text: "\r\n".join(text.splitlines())),
    "headers masked": Manner(masked=True),
    "short pages": Manner(largest_page=25),
    "short pages that tell only their total": Manner(
        largest_page=25, left_out_of_pages=frozenset({"pageCount", "nextUri"})
    ),
    "short pages that tell only their size": Manner(
        largest_page=25, left_out_of_pages=frozenset({"pageCount", "nextUri", "total"})
    ),
    "all at once": Manner(
        versions=False,
        unknown_fields=UNKNOWN,
        unknown_in_destinations=UNKNOWN_IN_DESTINATIONS,
        shuffled=True,
        masked=True,
        describe=with_spaces,
        largest_page=10,
        left_out_of_pages=frozenset({"pageCount", "nextUri"}),
    ),
}


@pytest.fixture
def organization(request: pytest.FixtureRequest, work: Workplace) -> Iterator[Organization]:
    """The strict server, to which every command of `work` speaks."""
    organization = Organization(getattr(request, "param", Manner()))
    with serve(organization) as url:
        work.environ |= credentials_for(url)
        yield organization


SHORT = (
    "by the book",
    "without versions",
    "descriptions escaped",
    "short pages that tell only their size",
    "all at once",
)
"""Those of `make test`: the last has the manners of most others, which are played one by one in `make test-full`."""

every_manner = pytest.mark.parametrize(
    "organization",
    [pytest.param(one, id=name, marks=() if name in SHORT else pytest.mark.full) for name, one in MANNERS.items()],
    indirect=True,
)


def manner(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("organization", [MANNERS[name]], ids=[name], indirect=True)


@every_manner
def test_a_stack_is_planned_applied_repaired_and_destroyed(work: Workplace, organization: Organization) -> None:
    for number in range(OTHERS):
        organization.create(f"somebody-elses-{number}", description="not of this stack")
    keep(work, organization)


@pytest.mark.parametrize("journey", JOURNEYS[1:])
def test_everything_else_that_a_user_does(
    work: Workplace, organization: Organization, journey: Callable[[Workplace, Hand], None]
) -> None:
    journey(work, organization)


@manner("unknown fields")
def test_fields_that_gcsync_does_not_know_survive_an_update(work: Workplace, organization: Organization) -> None:
    declare(work)
    apply(work, created=3)
    organization.change("Conversations", labels=["silver"])
    declare(work, description="Another")
    apply(work, updated=1)
    kept = organization.stream("Conversations")
    assert (kept["labels"], kept["retention"]) == (["silver"], {"days": 7})


@manner("unknown fields in destinations")
def test_fields_within_destinations_survive_an_update_too(work: Workplace, organization: Organization) -> None:
    declare(work)
    apply(work, created=3)
    first, second = organization.stream("Conversations")["destinations"]
    changed = [second, first | {"retryPolicy": {"attempts": 9}}]
    organization.change("Conversations", destinations=changed)
    assert work.gcsync("drift").code == 2
    apply(work, updated=1)
    kept = {entry["url"]: entry["retryPolicy"] for entry in organization.stream("Conversations")["destinations"]}
    assert kept == {
        "https://one.example.com/events": {"attempts": 9},
        "https://two.example.com/events": {"attempts": 5},
    }


@manner("headers masked")
def test_a_masked_header_is_never_overwritten_with_its_mask(work: Workplace, organization: Organization) -> None:
    declare(work)
    apply(work, created=3)
    before = organization.stream("Conversations")["destinations"]
    declare(work, description="Another")
    apply(work, updated=1)
    assert organization.stream("Conversations")["destinations"] == before


@manner("headers masked")
def test_a_new_value_of_a_masked_header_is_written(work: Workplace, organization: Organization) -> None:
    declare(work)
    apply(work, created=3)
    declare(work, header="another-value")
    apply(work, updated=1)
    assert organization.stream("Conversations")["destinations"][0]["headers"] == {"X-Api-Key": "another-value"}


@manner("headers masked")
def test_what_the_server_masks_is_told_to_be_not_checked(work: Workplace, organization: Organization) -> None:
    declare(work)
    apply(work, created=3)
    drift = work.gcsync("drift", "--format", "json")
    assert drift.code == 0
    not_checked = drift.document["gcsync"]["not_checked"]
    assert [entry["address"] for entry in not_checked if "address" in entry] == ["stream.conversations"]


@manner("descriptions escaped")
def test_text_that_the_server_alters_is_never_called_a_success(work: Workplace, organization: Organization) -> None:
    declare(work, description="Sales & service")
    ran = work.gcsync("apply", "--auto-approve")
    assert (ran.code, "reads back differently: description" in ran.out + ran.err) == (3, True)
    assert len(organization.streams()) == 3


def test_what_only_reads_sends_nothing_but_reading_requests(work: Workplace, organization: Organization) -> None:
    declare(work)
    for command in ("plan", "drift", "list"):
        work.gcsync(command)
    assert {method for method, _ in organization.requests} == {"GET", "POST"}
    assert {path for method, path in organization.requests if method == "POST"} == {"/oauth/token"}
