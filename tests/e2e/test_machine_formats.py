"""`drift` and `validate` for machines: each document read by the reader that others wrote for it."""

from __future__ import annotations

import time

import pytest

from tests.e2e.workplace import Hand, Workplace
from tests.views.formats import read_junit, read_prometheus, read_sarif

KIND = ("kind", "stream")
LABELS = (("environment", ""), ("stack", "contact-center"))
BAD = "version: 1\nstack: a\nstreams:\n  one:\n    destinations: [{protocol: https, url: 'http://x'}]\n"


@pytest.fixture
def drifted(work: Workplace, hand: Hand) -> Workplace:
    """A stack of which somebody changed one stream and deleted another."""
    work.stack("conversations", "agents", "kept")
    assert work.gcsync("apply", "--auto-approve").code == 0
    hand.change("conversations", eventTypes=["conversation:start"])
    hand.delete("agents")
    return work


class TestDrift:
    def test_junit(self, drifted: Workplace) -> None:
        ran = drifted.gcsync("drift", "--format", "junit")
        (suite,) = read_junit(ran.out)
        assert {case.name: [one.type for one in case.result] for case in suite} == {
            "stream.conversations": ["drifted"],
            "stream.agents": ["missing"],
            "stream.kept": [],
        }
        assert ran.code == 2

    def test_sarif(self, drifted: Workplace) -> None:
        ran = drifted.gcsync("drift", "--format", "sarif")
        (run,) = read_sarif(ran.out)["runs"]
        places = [
            (one["ruleId"], one["locations"][0]["physicalLocation"]["region"]["startLine"]) for one in run["results"]
        ]
        assert (places, ran.code) == ([("GC715", 6), ("GC717", 9)], 2)
        assert str(drifted.folder) not in ran.out

    def test_a_finding_of_sarif_is_the_same_when_its_line_moves(self, drifted: Workplace) -> None:
        def fingerprints() -> list[dict[str, str]]:
            (run,) = read_sarif(drifted.gcsync("drift", "--format", "sarif").out)["runs"]
            return [one["partialFingerprints"] for one in run["results"]]

        before = fingerprints()
        path = drifted.folder / "stacks/contact-center.yaml"
        path.write_text("# a comment\n\n" + path.read_text())
        assert fingerprints() == before

    def test_prometheus(self, drifted: Workplace) -> None:
        began = time.time()
        ran = drifted.gcsync("drift", "--format", "prometheus")
        found = read_prometheus(ran.out)
        by_kind = tuple(sorted([*LABELS, KIND]))
        counted = {name: found[f"gcsync_{name}_resources"][by_kind] for name in ("drifted", "missing", "pending")}
        assert (counted, ran.code) == ({"drifted": 1, "missing": 1, "pending": 0}, 2)
        assert found["gcsync_drift_last_success_timestamp_seconds"][LABELS] >= began - 1

    def test_what_is_no_drift_with_an_option_fails_no_test_case(self, drifted: Workplace, hand: Hand) -> None:
        hand.change("conversations", eventTypes=["conversation:start", "conversation:end"])
        ran = drifted.gcsync("drift", "--ignore-missing", "--format", "junit")
        (suite,) = read_junit(ran.out)
        assert (suite.failures, suite.skipped, ran.code) == (0, 1, 0)


class TestDriftThatCouldNotBeLookedFor:
    @pytest.fixture
    def refused(self, drifted: Workplace, hand: Hand) -> Workplace:
        hand.scopes("event:stream:write")
        return drifted

    def test_junit_has_an_error(self, refused: Workplace) -> None:
        ran = refused.gcsync("drift", "--format", "junit")
        (suite,) = read_junit(ran.out)
        assert (suite.failures, ran.code) == (1, 1)

    def test_sarif_says_that_the_run_failed(self, refused: Workplace) -> None:
        (run,) = read_sarif(refused.gcsync("drift", "--format", "sarif").out)["runs"]
        assert run["invocations"][0]["executionSuccessful"] is False

    def test_prometheus_says_that_it_is_down(self, refused: Workplace) -> None:
        ran = refused.gcsync("drift", "--format", "prometheus")
        found = read_prometheus(ran.out)
        assert (found["gcsync_drift_up"], ran.code) == ({LABELS: 0}, 1)
        assert "gcsync_drift_last_success_timestamp_seconds" not in found

    def test_a_stack_that_cannot_be_read_leaves_the_last_metrics_alone(self, work: Workplace) -> None:
        work.write("stacks/a.yaml", BAD)
        assert work.gcsync("drift", "--format", "prometheus").out == ""

    def test_text_and_json_stay_empty(self, refused: Workplace) -> None:
        assert [refused.gcsync("drift", "--format", form).out for form in ("text", "json")] == ["", ""]


class TestValidate:
    def test_json(self, offline: Workplace) -> None:
        offline.write("stacks/a.yaml", BAD)
        offline.stack("conversations")
        ran = offline.gcsync("validate", "--format", "json")
        document = ran.document
        assert (document["valid"], document["stacks"], ran.code) == (False, 2, 1)
        assert [(one["code"], one["file"], one["line"]) for one in document["diagnostics"]] == [
            ("GC104", "stacks/a.yaml", 5)
        ]

    def test_sarif(self, offline: Workplace) -> None:
        offline.write("stacks/a.yaml", BAD)
        ran = offline.gcsync("validate", "--format", "sarif")
        ((found,),) = [run["results"] for run in read_sarif(ran.out)["runs"]]
        region = {"startLine": 5, "startColumn": 43, "endColumn": 53}
        assert (found["ruleId"], found["locations"][0]["physicalLocation"]["region"]) == ("GC104", region)
        assert (ran.code, "error[GC104]" in ran.err) == (1, True)

    def test_junit(self, offline: Workplace) -> None:
        offline.write("stacks/a.yaml", BAD)
        offline.stack("conversations")
        (suite,) = read_junit(offline.gcsync("validate", "--format", "junit").out)
        assert {case.name: case.is_passed for case in suite} == {
            "stacks/a.yaml": False,
            "stacks/contact-center.yaml": True,
        }

    def test_what_is_valid_is_so_in_every_format(self, offline: Workplace) -> None:
        offline.stack("conversations")
        ran = [offline.gcsync("validate", "--format", form) for form in ("text", "json", "sarif", "junit")]
        assert [one.code for one in ran] == [0, 0, 0, 0]
        assert ran[0].out == "Valid: 1 stack, 1 resource.\n"
