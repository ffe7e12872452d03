"""Record cassettes anew: `python -m tests.contract.record [NAME]...`. Look at the difference before you commit it."""

from __future__ import annotations

import sys

from tests.contract import public_scenarios, scenarios
from tests.contract.stand_in import Organization, standing_in
from tests.contract.tapes import cassette_of, tape


def main(*names: str) -> None:
    """Records the scenarios of these names; all without any."""
    for scenario, prepare in (scenarios.PREPARED | public_scenarios.PREPARED).items():
        if names and scenario.__name__ not in names:
            continue
        there = Organization()
        prepare(there)
        cassette_of(scenario).unlink(missing_ok=True)
        with standing_in(there) as url, tape(scenario, "all", url) as (session, _):
            print(scenario.__name__, scenario(session))


if __name__ == "__main__":
    main(*sys.argv[1:])
