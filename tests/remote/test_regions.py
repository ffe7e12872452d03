from __future__ import annotations

import importlib.util

import pytest

from gcsync.remote.regions import DOMAINS, find_region, nearest_region


def test_there_are_the_eighteen_public_regions_each_with_its_domain() -> None:
    assert DOMAINS == {
        "us-east-1": "mypurecloud.com",
        "us-east-2": "use2.us-gov-pure.cloud",
        "us-west-2": "usw2.pure.cloud",
        "ca-central-1": "cac1.pure.cloud",
        "mx-central-1": "mxc1.pure.cloud",
        "sa-east-1": "sae1.pure.cloud",
        "eu-west-1": "mypurecloud.ie",
        "eu-west-2": "euw2.pure.cloud",
        "eu-central-1": "mypurecloud.de",
        "eu-central-2": "euc2.pure.cloud",
        "eusc-de-east-1": "edee1.eusc-pure.cloud",
        "me-central-1": "mec1.pure.cloud",
        "ap-south-1": "aps1.pure.cloud",
        "ap-southeast-1": "apse1.pure.cloud",
        "ap-southeast-2": "mypurecloud.com.au",
        "ap-northeast-1": "mypurecloud.jp",
        "ap-northeast-2": "apne2.pure.cloud",
        "ap-northeast-3": "apne3.pure.cloud",
    }
    assert len(DOMAINS) == len(set(DOMAINS.values())) == 18


@pytest.mark.full
def test_they_are_those_of_the_official_sdk() -> None:
    found = importlib.util.find_spec("PureCloudPlatformClientV2")
    assert found is not None, "the official Python SDK is not installed: make test-full installs it"
    assert found.submodule_search_locations
    # Only that one module: importing the package loads thousands.
    spec = importlib.util.spec_from_file_location(
        "purecloud_region_hosts", f"{found.submodule_search_locations[0]}/purecloud_region_hosts.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    theirs = {one.name.replace("_", "-"): one.apihost for one in module.PureCloudRegionHosts}
    assert theirs == {region: f"https://api.{domain}" for region, domain in DOMAINS.items()}


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
