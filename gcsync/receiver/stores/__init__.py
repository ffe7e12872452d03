"""The stores: where it is remembered which events were handled.

opening          the store that a URL names
sqlite           one file; many processes of one machine
sqlite_file      opening that file
dynamodb         a table; many machines
dynamodb_table   opening that table
"""

from __future__ import annotations

from gcsync.receiver.stores.opening import CLAIM_SECONDS, DEFAULT_MAX_IDS, DEFAULT_RETENTION, Retention, open_store

__all__ = ["CLAIM_SECONDS", "DEFAULT_MAX_IDS", "DEFAULT_RETENTION", "Retention", "open_store"]
