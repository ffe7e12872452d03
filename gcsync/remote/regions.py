"""The regions of Genesys Cloud: AWS region name to domain.

Source: `purecloud_region_hosts.py` of the Python SDK 269.0.0; the Terraform provider's `provider.go` has the same 18.
The API is at `https://api.<domain>`, the login at `https://login.<domain>`.
"""

from __future__ import annotations

import difflib
from typing import Final

DEFAULT_REGION: Final = "us-east-1"

DOMAINS: Final[dict[str, str]] = {
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

_REGIONS: Final = {domain: region for region, domain in DOMAINS.items()}


def find_region(text: str) -> str | None:
    """The AWS region name for a region or a Genesys domain in any case; None for neither."""
    wanted = text.strip().lower()
    return wanted if wanted in DOMAINS else _REGIONS.get(wanted)


def nearest_region(text: str) -> str | None:
    """The region or domain that `text` was probably meant to be."""
    near = difflib.get_close_matches(text.strip().lower(), [*DOMAINS, *_REGIONS], n=1, cutoff=0.6)
    return near[0] if near else None
