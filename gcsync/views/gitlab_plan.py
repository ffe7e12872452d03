"""The counts that GitLab's merge-request widget shows (`artifacts:reports:terraform`).

Source: https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsterraform and the recipe for the file at
https://docs.gitlab.com/user/infrastructure/iac/mr_integration/: a replacement, Terraform's `["delete", "create"]`,
counts as a create and as a delete there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from gcsync.model.plan import Plan, Summary


def render_gitlab_plan(plans: Sequence[Plan]) -> str:
    """One document over all the plans: `{"create": 1, "update": 2, "delete": 0}` on one line.

    A replacement counts as a create and a delete, as in GitLab's recipe for Terraform; an adoption as an update: the
    object stays, and its marker is written. The widget shows one line for each job's file.
    """
    total = sum((plan.summary for plan in plans), Summary())
    counts = {
        "create": total.create + total.replace,
        "update": total.update + total.adopt,
        "delete": total.delete + total.replace,
    }
    return json.dumps(counts) + "\n"
