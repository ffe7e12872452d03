"""Record the cassettes anew: `python -m tests.contract.record`. Look at the difference before you commit it."""

from __future__ import annotations

from tests.contract.scenarios import PREPARED
from tests.contract.stand_in import Organization, standing_in
from tests.contract.tapes import cassette_of, tape


def main() -> None:
    for scenario, prepare in PREPARED.items():
        there = Organization()
        prepare(there)
        cassette_of(scenario).unlink(missing_ok=True)
        with standing_in(there) as url, tape(scenario, "all", url) as (session, _):
            print(scenario.__name__, scenario(session))


if __name__ == "__main__":
    main()
