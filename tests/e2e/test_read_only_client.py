"""A client that may only read, as docs/environments.md names its scopes and permissions: enough for all that reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gcsync.emulator import EmulatorSettings, start
from gcsync.emulator.behaviour import Behaviour
from tests.e2e.test_adoption import TOPIC, WORKFLOW
from tests.e2e.workplace import Inside, Workplace, clean_environment, credentials_for
from tests.house.source import ROOT

PAGE = (ROOT / "docs/environments.md").read_text(encoding="utf-8")
SCOPES = ("event:stream:read", "integrations:readonly", "process-automation:readonly", "notifications")
WRITING = tuple(
    f"{kind}:{verb}"
    for kind in ("integrations:integration", "processautomation:trigger")
    for verb in ("add", "edit", "delete")
)
STACK = f"""\
version: 1
stack: everything
environments: {{dev: {{}}, prod: {{}}}}
streams:
  calls:
    name: calls-${{env_name}}
    event_types: [conversation:start]
    destinations: [{{protocol: https, url: https://events.example.com/x}}]
eventbridge_sources:
  feed:
    name: feed-${{env_name}}
    aws_account_id: '123456789012'
    aws_region: eu-west-1
    suffix: ${{env_name}}
    topics: ['{TOPIC}']
triggers:
  ended:
    name: ended-${{env_name}}
    topic: {TOPIC}
    target: {{type: Workflow, id: {WORKFLOW}}}
"""


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Workplace]:
    """A folder with the rights to read an organization in which a client with all rights has applied everything."""
    database = tmp_path / "emulator.db"
    folder = tmp_path / "work"
    folder.mkdir()
    work = Inside(folder, clean_environment())
    work.write("stacks/everything.yaml", STACK)
    with start(EmulatorSettings(database=database)) as writer:
        for name in ("dev", "prod"):
            ran = work.gcsync("apply", "--auto-approve", "--env", name, **credentials_for(writer.url))
            assert ran.code == 0, ran.err
    behaviour = Behaviour(denied_permissions=WRITING)
    with start(EmulatorSettings(database=database, scopes=SCOPES, behaviour=behaviour)) as running:
        yield Inside(folder, work.environ | credentials_for(running.url))


@pytest.mark.parametrize(
    "line",
    [
        "plan --env dev --detailed-exitcode",
        "plan --env dev --env prod --detailed-exitcode",
        "drift --env dev",
        "list --env dev",
        "compare --env dev --env prod",
        "topics",
        "export --stack everything --env dev",
    ],
)
def test_it_is_enough_for_what_reads(reader: Workplace, line: str) -> None:
    ran = reader.gcsync(*line.split())
    assert (ran.code, "403" in ran.err, "not checked" in ran.out) == (0, False, False), ran.err


def test_it_is_not_enough_to_write(reader: Workplace) -> None:
    reader.write("stacks/everything.yaml", STACK.replace("conversation:start", "conversation:end"))
    ran = reader.gcsync("apply", "--auto-approve", "--env", "dev")
    assert (ran.code, "403" in ran.out) == (1, True)


def test_the_page_names_it(reader: Workplace) -> None:
    named = set(re.findall(r"`([a-z-]+(?::[a-z-]+){1,2})`", PAGE))
    assert {*SCOPES, *(re.sub(":add$", ":view", one) for one in WRITING if one.endswith(":add"))} <= named | {
        "notifications"
    }
    assert named & set(WRITING) == set()
