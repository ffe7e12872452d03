"""Nothing in the tree tells where it was written."""

from __future__ import annotations

import os
import re
import socket
from urllib.parse import urlsplit

from tests.house.source import ROOT, name, text_files, text_of

PLACE = re.compile(r"(?<![\w.~/-])/(?:home|root|Users|workspace|builds|mnt|opt|srv)/[\w.-]+")
LOCK = re.compile(r'"resolved":|--index-url|--extra-index-url|--find-links|_authToken|\bdocker\.io/')

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def test_no_file_names_a_place_of_a_machine() -> None:
    assert occurrences(PLACE) == []


def test_no_file_names_a_package_registry() -> None:
    assert occurrences(LOCK) == []


def test_no_file_names_this_machine() -> None:
    here = {place for place in (str(ROOT), socket.gethostname(), *registries()) if tells_apart(place)}
    assert occurrences(re.compile("|".join(map(re.escape, here)) or "(?!)")) == []


def tells_apart(place: str) -> bool:
    """A folder at the root of a disk, and a host named with one word, may be named anywhere: /app, /src, runner."""
    return place.count("/") > 1 if "/" in place else len(place) > 5 and bool(re.search("[0-9.-]", place))


def test_what_many_machines_are_called_is_no_place_of_this_one() -> None:
    assert [place for place in ("/app", "/src", "runner", "docker", "ubuntu") if tells_apart(place)] == []
    assert all(tells_apart(place) for place in ("/home/ada/gcsync", "fv-az123", "registry.example.com"))


def registries() -> set[str]:
    """The hosts that this machine's package managers are set to."""
    names = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "NPM_CONFIG_REGISTRY", "npm_config_registry")
    hosts = {urlsplit(url).hostname for variable in names for url in os.environ.get(variable, "").split()}
    return {host for host in hosts if host} - LOOPBACK


def occurrences(pattern: re.Pattern[str]) -> list[str]:
    """Where it stands, in every text file but this one."""
    return [
        f"{name(path)}:{number}: {found[0]}"
        for path in text_files()
        if name(path) != "tests/house/test_tree.py"
        if pattern.search(text_of(path))
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if (found := pattern.search(line))
    ]
