"""The stores: where it is remembered which events were handled.

opening          the store that a URL names
sqlite           one file; many processes of one machine
sqlite_file      opening that file
redis            keys in a server of Redis or Valkey; many machines
redis_url        what a URL of one says
redis_server     connecting, and whether it keeps what it is told
dynamodb         a table; many machines
dynamodb_table   opening that table
"""

from __future__ import annotations

from gcsync.receiver.stores.opening import CLAIM_SECONDS, DEFAULT_MAX_IDS, DEFAULT_RETENTION, Retention, open_store

__all__ = ["CLAIM_SECONDS", "DEFAULT_MAX_IDS", "DEFAULT_RETENTION", "Retention", "open_store"]
