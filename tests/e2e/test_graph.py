"""`gcsync graph` on the command line: no credentials, no network, no secret."""

from __future__ import annotations

import time
from xml.etree import ElementTree

import pytest

from tests.e2e.workplace import Workplace

STACK = """\
version: 1
stack: team
variables:
  host: {type: string}
  api_key: {type: string, sensitive: true}
environments: {dev: {}, prod: {variables: {host: events.example.com}}}
streams:
  calls:
    event_types: [conversation:start]
    destinations:
      - protocol: https
        url: https://${var.host}/in?key=canary-of-url
        headers: {X-Key: '${var.api_key}'}
triggers:
  survey:
    description: After ${stream.calls.id}
    topic: v2.detail.events.conversation.{id}.customer.end
    target: {type: Workflow, id: 4f9f3c55-3b3a-4f9c-8a4e-0e8f9d6b8c11}
"""

TREE = """\
Stack team@prod
├─ stream.calls
│  ├─ events: conversation:start
│  └─ to URL: events.example.com
└─ trigger.survey
   ├─ events: v2.detail.events.conversation.{id}.customer.end
   ├─ takes from: stream.calls
   └─ to workflow: 4f9f3c55-3b3a-4f9c-8a4e-0e8f9d6b8c11
"""


@pytest.fixture
def team(offline: Workplace) -> Workplace:
    offline.write("stacks/team.yaml", STACK)
    return offline


def test_a_stack_is_drawn_without_credentials_and_without_its_secrets_values(team: Workplace) -> None:
    ran = team.gcsync("graph", "--env", "prod")
    assert (ran.code, ran.out, ran.err) == (0, TREE, "")


def test_what_hangs_on_a_variable_without_a_value_is_not_known(team: Workplace) -> None:
    assert "to URL: (not known yet)" in team.gcsync("graph", "--env", "dev").out
    given = team.gcsync("graph", "--env", "dev", "--var", "host=dev.example.com")
    assert "to URL: dev.example.com" in given.out


def test_a_stack_with_a_mistake_and_an_environment_not_chosen_are_errors(team: Workplace) -> None:
    assert "GC220" in team.gcsync("graph").err
    team.write("stacks/team.yaml", STACK.replace("topic:", "topik:"))
    ran = team.gcsync("graph", "--env", "prod")
    assert (ran.code, ran.out) == (1, "")
    assert "GC106" in ran.err


@pytest.mark.parametrize("form", ["text", "mermaid", "dot", "svg"])
def test_no_format_shows_more_of_a_url_than_its_host(team: Workplace, form: str) -> None:
    ran = team.gcsync("graph", "--env", "prod", "--format", form)
    assert ran.code == 0
    assert "events.example.com" in ran.out
    assert "canary-of-url" not in ran.out + ran.err


def test_a_plan_file_is_drawn_with_what_it_does(work: Workplace) -> None:
    work.write("stacks/team.yaml", STACK)
    values = ("--env", "prod", "--var", "api_key=canary-of-key")
    assert work.gcsync("plan", *values, "--out", "plan.json").code == 0
    (work.folder / "stacks/team.yaml").unlink()
    ran = work.gcsync("graph", "plan.json")
    assert ran.code == 0
    assert "├─ + create stream.calls" in ran.out
    assert "takes from: stream.calls" in ran.out
    assert "canary" not in ran.out


def test_a_plan_file_beside_other_paths_is_refused(work: Workplace) -> None:
    work.stack("a")
    work.gcsync("plan", "--out", "plan.json")
    for line in (["plan.json", "stacks"], ["plan.json", "--var", "a=b"]):
        ran = work.gcsync("graph", *line)
        assert (ran.code, ran.out) == (1, "")
        assert "error[GC710]" in ran.err


def test_a_chart_that_mermaid_will_not_draw_is_printed_with_a_warning(offline: Workplace) -> None:
    offline.stack(*(f"s{number}" for number in range(300)))
    ran = offline.gcsync("graph", "--format", "mermaid")
    assert ran.out.startswith("flowchart LR\n")
    assert (ran.code, "warning[GC711]" in ran.err) == (0, True)
    assert offline.gcsync("graph", "--format", "svg").err == ""


def test_five_thousand_resources_take_a_few_times_as_long_as_a_thousand(offline: Workplace) -> None:
    def seconds(count: int) -> float:
        """Of the processor: what else the machine does beside takes none of them."""
        offline.stack(*(f"s{number}" for number in range(count)))
        began = time.thread_time()
        ran = offline.gcsync("graph", "--format", "svg")
        spent = time.thread_time() - began
        assert len(ElementTree.fromstring(ran.out.encode())) > count
        return spent

    # The best of some: a processor that is shared may be slower at times.
    assert any(seconds(5000) < 15 * seconds(1000) for _ in range(4))
