"""gcsync's sources and triggers against a server that is not the project's own, given its URLs and credentials only."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.contract.journeys import applied, apply
from tests.contract.platform_document import TRIGGER_TOPICS, TRIGGERS
from tests.contract.platform_hand import TYPE, Hand, OverHttp
from tests.contract.platform_journeys import ACTIVITY, JOURNEYS, declare, keep
from tests.contract.platform_wire import serve
from tests.contract.strict_platform import EMPTY_NOTES, Manner, Mishap, Platform
from tests.e2e.workplace import Workplace, credentials_for

MANNERS = {
    "by the book": Manner(),
    "conflicts are 400, lists are repeated, topics shuffled": Manner(mismatch=400, joined=False, shuffled=True),
    "older: neither filter nor expand, sentinel, slow": Manner(
        filters=False, embeds=False, notes_sentinel=True, settling=2, largest_page=2
    ),
}


# What would be adopted, were it of the type.
LIKE_MAIN = {"awsAccountId": "012345678901", "awsAccountRegion": "eu-west-1", "eventSourceSuffix": "main"}


@pytest.fixture
def platform(request: pytest.FixtureRequest, work: Workplace) -> Iterator[Platform]:
    """The strict server, to which every command of `work` speaks."""
    platform = Platform(getattr(request, "param", Manner()))
    with serve(platform) as url:
        work.environ |= credentials_for(url)
        yield platform


@pytest.fixture
def hand(work: Workplace, platform: Platform) -> Hand:
    return Hand(OverHttp(work.environ["GENESYS_CLOUD_API_URL"]))


FIRST = next(iter(MANNERS))
every_manner = pytest.mark.parametrize(
    "platform",
    [
        pytest.param(manner, id=name, marks=() if name == FIRST else pytest.mark.full)
        for name, manner in MANNERS.items()
    ],
    indirect=True,
)


@every_manner
def test_sources_and_triggers_are_planned_applied_repaired_replaced_and_destroyed(
    work: Workplace, hand: Hand, platform: Platform
) -> None:
    for number in range(3):
        hand.make_source("of somebody else, all of one name", f"else-{number}", enabled=True)
        hand.make_trigger("of somebody else")
    for other in [kept for kept in platform.integrations.values() if kept["type"] != TYPE]:
        other["properties"] = LIKE_MAIN
    keep(work, hand)
    assert [kept["properties"] for kept in platform.integrations.values() if kept["type"] != TYPE] == [LIKE_MAIN] * 2
    assert len(platform.integrations) == 5


@pytest.mark.parametrize("journey", JOURNEYS[1:])
def test_everything_else_that_a_user_does(
    work: Workplace, hand: Hand, journey: Callable[[Workplace, Hand], None]
) -> None:
    journey(work, hand)


@pytest.mark.parametrize("platform", [Manner(), Manner(mismatch=400)], ids=["409", "400"], indirect=True)
def test_what_changes_while_it_is_applied_is_never_overwritten(work: Workplace, hand: Hand, platform: Platform) -> None:
    """Both writes come with the version of the plan; a PUT that is too late is refused, and nothing is sent again."""
    declare(work)
    apply(work, created=4)
    declare(work, notes="For the new team")
    edits = {
        "/config/current": lambda: hand.change_source("Main", notes="By hand"),
        f"{TRIGGERS}/": lambda: hand.change_trigger("Survey", description="By hand"),
    }

    def edit_first(method: str, path: str) -> None:
        """Between the plan and whatever is asked next about an object, be it a second look or the write."""
        place = next((place for place in edits if place in path and path != TRIGGER_TOPICS), None)
        if place is not None:
            edits.pop(place)()

    platform.before = edit_first
    ran = work.gcsync("apply", "--auto-approve")
    assert (ran.code, ran.last_line) == (1, applied(failed=2)), ran.out + ran.err
    assert (hand.sources()["Main"]["notes"], hand.triggers()["Survey"]["description"]) == ("By hand", "By hand")


def test_what_the_stack_does_not_declare_survives_a_write(work: Workplace, hand: Hand) -> None:
    declare(work)
    apply(work, created=4)
    kept = {"advanced": {"retry": [1, 2]}, "credentials": {"basic": {"id": "a-credential"}}}
    hand.change_source("Main", **kept, properties=hand.sources()["Main"]["properties"] | {"region": "eu"})
    declare(work, notes="For the new team")
    apply(work, updated=2)
    main = hand.sources()["Main"]
    assert {name: main[name] for name in kept} | {"region": main["properties"]["region"]} == kept | {"region": "eu"}


@pytest.mark.parametrize("platform", [Manner(notes_sentinel=True)], indirect=True)
def test_notes_that_are_empty_are_adopted_as_empty(work: Workplace, hand: Hand) -> None:
    hand.make_source("main", "main", enabled=True, topics=[ACTIVITY])
    source = SOURCE.format(name="main", topic=ACTIVITY).replace("012345678901", "123456789012")
    work.write("stacks/one.yaml", f"version: 1\nstack: contact-center\neventbridge_sources:\n{source}")
    apply(work, adopted=1)
    assert EMPTY_NOTES not in hand.sources()["main"]["notes"]


CALLS = {"made": "POST", "configured": "PUT", "enabled": "PATCH"}
WAYS = {
    "refused": {"status": 400, "lasting": True},
    "dropped-before": {"status": None},
    "dropped-after": {"status": None, "done": True},
    "failing-after": {"status": 500, "done": True},
}
SOURCE = """\
  {name}:
    aws_account_id: '012345678901'
    aws_region: eu-west-1
    suffix: {name}
    topics: ['{topic}']
"""


def test_a_create_that_fails_at_any_of_its_calls_is_finished_by_the_next_apply(
    work: Workplace, hand: Hand, platform: Platform
) -> None:
    """One source for each call and each way in which it goes wrong; never is there a second integration for one."""
    names = {f"{call}-{way}": (CALLS[call], WAYS[way]) for call in CALLS for way in WAYS}
    platform.mishaps = [Mishap(method, name, **way) for name, (method, way) in names.items()]
    sources = "".join(SOURCE.format(name=name, topic=ACTIVITY) for name in names)
    work.write("stacks/one.yaml", f"version: 1\nstack: contact-center\neventbridge_sources:\n{sources}")
    first = work.gcsync("apply", "--auto-approve")
    assert (first.code, "skipped" in first.last_line) == (3, True), first.out + first.err
    made = [kept for kept in platform.integrations.values() if kept["type"] == TYPE]
    assert len({kept["name"].split()[0] for kept in made}) == len(made)
    assert all(mishap.lasting for mishap in platform.mishaps)
    platform.mishaps.clear()
    second = work.gcsync("apply", "--auto-approve")
    assert second.code == 0, second.out + second.err
    again = work.gcsync("plan", "--detailed-exitcode")
    assert (again.code, again.last_line.startswith("No changes.")) == (0, True), again.out + again.err
    made = [kept for kept in platform.integrations.values() if kept["type"] == TYPE]
    assert sorted(kept["name"] for kept in made) == sorted(names)
    assert {kept["intendedState"] for kept in made} == {"ENABLED"}


def test_a_trigger_whose_answer_is_lost_is_made_once(work: Workplace, platform: Platform) -> None:
    platform.mishaps = [Mishap("POST", name, None, done=True) for name in ("Survey", "late")]
    declare(work)
    apply(work, created=4)
    assert sorted(kept["name"] for kept in platform.triggers.values()) == ["Survey", "late"]


@pytest.mark.parametrize("platform", [Manner(max_instances=1)], indirect=True)
def test_more_than_the_organization_may_have_is_refused_before_anything_is_made(
    work: Workplace, platform: Platform
) -> None:
    declare(work)
    ran = work.gcsync("apply", "--auto-approve")
    assert (ran.code, "error[GC408]" in ran.out) == (1, True), ran.out + ran.err
    assert {method for method, _ in platform.requests} == {"GET", "POST"}
    assert [path for method, path in platform.requests if method == "POST"] == ["/oauth/token"]


def test_what_only_reads_asks_for_a_kind_with_one_listing(work: Workplace, hand: Hand, platform: Platform) -> None:
    for number in range(5):
        hand.make_source("of somebody else", f"else-{number}")
    platform.requests.clear()
    declare(work)
    assert work.gcsync("plan").code == 0
    assert sorted(f"{method} {path.partition('?')[0]}" for method, path in platform.requests) == [
        "GET /api/v2/eventstreams",
        "GET /api/v2/integrations",
        f"GET /api/v2/integrations/types/{TYPE}",
        "GET /api/v2/notifications/availabletopics",
        "GET /api/v2/organizations/me",
        "GET /api/v2/processautomation/triggers",
        "GET /api/v2/processautomation/triggers/topics",
        "POST /oauth/token",
    ]
