"""Genesys Cloud on the loopback interface: what the demo and many tests speak to.

It shares nothing with the client but `gcsync.model`, so that a shared misunderstanding shows. What an answer looks
like is in `streams.py`, `organization.py` and `access.py`; what can be made to go wrong, in `faults.py`.
"""

from __future__ import annotations

from gcsync.emulator.server import RunningEmulator, serve, start
from gcsync.emulator.settings import SCOPES, EmulatorSettings, parse_client

__all__ = ["SCOPES", "EmulatorSettings", "RunningEmulator", "parse_client", "serve", "start"]
