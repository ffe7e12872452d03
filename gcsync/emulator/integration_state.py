"""What an integration reports of itself: it follows the intended state after a while, or fails to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gcsync.emulator.behaviour import Behaviour
from gcsync.emulator.exchange import iso
from gcsync.emulator.integration_types import EVENTBRIDGE

_EFFECTIVE = {
    "ACTIVE": "Active",
    "ACTIVATING": "Activating",
    "INACTIVE": "Inactive",
    "DEACTIVATING": "Deactivating",
    "ERROR": "Error",
}


def reported_state(body: Mapping[str, Any], now: float, behaviour: Behaviour) -> dict[str, Any]:
    """As in SDK 269 models/integration_status_info.py; `moved` in the body is when the intention last changed."""
    moved = body["moved"]
    settles = body["created"] if moved is None else moved + behaviour.activation_time
    code, problem = _settled(body, behaviour)
    if now < settles:
        code, problem = ("ACTIVATING" if body["intended"] == "ENABLED" else "DEACTIVATING"), ""
    message = problem or f"The integration is {_EFFECTIVE[code].lower()}."
    return {
        "code": code,
        "effective": _EFFECTIVE[code],
        "detail": {
            "localizableMessageCode": f"integration.{code.lower()}",
            "message": message,
            "messageWithParams": message,
            "messageParams": {},
        },
        "lastUpdated": iso(moved if moved is not None and now < settles else settles),
    }


def _settled(body: Mapping[str, Any], behaviour: Behaviour) -> tuple[str, str]:
    if body["intended"] != "ENABLED":
        return "INACTIVE", ""
    problem = _problem(body, behaviour) if body["type"] == EVENTBRIDGE else ""
    return ("ERROR", problem) if problem else ("ACTIVE", "")


def _problem(body: Mapping[str, Any], behaviour: Behaviour) -> str:
    account = body["properties"].get("awsAccountId")
    if account is None:
        return "The integration is not configured: awsAccountId is missing."
    if account in behaviour.failing_accounts:
        return f"The partner event source could not be created in the AWS account {account}: the account was not found."
    return ""
