"""No stream sends every event of the organization: that costs, and hands on what nobody asked for."""

from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck


class NamedEventTypes(BaseResourceCheck):
    def __init__(self) -> None:
        super().__init__(
            name="A stream names its event types, and not *",
            id="CKV_GCSYNC_1",
            categories=[CheckCategories.GENERAL_SECURITY],
            supported_resources=["genesyscloud_event_stream"],
        )

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        (event_types,) = conf.get("event_types", [[]])
        return CheckResult.PASSED if event_types and "*" not in event_types else CheckResult.FAILED


check = NamedEventTypes()
