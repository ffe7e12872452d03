from __future__ import annotations

from gcsync.schema.audit import AuditName, audit_names
from gcsync.schema.compose import kind_names


def test_what_public_sources_name_is_in_the_schemas() -> None:
    assert {kind: audit_names(kind) for kind in kind_names()} == {
        "eventbridge_source": (AuditName("Integrations", "Integration"),),
        "stream": (),
        "trigger": (AuditName("ProcessAutomation", "Trigger"), AuditName("Triggers", "Trigger")),
    }
