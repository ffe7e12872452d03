"""Streams deliver over https to approved hosts only.

GCSYNC_POLICY_HOSTS holds the hosts, separated by commas; `*.example.com` is every host below example.com.
"""

import os
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

DEFAULT = "*.example.com"


class ApprovedHosts(BaseResourceCheck):
    def __init__(self) -> None:
        super().__init__(
            name="A stream delivers over https, to approved hosts",
            id="CKV_GCSYNC_2",
            categories=[CheckCategories.NETWORKING],
            supported_resources=["genesyscloud_event_stream"],
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        hosts = os.environ.get("GCSYNC_POLICY_HOSTS", DEFAULT).split(",")
        urls = [urlsplit(url) for destination in conf.get("destinations", []) for url in destination.get("url", [])]
        good = all(
            url.scheme == "https" and any(fnmatchcase(url.hostname or "", host.strip()) for host in hosts)
            for url in urls
        )
        return CheckResult.PASSED if good else CheckResult.FAILED


check = ApprovedHosts()
