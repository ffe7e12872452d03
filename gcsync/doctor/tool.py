"""Versions: of gcsync, of Python, and of the libraries that gcsync declares."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Callable, Iterator
from importlib import metadata

from gcsync import __version__
from gcsync.model.check import Check, CheckStatus

_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)\s*(?:>=\s*(?P<least>[0-9.]+))?[^;]*(?P<extra>;.*extra\s*==.*)?")
_HINT = "install it anew, in an environment of its own: pip install --upgrade gcsync"


def check_versions(version_of: Callable[[str], str] = metadata.version) -> Iterator[Check]:
    """The tool and Python; then the libraries, with those that lack or are older than gcsync needs."""
    python = sys.version.split()[0]
    system = f"{platform.system()} {platform.machine()}".strip()
    yield Check("versions", CheckStatus.OK, f"gcsync {__version__}, Python {python}, {system}")
    found: list[str] = []
    wrong: list[str] = []
    for name, least in _requirements():
        try:
            version = version_of(name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{name} is not installed")
            continue
        found.append(f"{name} {version}")
        if _numbers(version) < _numbers(least):
            wrong.append(f"{name} {version} is older than {least}")
    if wrong:
        yield Check("libraries", CheckStatus.FAIL, ", ".join(wrong), _HINT, "GC690")
    else:
        yield Check("libraries", CheckStatus.OK, ", ".join(found) or "none are declared")


def _requirements() -> Iterator[tuple[str, str]]:
    """What gcsync needs without any extra, and from which version on."""
    try:
        texts = metadata.requires("gcsync") or []
    except metadata.PackageNotFoundError:
        return
    for text in texts:
        match = _REQUIREMENT.match(text)
        if match is not None and not match["extra"]:
            yield match["name"], match["least"] or "0"


def _numbers(version: str) -> tuple[int, ...]:
    leading = re.match(r"[0-9.]*", version)
    return tuple(int(part) for part in (leading[0] if leading else "").split(".") if part)
