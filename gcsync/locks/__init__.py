"""Locks against two runs at once, one per organization and stack. Knows neither stack files nor Genesys Cloud."""

from gcsync.locks.file import FileLock, first_usable
from gcsync.locks.held import Claim, Held, Patience
from gcsync.locks.holder import Holder
from gcsync.locks.interface import Lock, Removable, Subject
from gcsync.locks.opening import open_remote

__all__ = [
    "Claim",
    "FileLock",
    "Held",
    "Holder",
    "Lock",
    "Patience",
    "Removable",
    "Subject",
    "first_usable",
    "open_remote",
]
