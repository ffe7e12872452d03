"""Genesys Cloud on the loopback interface: what the demo and many tests speak to.

It shares nothing with the client but `gcsync.model`, so that a shared misunderstanding shows. What an answer looks
like is in `streams.py`, `integrations.py`, `triggers.py`, `topics.py`, `organization.py` and `access.py`; what can be
made to go wrong, in `faults.py` and `behaviour.py`. How events leave: `emission.py`, `courier.py`, `sending.py`.
"""

from __future__ import annotations

from gcsync.emulator.behaviour import Behaviour
from gcsync.emulator.emitting import emit
from gcsync.emulator.server import RunningEmulator, serve, start
from gcsync.emulator.settings import (
    SCOPES,
    EmulatorSettings,
    parse_client,
    parse_deliver_map,
    parse_unpublished,
    read_bundle,
)

__all__ = [
    "SCOPES",
    "Behaviour",
    "EmulatorSettings",
    "RunningEmulator",
    "emit",
    "parse_client",
    "parse_deliver_map",
    "parse_unpublished",
    "read_bundle",
    "serve",
    "start",
]
