"""The example policies, run by the tools that they are written for, on real plans: each passes once and fails once."""

from __future__ import annotations

import json
import os
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.workplace import Workplace
from tests.house.source import ROOT
from tests.policies.stacks import write_plans

TOOLS = ROOT / ".venv-policies/bin"
POLICIES = ROOT / "policies"
FRIDAY, THURSDAY = "2026-11-27", "2026-11-26"
CHECKS = {f"CKV_GCSYNC_{number}" for number in range(1, 6)} | {"CKV2_GCSYNC_1", "CKV2_GCSYNC_2"}
FEATURES = {path.stem for path in (POLICIES / "terraform-compliance").glob("*.feature")}


@pytest.fixture
def plans(work: Workplace) -> Path:
    """A folder with the JSON plans of tests/policies/stacks.py."""
    write_plans(work)
    return work.folder


class TestWhatTheToolsRead:
    """The short version: the plans have it, and each policy is there."""

    def test_plans_hold_it(self, plans: Path) -> None:
        good, bad, gone = (read(plans / f"{name}.json") for name in ("good", "bad", "gone"))
        for plan in (good, bad, gone):
            assert plan["configuration"]["provider_config"].keys() == {"genesyscloud"}
            assert isinstance(plan["terraform_version"], str)
        assert [actions(good)[address] for address in ("stream.kept", "stream.old")] == [["create"]] * 2
        assert actions(bad)["stream.kept"] == ["delete", "create"]
        assert actions(bad)["stream.old"] == ["delete"]
        assert set(map(tuple, actions(gone).values())) == {("delete",)}
        planned = {one["address"]: one["values"] for one in bad["planned_values"]["root_module"]["resources"]}
        assert planned["stream.kept"]["event_types"] == ["*"]
        assert planned["stream.kept"]["destinations"][0]["url"] == "https://elsewhere.example.org/kept"
        assert planned["stream.kept"]["description"] == "to do"
        assert planned["eventbridge_source.calls"]["aws_region"] == "us-east-1"
        assert ("lifecycle.prevent_destroy", True) in attributes(bad, "stream.kept")
        assert "GC151" in {found["code"] for found in bad["gcsync"]["diagnostics"]}
        assert "GC151" not in {found["code"] for found in good["gcsync"]["diagnostics"]}

    def test_every_policy_is_documented(self) -> None:
        page = (ROOT / "docs/machine-formats.md").read_text(encoding="utf-8")
        assert [name for name in sorted(CHECKS | FEATURES) if f"`{name}`" not in page] == []


@pytest.mark.full
class TestTerraformCompliance:
    def test_every_policy_passes_on_a_good_plan(self, plans: Path) -> None:
        code, failed = compliance(plans, "good.json")
        assert (code, failed) == (0, set())

    def test_every_policy_fails_on_a_bad_one(self, plans: Path) -> None:
        code, failed = compliance(plans, "bad.json")
        assert (code, failed) == (1, FEATURES)


@pytest.mark.full
class TestCheckov:
    def test_every_policy_passes_on_a_good_plan(self, plans: Path) -> None:
        assert checkov(plans, "good.json", FRIDAY) == (0, CHECKS, set())

    def test_every_policy_fails_on_a_bad_one(self, plans: Path) -> None:
        code, _, failed = checkov(plans, "bad.json", FRIDAY)
        assert (code, failed) == (1, CHECKS)

    def test_what_is_deleted_is_no_matter_on_a_thursday_and_one_on_a_friday(self, plans: Path) -> None:
        """In a plan after which nothing is left, of which checkov itself sees nothing."""
        only = ("--check", "CKV_GCSYNC_4")
        assert checkov(plans, "gone.json", THURSDAY, *only) == (0, {"CKV_GCSYNC_4"}, set())
        assert checkov(plans, "gone.json", FRIDAY, *only) == (1, set(), {"CKV_GCSYNC_4"})


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def actions(plan: Any) -> dict[str, list[str]]:
    return {one["address"]: one["change"]["actions"] for one in plan["resource_changes"]}


def attributes(plan: Any, address: str) -> list[tuple[str, Any]]:
    (found,) = [one for one in plan["resource_changes"] if one["address"] == address]
    return [(attribute["name"], attribute.get("before")) for attribute in found["gcsync"]["attributes"]]


def compliance(folder: Path, plan: str) -> tuple[int, set[str]]:
    """The exit code, and the names of the features that failed."""
    line = ["-f", str(POLICIES / "terraform-compliance"), "-p", plan, "--no-ansi", "--junit-xml", "report.xml"]
    done = tool(folder, "terraform-compliance", *line)
    report = ElementTree.parse(folder / "report.xml").getroot()
    failed = {suite.get("name", "") for suite in report.iter("testsuite") if suite.get("failures") != "0"}
    return done.returncode, {name.lower().replace(" ", "_") for name in failed}


def checkov(folder: Path, plan: str, today: str, *more: str) -> tuple[int, set[str], set[str]]:
    """The exit code, and the ids of the checks that passed and that failed for some resource."""
    line = ["--framework", "terraform_plan", "--skip-download", "--external-checks-dir", str(POLICIES / "checkov")]
    done = tool(folder, "checkov", *line, "-f", plan, "-o", "json", "--compact", *more, GCSYNC_POLICY_TODAY=today)
    results = json.loads(done.stdout)["results"]
    failed, passed = (
        {one["check_id"] for one in results[f"{outcome}_checks"] if "GCSYNC" in one["check_id"]}
        for outcome in ("failed", "passed")
    )
    return done.returncode, passed - failed, failed


def tool(folder: Path, name: str, *line: str, **environ: str) -> subprocess.CompletedProcess[str]:
    assert (TOOLS / name).exists(), "make test-full installs the tools into .venv-policies"
    return subprocess.run(
        [str(TOOLS / name), *line],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=900,
    )
