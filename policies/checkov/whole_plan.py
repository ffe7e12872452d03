"""Policies about a plan as a whole. checkov checks what will be there, so it never sees what is deleted.

But every JSON plan of gcsync has its provider, and checkov checks that once: these read the plan's own file then.
checkov tells its name and not its folder: GCSYNC_POLICY_PLAN is its path where it is not in the current folder.
GCSYNC_POLICY_TODAY is the day as YYYY-MM-DD, for tests; without it, today in UTC.
"""

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.provider.base_check import BaseProviderCheck

FRIDAY = 4


class PlanCheck(BaseProviderCheck):
    """`refuses` gets the whole plan. One that cannot be read is refused: checkov passes what fails with an error."""

    def __init__(self, name: str, id: str) -> None:  # noqa: A002 - checkov's own word
        super().__init__(
            name=name, id=id, categories=[CheckCategories.GENERAL_SECURITY], supported_provider=["genesyscloud"]
        )

    def scan_provider_conf(self, conf: dict[str, list[Any]]) -> CheckResult:
        name = self.entity_path.removeprefix("/").split(":")[0]
        try:
            plan = json.loads(Path(os.environ.get("GCSYNC_POLICY_PLAN", name)).read_text(encoding="utf-8"))
        except OSError:
            return CheckResult.FAILED
        return CheckResult.FAILED if self.refuses(plan) else CheckResult.PASSED

    def refuses(self, plan: dict[str, Any]) -> bool:
        raise NotImplementedError


class NoPlainCredentials(PlanCheck):
    """gcsync warns of a plain secret in a stack file (GC151); here the warning is an error."""

    def refuses(self, plan: dict[str, Any]) -> bool:
        return any(found["code"] == "GC151" for found in plan["gcsync"]["diagnostics"])


class NoDeleteOnFridays(PlanCheck):
    def refuses(self, plan: dict[str, Any]) -> bool:
        deletes = ["delete" in change["change"]["actions"] for change in plan["resource_changes"]]
        return today().weekday() == FRIDAY and any(deletes)


class ProtectionStays(PlanCheck):
    """gcsync keeps `lifecycle.prevent_destroy` with the object; lifting it is a change like any other."""

    def refuses(self, plan: dict[str, Any]) -> bool:
        attributes = [attribute for change in plan["resource_changes"] for attribute in change["gcsync"]["attributes"]]
        return any(one["name"] == "lifecycle.prevent_destroy" and one["before"] is True for one in attributes)


def today() -> date:
    given = os.environ.get("GCSYNC_POLICY_TODAY")
    return date.fromisoformat(given) if given else datetime.now(UTC).date()


checks = (
    NoPlainCredentials("No credential stands in a stack file", "CKV_GCSYNC_3"),
    NoDeleteOnFridays("Nothing is deleted or replaced on a Friday", "CKV_GCSYNC_4"),
    ProtectionStays("No protection from deletion is lifted", "CKV_GCSYNC_5"),
)
