"""The official Python SDK and gcsync manage the same integrations and triggers of the emulator, and see each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gcsync.emulator import EmulatorSettings, start
from tests.contract.journeys import apply, expect
from tests.contract.official_sdk import Sdk, SdkRefused, official_sdk
from tests.contract.platform_hand import TYPE, Hand
from tests.contract.platform_journeys import ACTIVITY, END, JOURNEYS, START, declare
from tests.e2e.workplace import Workplace, credentials_for

pytestmark = pytest.mark.full


@pytest.fixture
def sdk(work: Workplace, tmp_path: Path) -> Iterator[Sdk]:
    with start(EmulatorSettings(database=tmp_path / "emulator.db")) as running:
        work.environ |= credentials_for(running.url)
        with official_sdk(running.url, tmp_path) as sdk:
            yield sdk


@pytest.fixture
def hand(sdk: Sdk) -> Hand:
    return Hand(sdk)


@pytest.mark.parametrize("journey", JOURNEYS)
def test_whatever_the_sdk_does_by_hand_gcsync_sees(
    work: Workplace, hand: Hand, journey: Callable[[Workplace, Hand], None]
) -> None:
    """It edits, and that drifts; it deletes, and that is missing; it makes, and that is adopted or left alone."""
    hand.make_source("of somebody else", "else", enabled=True)
    hand.make_trigger("of somebody else")
    journey(work, hand)
    assert hand.sources()["of somebody else"]["enabled"] is True


def test_the_sdk_reads_what_gcsync_made(work: Workplace, sdk: Sdk, hand: Hand) -> None:
    declare(work)
    apply(work, created=4)
    main = hand.sources()["Main"]
    raw = sdk.call("get_integration", integration_id=main["id"])
    configuration = sdk.call("get_integration_config_current", integration_id=main["id"])
    assert (raw["integrationType"]["id"], raw["intendedState"], raw["reportedState"]["code"]) == (
        TYPE,
        "ENABLED",
        "ACTIVE",
    )
    assert configuration["properties"] | {"eventFilter": sorted(configuration["properties"]["eventFilter"])} == {
        "awsAccountId": "012345678901",
        "awsAccountRegion": "eu-west-1",
        "eventSourceSuffix": "main",
        "eventFilter": sorted([START, END, ACTIVITY]),
    }
    assert configuration["notes"].startswith("For analytics")
    trigger = sdk.call("get_processautomation_trigger", trigger_id=hand.triggers()["Survey"]["id"])
    assert (trigger["topicName"], trigger["eventTTLSeconds"], trigger["enabled"]) == (END, 60, True)
    assert [criterion["operator"] for criterion in trigger["matchCriteria"]] == ["Equal", "In"]


def test_the_sdk_is_refused_with_an_old_version(work: Workplace, sdk: Sdk, hand: Hand) -> None:
    """What gcsync wrote since the SDK read is not overwritten, and the other way round neither."""
    declare(work)
    apply(work, created=4)
    main, survey = hand.sources()["Main"], hand.triggers()["Survey"]
    declare(work, notes="For the new team")
    apply(work, updated=2)
    fields = {name: main[name] for name in ("name", "version", "properties", "advanced", "notes", "credentials")}
    with pytest.raises(SdkRefused, match="does not match the current version"):
        sdk.put_configuration(main["id"], fields)
    body = {name: value for name, value in survey.items() if name not in ("id", "selfUri")}
    with pytest.raises(SdkRefused) as refused:
        sdk.put_trigger(survey["id"], body)
    assert refused.value.status == 409


def test_what_gcsync_deleted_is_gone_for_the_sdk(work: Workplace, sdk: Sdk, hand: Hand) -> None:
    declare(work)
    apply(work, created=4)
    source, trigger = hand.sources()["Main"]["id"], hand.triggers()["Survey"]["id"]
    expect(
        work.gcsync("destroy", "--auto-approve"),
        "Applied: 0 created, 0 updated, 0 replaced, 4 deleted, 0 adopted, 0 failed, 0 skipped.",
    )
    for name, arguments in (
        ("get_integration", {"integration_id": source}),
        ("get_processautomation_trigger", {"trigger_id": trigger}),
    ):
        with pytest.raises(SdkRefused, match="404"):
            sdk.call(name, **arguments)
