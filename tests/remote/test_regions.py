from __future__ import annotations

import pytest

from gcsync.remote.regions import DOMAINS, find_region, nearest_region


def test_there_are_the_eighteen_regions_of_the_official_sdk() -> None:
    assert len(DOMAINS) == len(set(DOMAINS.values())) == 18


@pytest.mark.parametrize("region", DOMAINS)
def test_a_region_is_found_by_its_name_and_by_its_domain_in_any_case(region: str) -> None:
    names = [region, region.upper(), DOMAINS[region], f" {DOMAINS[region].title()} "]
    assert [find_region(name) for name in names] == [region] * 4


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("eu-wst-1", "eu-west-1"),
        ("mypurecloud.fr", "mypurecloud.jp"),
        ("usw2.pure.clod", "usw2.pure.cloud"),
        ("?", None),
    ],
)
def test_a_mistyped_region_has_a_nearest_one(text: str, nearest: str | None) -> None:
    assert find_region(text) is None
    assert nearest_region(text) == nearest
