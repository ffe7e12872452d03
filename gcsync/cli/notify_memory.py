"""The file in which `gcsync drift --notify` remembers what it saw and told, by stack and organization."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gcsync.cli.local_folder import FOLDER, make_local_folder
from gcsync.model.diagnostic import Diagnostic, Severity

if TYPE_CHECKING:
    from gcsync.model.picture import Memory

DEFAULT_STATE: Final = FOLDER / "drift-told.json"
_VERSION: Final = 1
_LARGEST: Final = 16 * 1024 * 1024


@contextmanager
def alone_with(path: Path, patience: float = 60.0) -> Iterator[None]:
    """Look, tell and remember as the only run, after at most `patience` seconds: two at once would tell the same twice.

    Whoever cannot have it so goes on without: at worst something is told twice, which is better than not at all.
    """
    from filelock import FileLock, Timeout

    with ExitStack() as held:
        with suppress(Timeout, OSError, NotImplementedError):
            _make_folder(path)
            # filelock would make the folder, which would hide a mistyped name.
            path.parent.stat()
            held.enter_context(FileLock(f"{path}.lock", timeout=patience, mode=0o600))
        yield


def read_memories(path: Path) -> tuple[dict[str, Memory], list[Diagnostic]]:
    """What is remembered; of a file that is no such memory nothing, and a warning."""
    try:
        with path.open("rb") as file:
            document = json.loads(file.read(_LARGEST))
        if document["version"] != _VERSION:
            raise ValueError("it is of another version")
        return {key: _memory(one) for key, one in document["stacks"].items()}, []
    except FileNotFoundError:
        return {}, []
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        hint = "it is written anew; what is there now counts as seen for the first time"
        message = f"{path} is not what an earlier run wrote, and was left aside"
        return {}, [Diagnostic("GC758", message, Severity.WARNING, hint=hint)]


def write_memories(path: Path, entries: Mapping[str, Memory]) -> list[Diagnostic]:
    """Remember these, and nothing else."""
    from gcsync.cli.private_file import write_private

    document = {"version": _VERSION, "stacks": {key: _plain(one) for key, one in entries.items()}}
    try:
        _make_folder(path)
        write_private(path, json.dumps(document, indent=1) + "\n")
    except OSError as error:
        hint = (
            "without it, each run tells the same again, and none with --confirm above 1; name another: --notify-state"
        )
        message = f"{path}: what was told could not be remembered: {error.strerror}"
        return [Diagnostic("GC759", message, Severity.WARNING, hint=hint)]
    return []


def _make_folder(path: Path) -> None:
    if path.parent == FOLDER:
        make_local_folder()


def _memory(data: Mapping[str, Any]) -> Memory:
    """Raises ValueError, KeyError or TypeError for what no run wrote."""
    from gcsync.model.picture import Memory

    seen = {finding: count for finding, count in data["seen"].items() if type(count) is int and count > 0}
    if len(seen) < len(data["seen"]):
        raise ValueError("sightings are counted from 1")
    behind = {service: _findings(told) for service, told in data.get("behind", {}).items()}
    return Memory(seen, _findings(data["told"]), behind)


def _findings(data: Any) -> frozenset[str]:
    if not isinstance(data, list) or not all(isinstance(finding, str) for finding in data):
        raise TypeError("findings are a list of text")
    return frozenset(data)


def _plain(memory: Memory) -> dict[str, Any]:
    behind = {service: sorted(told) for service, told in sorted(memory.behind.items())}
    plain = {"seen": dict(sorted(memory.seen.items())), "told": sorted(memory.told)}
    return plain | ({"behind": behind} if behind else {})
