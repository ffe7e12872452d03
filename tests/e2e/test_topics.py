"""topics, and what plan and apply make of the topics that a stack names."""

from __future__ import annotations

import pytest

from tests.e2e.workplace import Hand, Workplace

START = "v2.detail.events.conversation.{id}.customer.start"
TRIGGER = """\
triggers:
  survey:
    topic: '{topic}'
    target: {{type: Workflow, id: 0f4b0d30-5e0c-4c5c-8a9e-3d8e4a4b7c11}}
"""
SOURCE = """\
eventbridge_sources:
  main:
    aws_account_id: '123456789012'
    aws_region: eu-west-1
    suffix: main
    topics: ['{topic}']
"""
REFUSED = ("403:9:GET:/api/v2/notifications/*", "403:9:GET:/api/v2/processautomation/triggers/topics*")


def declare(work: Workplace, section: str, topic: str) -> None:
    work.write("stacks/real.yaml", "version: 1\nstack: real\n" + section.format(topic=topic))


class TestTopics:
    def test_what_the_organization_offers(self, work: Workplace) -> None:
        ran = work.gcsync("topics", "CUSTOMER.start")
        assert ran.code == 0
        assert ran.out.startswith(f"{START}\n    description: ")
        assert ran.out.endswith("\n1 topic.\n")
        assert ran.err.startswith("Organization Example Ltd, us-east-1")

    def test_as_json_by_transport(self, work: Workplace) -> None:
        everything = work.gcsync("topics", "--format", "json").document
        carried = work.gcsync("topics", "--transport", "eventbridge", "--format", "json").document
        for_triggers = work.gcsync("topics", "--transport", "trigger", "--format", "json").document
        assert everything["source"] == "organization"
        ids = [{topic["id"] for topic in one["topics"]} for one in (everything, carried, for_triggers)]
        assert ids[1] < ids[0]
        assert START in ids[2] < ids[0]
        assert all(topic["triggers"] for topic in for_triggers["topics"])

    def test_a_pattern_that_matches_nothing_is_answered_with_the_nearest(self, work: Workplace) -> None:
        ran = work.gcsync("topics", START.replace("start", "strat"))
        assert (ran.code, ran.out) == (1, "")
        assert f"hint: did you mean {START}" in ran.err

    def test_a_stack_says_whom_to_ask(self, work: Workplace) -> None:
        work.stack("a", name="one", settings="genesys: {region: eu-west-1}\n")
        assert work.gcsync("topics", "customer").err.startswith("Organization Example Ltd, eu-west-1")
        work.stack("b", name="two")
        ran = work.gcsync("topics", "customer")
        assert (ran.code, ran.out) == (1, "")
        assert ran.err.startswith("error[GC435]: the stacks here speak to 2 places")
        named = work.gcsync("topics", "customer", "--stack", "stacks/two.yaml")
        assert (named.code, named.err.startswith("Organization Example Ltd, us-east-1")) == (0, True)

    def test_a_stack_that_is_wrong_is_in_nobodys_way(self, work: Workplace) -> None:
        work.write("stacks/one.yaml", "version: 1\nstack: one\nstreams: []\n")
        ran = work.gcsync("topics", "customer")
        assert ran.code == 0
        assert "The stacks here cannot be read" in ran.err
        assert work.gcsync("topics", "customer", "--stack", "stacks/one.yaml").code == 1

    def test_offline_it_is_the_shipped_list_and_says_so(self, offline: Workplace) -> None:
        ran = offline.gcsync("topics", "customer", "--offline", "--format", "json")
        assert (ran.code, ran.document["source"]) == (0, "shipped")
        assert START in [topic["id"] for topic in ran.document["topics"]]
        assert ran.err.startswith("This is the list that comes with gcsync")

    def test_where_the_lists_may_not_be_read_too(self, work: Workplace, hand: Hand) -> None:
        hand.faults(*REFUSED)
        ran = work.gcsync("topics", "customer", "--format", "json")
        assert (ran.code, ran.document["source"]) == (0, "shipped")
        assert ran.err.count("warning[GC433]") == 2
        assert "This is the list that comes with gcsync" in ran.err


class TestPlan:
    @pytest.mark.parametrize("section", [TRIGGER, SOURCE])
    def test_topics_that_are_offered_are_no_finding(self, work: Workplace, section: str) -> None:
        declare(work, section, START)
        ran = work.gcsync("plan")
        assert ran.code == 0
        assert "GC43" not in ran.out + ran.err

    @pytest.mark.parametrize("section", [TRIGGER, SOURCE])
    def test_a_topic_that_is_not_there_stops_it_before_anything_is_written(
        self, work: Workplace, hand: Hand, section: str
    ) -> None:
        declare(work, section, START.replace("start", "strat"))
        hand.requests()
        ran = work.gcsync("apply", "--auto-approve")
        assert ran.code == 1
        assert "error[GC430]: stacks/real.yaml:" in ran.out
        assert f"hint: did you mean {START}" in ran.out
        assert {line.split(" ")[0] for line in hand.requests() if "oauth" not in line} == {"GET"}

    def test_drift_tells_of_it_and_is_no_failure(self, work: Workplace) -> None:
        declare(work, SOURCE, "v2.withdrawn.{id}")
        ran = work.gcsync("drift", "--ignore-missing")
        assert ran.code == 0
        assert "warning[GC430]" in ran.err

    def test_a_list_that_may_not_be_read_is_a_warning_and_stops_nothing(self, work: Workplace, hand: Hand) -> None:
        declare(work, SOURCE, START)
        hand.faults(*REFUSED)
        ran = work.gcsync("plan")
        assert ran.code == 0
        assert ran.err.count("warning[GC433]") == 1
        assert "triggers could not be read" not in ran.err

    def test_without_topics_nobody_asks_for_them(self, work: Workplace, hand: Hand) -> None:
        work.stack("conversations")
        hand.requests()
        work.gcsync("plan")
        assert [line for line in hand.requests() if "topics" in line] == []

    def test_destroy_does_not_mind_a_topic_that_is_gone(self, work: Workplace) -> None:
        declare(work, SOURCE, "v2.withdrawn.{id}")
        ran = work.gcsync("plan", "--destroy")
        assert ran.code == 0
        assert "GC430" not in ran.out + ran.err


class TestValidate:
    def test_a_topic_that_only_the_shipped_list_lacks_is_a_warning(self, offline: Workplace) -> None:
        declare(offline, SOURCE, "v2.unheard.{id}.of")
        ran = offline.gcsync("validate")
        assert (ran.code, ran.out) == (0, "Valid: 1 stack, 1 resource.\n")
        assert "warning[GC432]: stacks/real.yaml:8:14: eventbridge_sources.main.topics[0]:" in ran.err
