"""`--emulator`: a Genesys Cloud in this process, and an environment that points to it and to nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gcsync.cli import output
from gcsync.cli.local_folder import FOLDER, make_local_folder
from gcsync.cli.options import DEFAULT_DATABASE

if TYPE_CHECKING:
    from pathlib import Path

    from gcsync.cli.options import Common
    from gcsync.model.resource import Stack

_CLIENT = "emulator"
# Shares no eight letters with the client, or that would be masked in what is shown.
_ANY_WORD = "any-word-will-do"
_PREFIXES = ("GENESYS_CLOUD_", "GENESYSCLOUD_")


@contextmanager
def emulated(stacks: Sequence[Stack], common: Common) -> Iterator[Mapping[str, str]]:
    """The environment for sessions that speak to an emulator, which ends with this context. Raises DiagnosticError."""
    from gcsync.emulator import EmulatorSettings, start

    database = database_of(common)
    with start(EmulatorSettings(database=database, organization=_organization(stacks))) as emulator:
        output.notice(f"Emulator at {emulator.url}, its state in {database}; no real organization is involved.")
        yield environment_for(emulator.url, stacks, os.environ)


def database_of(common: Common) -> Path:
    """The emulator's file; the default one is in `.gcsync/`, which is made ready for it."""
    if common.emulator_db is not None:
        return common.emulator_db
    make_local_folder(FOLDER)
    return DEFAULT_DATABASE


def environment_for(url: str, stacks: Sequence[Stack], environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` without a trace of a real organization, with the emulator's place and throw-away credentials."""
    kept = {name: value for name, value in environ.items() if not name.startswith(_PREFIXES)}
    prefixes = {f"{stack.credentials}_" if stack.credentials else "" for stack in stacks} | {""}
    for prefix in prefixes:
        kept[f"GENESYS_CLOUD_{prefix}CLIENT_ID"] = _CLIENT
        kept[f"GENESYS_CLOUD_{prefix}CLIENT_SECRET"] = _ANY_WORD
    exempt = ",".join(filter(None, (environ.get("no_proxy") or environ.get("NO_PROXY"), "127.0.0.1,localhost")))
    here = {"GENESYS_CLOUD_API_URL": url, "GENESYS_CLOUD_LOGIN_URL": url, "NO_PROXY": exempt, "no_proxy": exempt}
    return kept | here


def _organization(stacks: Sequence[Stack]) -> str:
    """The organization that the stacks declare, so that their check passes; the emulator's usual one without any."""
    return next((stack.organization for stack in stacks if stack.organization), "Example Ltd")
