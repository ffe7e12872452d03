"""Everything in a stack file but its resources."""

from __future__ import annotations

from pathlib import Path

import pytest

from gcsync.model.resource import Safety
from gcsync.stack.report import Report
from gcsync.stack.settings import Settings, check_part, read_settings
from gcsync.stack.source import open_source

HEAD = "version: 1\nstack: a\n"


def read(folder: Path, text: str) -> tuple[Settings | None, list[str]]:
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    report = Report()
    settings = read_settings(open_source(folder / "a.yaml", "a.yaml"), report)
    return settings, [f"{finding.code} {finding.path}" for finding in report.findings]


def test_an_environment_goes_before_what_all_have(tmp_path: Path) -> None:
    text = (
        "genesys: {region: eu-west-1, organization: A}\nenvironments: {dev: {genesys: {organization: B}}, prod: {}}\n"
    )
    settings, found = read(tmp_path, HEAD + text)
    assert settings is not None
    assert (settings.genesys("dev"), settings.genesys("prod"), found) == (
        {"region": "eu-west-1", "organization": "B"},
        {"region": "eu-west-1", "organization": "A"},
        [],
    )
    assert (settings.name, settings.environments, settings.safety()) == ("a", ("dev", "prod"), Safety())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["GC116 "]),
        ("[a]", ["GC105 "]),
        ("version: 2\nstack: a\nfuture: x\n", ["GC116 version"]),
        ("version: 1\n", ["GC106 "]),
        (HEAD + "strems: {}\n", ["GC107 strems"]),
        (HEAD + "genesys: {organization: '${var.x}'}\n", ["GC211 genesys.organization"]),
        (HEAD + "safety: {max_delete_percent: 101}\n", ["GC108 safety.max_delete_percent"]),
        (HEAD + "environments: {dev: {variables: {x: 1}}}\n", ["GC223 environments.dev.variables.x"]),
        (HEAD + "variables: {x: {pattern: '('}}\n", ["GC104 variables.x.pattern"]),
        (HEAD + "variables: {x: {type: number, pattern: a}}\n", ["GC108 variables.x.pattern"]),
    ],
)
def test_says_what_is_wrong(tmp_path: Path, text: str, found: list[str]) -> None:
    assert read(tmp_path, text)[1] == found


def test_what_is_wrong_in_one_place_leaves_the_rest(tmp_path: Path) -> None:
    settings, found = read(tmp_path, HEAD + "safety: {max_delete_percent: x}\ngenesys: {region: eu-west-1}\n")
    assert settings is not None
    assert (settings.genesys(None), found) == ({"region": "eu-west-1"}, ["GC105 safety.max_delete_percent"])


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("streams: {}\n", []),
        ("version: 1\nx-a: 1\ntriggers: {}\n", []),
        ("stack: a\n", ["GC118"]),
        ("variables: {}\n", ["GC118"]),
        ("lock: s3://b-1/k\n", ["GC118"]),
        ("tests: []\n", ["GC118"]),
        ("aws: {}\n", ["GC120"]),
        ("stream: {}\n", ["GC107"]),
        ("[a]\n", ["GC105"]),
    ],
)
def test_a_part_has_resources_only(tmp_path: Path, text: str, codes: list[str]) -> None:
    (tmp_path / "part.yaml").write_text(text, encoding="utf-8")
    report = Report()
    check_part(open_source(tmp_path / "part.yaml", "part.yaml"), report)
    assert [finding.code for finding in report.findings] == codes
