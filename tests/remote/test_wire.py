"""The session on the wire, played back from `cassettes/` with recording off."""

from __future__ import annotations

from typing import Any

import pytest

from gcsync.model.resource import Organization
from tests.contract import scenarios
from tests.contract.scenarios import OF_THE_SESSION, Scenario
from tests.contract.stand_in import CONTEXT
from tests.contract.tapes import cassette_of, tape

OUTCOMES: dict[Scenario, Any] = {
    scenarios.organization: Organization("6a8c1f6e-0000-4000-8000-000000000000", "Example Ltd"),
    scenarios.refused_client: ("RemoteError", "GC306", 401, "invalid_client", CONTEXT),
    scenarios.rate_limited: "Example Ltd",
}


@pytest.mark.parametrize("scenario", OF_THE_SESSION, ids=lambda scenario: scenario.__name__)
def test_a_recorded_conversation_goes_the_same_way_again(scenario: Scenario) -> None:
    with tape(scenario, "none") as (session, cassette):
        assert scenario(session) == OUTCOMES[scenario]
    assert cassette.all_played


@pytest.mark.parametrize("scenario", scenarios.PREPARED, ids=lambda scenario: scenario.__name__)
def test_no_credential_is_on_a_cassette(scenario: Scenario) -> None:
    text = cassette_of(scenario).read_text(encoding="utf-8")
    kept_out = (
        "Authorization",
        "Bearer",
        "Basic ",
        "recorded-secret",
        "recorded-token",
        "recorded-client",
        "127.0.0.1",
    )
    assert [word for word in kept_out if word in text] == []
