"""An organization of 500 mixed objects, with names that YAML or gcsync could misread, comes under Git unchanged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from gcsync.emulator import Behaviour, EmulatorSettings, start
from tests.contract.platform_hand import Hand, OverHttp
from tests.e2e.workplace import Workplace, credentials_for

STREAMS, SOURCES, TRIGGERS = 220, 140, 140
HOSTILE = (
    "plain",
    "yes",
    "null",
    "0777",
    "1e3",
    "2026-11-23",
    "key: value",
    "# no comment",
    "'quoted' and \"twice\"",
    "${var.api_key}",
    "$${literal} ${file.secret}",
    "*alias &anchor !tag <<",
    "- item",
    "{a: [b]}",
    "back\\slash\\n",
    "tab\there",
    "Größe, 名前, ☎️, e\u0301",
    "\u202eright to left",
    "a" * 200,
    "%20 `code` <b>|pipe|</b>",
)
TEXTS = ("", "For analytics", "two\nlines: yes\n\n  indented ${each.key}", "trailing # not a comment", "| > 'x' \"y\"")
TOPIC = "v2.detail.events.conversation.{id}.customer.end"


def named(number: int) -> str:
    """A name of its own, whatever the case."""
    return f"{HOSTILE[number % len(HOSTILE)]} {number}" if number >= len(HOSTILE) else HOSTILE[number]


def secret(number: int) -> str:
    return f"secret-{number:04}-value"


def url(number: int) -> str:
    return f"https://events.example.com/in/{number}"


def seed_stream(api: OverHttp, number: int) -> None:
    destination: dict[str, Any] = {"protocol": "https", "url": url(number)}
    if number % 3 == 0:
        destination["headers"] = {"X-Api-Key": secret(number)}
    body = {"name": named(number), "description": TEXTS[number % len(TEXTS)], "destinations": [destination]}
    body |= {"enabled": number % 4 > 0, "eventTypes": ["conversation:start", "conversation:end"][: 1 + number % 2]}
    api.call("POST", "/api/v2/eventstreams", body)


def seed_source(api: OverHttp, number: int) -> None:
    """Many share a name, which is allowed; none its place in AWS."""
    Hand(api).make_source(
        HOSTILE[number % len(HOSTILE)],
        f"suffix-{number}",
        enabled=number % 2 == 0,
        notes=TEXTS[number % len(TEXTS)],
        topics=[TOPIC][: number % 3],
    )


def seed_trigger(api: OverHttp, number: int) -> None:
    criteria = [{"jsonPath": "a['b']", "operator": "Equal", "value": value} for value in ("yes", 5, True, "${x}")]
    more = {"eventTTLSeconds": 10 + number} if number % 3 == 0 else {"delayBySeconds": 60 + number}
    text = {"description": TEXTS[number % len(TEXTS)]} if number % 2 else {}
    Hand(api).make_trigger(
        named(number),
        enabled=number % 4 > 0,
        matchCriteria=criteria[: number % 5],
        **text,
        **(more if number % 5 else {}),
    )


@pytest.fixture
def organization(offline: Workplace, tmp_path: Path) -> Iterator[Workplace]:
    settings = EmulatorSettings(database=tmp_path / "emulator.db", behaviour=Behaviour(max_instances=SOURCES))
    with start(settings) as running:
        api = OverHttp(running.url)
        with ThreadPoolExecutor(4) as pool:
            for seed, count in ((seed_stream, STREAMS), (seed_source, SOURCES), (seed_trigger, TRIGGERS)):
                list(pool.map(seed, [api] * count, range(count)))
        yield Workplace(offline.folder, offline.environ | credentials_for(running.url))


def give_secrets(work: Workplace, stack: dict[str, Any]) -> None:
    """As a user would, by the variable that stands where the secret was."""
    for stream in stack["streams"].values():
        (destination,) = stream["destinations"]
        for value in destination.get("headers", {}).values():
            (variable,) = re.fullmatch(r"\$\{var\.(\w+)\}", value).groups()  # type: ignore[union-attr]
            assert stack["variables"][variable] == {"type": "string", "sensitive": True}
            work.environ[f"GCSYNC_VAR_{variable}"] = secret(int(destination["url"].rpartition("/")[2]))


def test_what_is_exported_validates_and_plans_as_adoption_only(organization: Workplace) -> None:
    exported = organization.gcsync("export")
    assert (exported.code, "left out" in exported.err) == (0, False), exported.err
    assert "secret-" not in exported.out + exported.err
    organization.write("stacks/all.yaml", exported.out)
    validated = organization.gcsync("validate")
    assert validated.code == 0, validated.out + validated.err
    give_secrets(organization, yaml.safe_load(exported.out))
    plan = organization.gcsync("plan", "--format", "json", "--detailed-exitcode")
    assert plan.code == 2, plan.err
    summary = {"create": 0, "update": 0, "replace": 0, "delete": 0, "adopt": 500, "unchanged": 0}
    assert plan.document["gcsync"]["summary"] == summary
    changes = plan.document["resource_changes"]
    assert [change["address"] for change in changes if change["change"]["actions"] != ["no-op"]] == []
    assert len({change["change"]["importing"]["id"] for change in changes}) == 500
    assert "secret-" not in plan.out + plan.err


@pytest.mark.full
def test_what_is_exported_is_applied_and_then_nothing_is_left_to_do(organization: Workplace) -> None:
    exported = organization.gcsync("export")
    assert organization.gcsync("export").out == exported.out
    organization.write("stacks/all.yaml", exported.out)
    give_secrets(organization, yaml.safe_load(exported.out))
    applied = organization.gcsync("apply", "--auto-approve")
    assert (
        applied.last_line == "Applied: 0 created, 0 updated, 0 replaced, 0 deleted, 500 adopted, 0 failed, 0 skipped."
    )
    plan = organization.gcsync("plan", "--detailed-exitcode")
    assert (plan.code, plan.last_line.startswith("No changes.")) == (0, True), plan.out + plan.err
