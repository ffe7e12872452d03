"""What a user does with sources and triggers, step by step, against any organization that there is a hand on."""

from __future__ import annotations

from string import Template

from tests.contract.journeys import applied, apply, expect
from tests.contract.platform_hand import Hand
from tests.e2e.workplace import Workplace

START = "v2.detail.events.conversation.{id}.customer.start"
END = "v2.detail.events.conversation.{id}.customer.end"
ACTIVITY = "v2.users.{id}.activity"

DECLARED = Template("""\
version: 1
stack: contact-center
safety: {max_delete_percent: 100}
eventbridge_sources:
  main:
    name: Main
    notes: $notes
    aws_account_id: '012345678901'
    aws_region: eu-west-1
    suffix: $suffix
    topics: ['$start', '$activity', '$end']
  silent:
    notes: ''
    enabled: false
    aws_account_id: '012345678901'
    aws_region: us-east-1
    suffix: silent
    topics: []
triggers:
  survey:
    name: Survey
    description: $notes
    topic: '$topic'
    target: {type: Workflow, id: 0f4b0d30-5e0c-4c5c-8a9e-3d8e4a4b7c11, data_format: Json}
    match_criteria:
      - {json_path: mediaType, operator: Equal, value: VOICE}
      - {json_path: queueId, operator: In, values: [a, 5, true]}
    event_ttl_seconds: 60
  late:
    enabled: false
    topic: '$start'
    target: {type: Workflow, id: 0f4b0d30-5e0c-4c5c-8a9e-3d8e4a4b7c12}
    delay_by_seconds: 90
""")


def declare(work: Workplace, *, notes: str = "For analytics", suffix: str = "main", topic: str = END) -> None:
    given = {"notes": notes, "suffix": suffix, "topic": topic, "start": START, "end": END, "activity": ACTIVITY}
    work.write("stacks/one.yaml", DECLARED.substitute(given))


def keep(work: Workplace, hand: Hand) -> None:
    """Plan, apply, an empty plan, drift by hand, repair, replacement, destroy; nobody else's object is ever touched."""
    others = hand.everything()
    declare(work)
    planned = "Plan: 4 to create, 0 to update, 0 to replace, 0 to delete, 0 to adopt, 0 unchanged."
    expect(work.gcsync("plan"), planned)
    apply(work, created=4)
    notes = hand.sources()["Main"]["notes"].replace("For analytics", "By hand")
    hand.change_source("Main", notes=notes, eventFilter=[START])
    hand.switch("silent", "ENABLED")
    hand.change_trigger("Survey", enabled=False, matchCriteria=[])
    drift = work.gcsync("drift")
    assert (drift.code, drift.last_line.startswith("Drift: 3 drifted, 0 missing")) == (2, True), drift.out + drift.err
    apply(work, updated=3)
    assert (hand.sources()["silent"]["enabled"], hand.triggers()["Survey"]["enabled"]) == (False, True)
    replace(work, hand)
    expect(work.gcsync("destroy", "--auto-approve"), applied(deleted=4))
    assert hand.everything() == others


def replace(work: Workplace, hand: Hand) -> None:
    """Another suffix takes another integration, another topic another trigger: the old ones are gone."""
    before = {hand.sources()["Main"]["id"], hand.triggers()["Survey"]["id"]}
    declare(work, suffix="other", topic=START)
    apply(work, replaced=2)
    after = {hand.sources()["Main"]["id"], hand.triggers()["Survey"]["id"]}
    assert not before & after
    assert hand.sources()["Main"]["properties"]["eventSourceSuffix"] == "other"
    assert hand.triggers()["Survey"]["topicName"] == START


def edit(work: Workplace, hand: Hand) -> None:
    """What is edited is pending, no drift, and is applied in place; what is lost is missing, and is made again."""
    declare(work)
    apply(work, created=4)
    ids = {raw["id"] for raw in (*hand.sources().values(), *hand.triggers().values())}
    declare(work, notes="For the new team")
    assert work.gcsync("drift").code == 0
    apply(work, updated=2)
    assert {raw["id"] for raw in (*hand.sources().values(), *hand.triggers().values())} == ids
    assert hand.sources()["Main"]["notes"].startswith("For the new team")
    hand.delete_source("silent")
    hand.delete_trigger("late")
    drift = work.gcsync("drift")
    assert (drift.code, drift.last_line.startswith("Drift: 0 drifted, 2 missing")) == (2, True), drift.out + drift.err
    apply(work, created=2)


def adopt(work: Workplace, hand: Hand) -> None:
    """What somebody made becomes the stack's own and keeps its id: found by its place in AWS, or by its name."""
    source = {"awsAccountId": "012345678901", "awsAccountRegion": "eu-west-1", "eventSourceSuffix": "main"}
    properties = source | {"eventFilter": [START, ACTIVITY, END]}
    before = [
        hand.make_source("Another name", "main", properties=properties, notes="For analytics"),
        hand.make_trigger("Survey", description="Old"),
    ]
    declare(work)
    planned = "Plan: 2 to create, 0 to update, 0 to replace, 0 to delete, 2 to adopt, 0 unchanged."
    expect(work.gcsync("plan", "--detailed-exitcode"), planned, code=2)
    apply(work, created=2, adopted=2)
    assert [hand.sources()["Main"]["id"], hand.triggers()["Survey"]["id"]] == before


JOURNEYS = (keep, edit, adopt)
