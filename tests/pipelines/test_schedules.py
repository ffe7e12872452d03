"""Drift on a schedule: the files for cron, systemd and Kubernetes do what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.e2e.workplace import Hand, credentials_for, stack
from tests.house.source import ROOT
from tests.pipelines.workflows import install, machine

if TYPE_CHECKING:
    from gcsync.emulator import RunningEmulator

SCRIPT = ROOT / "docs/ci/cron/gcsync-drift"
CRONJOB = ROOT / "docs/ci/kubernetes/cronjob.yaml"
UNITS = ROOT / "docs/ci/systemd"
FIELD = re.compile(r"\*|\d+|\*/\d+")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    install(tmp_path / "bin")
    (tmp_path / "etc/stacks").mkdir(parents=True)
    (tmp_path / "etc/stacks/contact-center.yaml").write_text(stack("conversations"), encoding="utf-8")
    return tmp_path


def drift(folder: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environ = environ | {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "TMPDIR": str(folder)}
    command = [str(SCRIPT), str(folder / "etc"), "--ignore-missing"]
    ran = subprocess.run(command, env=environ, cwd="/", capture_output=True, text=True, timeout=900)
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith("tmp.")) == []
    return ran


@pytest.mark.full
def test_cron_mails_only_what_somebody_should_read(folder: Path, emulator: RunningEmulator, hand: Hand) -> None:
    environ = machine(**credentials_for(emulator.url))
    quiet = drift(folder, environ)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    applied = [str(folder / "bin/gcsync"), "apply", "--auto-approve"]
    subprocess.run(applied, cwd=folder / "etc", env=environ, capture_output=True, check=True, timeout=900)
    hand.change("conversations", enabled=False)
    found = drift(folder, environ)
    assert (found.returncode, "Drift: 1 drifted" in found.stdout) == (2, True), found.stdout


def test_cron_mails_what_went_wrong(folder: Path) -> None:
    failed = drift(folder, machine())
    assert (failed.returncode, "error[GC" in failed.stdout) == (1, True), failed.stdout


def test_the_crontab_is_one_line_with_a_time_a_user_and_a_command() -> None:
    (line,) = [one for one in lines(ROOT / "docs/ci/cron/crontab") if not re.match(r"[A-Z]+=", one)]
    *when, user, command = line.split(maxsplit=6)
    assert len(when) == 5
    assert all(FIELD.fullmatch(part) for part in when)
    assert (user, "exec gcsync-drift" in command) == ("gcsync", True)


def test_the_unit_is_given_no_secret_on_its_command_line() -> None:
    service = lines(UNITS / "gcsync-drift.service")
    assert [line for line in service if line.startswith("ExecStart=")] == [
        "ExecStart=/usr/local/bin/gcsync drift --blame"
    ]
    assert "EnvironmentFile=/etc/gcsync/credentials" in service


@pytest.mark.full
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """With a program at hand in place of /usr/local/bin/gcsync, which systemd would look for."""
    analyze = shutil.which("systemd-analyze")
    assert analyze, "make test-full needs Debian's package systemd, for systemd-analyze"
    for unit in UNITS.iterdir():
        text = unit.read_text(encoding="utf-8").replace("/usr/local/bin/gcsync", "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    command = [analyze, "verify", "--man=no", *(str(unit) for unit in sorted(tmp_path.iterdir()))]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert (ran.returncode, ran.stdout + ran.stderr) == (0, "")


def manifest(kind: str) -> dict[str, Any]:
    documents = yaml.safe_load_all(CRONJOB.read_text(encoding="utf-8"))
    return next(document for document in documents if document["kind"] == kind)


class TestCronJob:
    def test_it_runs_alone_once_and_with_the_least_rights(self) -> None:
        spec = manifest("CronJob")["spec"]
        job = spec["jobTemplate"]["spec"]
        pod = job["template"]["spec"]
        (container,) = pod["containers"]
        assert (spec["concurrencyPolicy"], job["backoffLimit"], pod["restartPolicy"]) == ("Forbid", 0, "Never")
        assert (pod["automountServiceAccountToken"], pod["securityContext"]["runAsNonRoot"]) == (False, True)
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert "memory" in container["resources"]["limits"]

    def test_credentials_come_from_a_secret_alone(self) -> None:
        (container,) = manifest("CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
        for entry in container["env"]:
            assert ("valueFrom" in entry) == ("CLIENT" in entry["name"])

    def test_its_user_is_that_of_the_image(self) -> None:
        user = manifest("CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"]["securityContext"]["runAsUser"]
        assert f"USER {user}:{user}\n" in (ROOT / "Containerfile").read_text(encoding="utf-8")

    def test_its_stack_is_valid(self, tmp_path: Path) -> None:
        from gcsync.stack import Inputs, validate

        for name, text in manifest("ConfigMap")["data"].items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        assert validate(["."], Inputs(), folder=tmp_path) == ()

    @pytest.mark.full
    def test_kubernetes_schemas_take_it(self) -> None:
        program = Path(sys.executable).parent / "kubernetes-validate"
        ran = subprocess.run([str(program), "--strict", str(CRONJOB)], capture_output=True, text=True, timeout=900)
        assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.full
@pytest.mark.parametrize(
    "path", [SCRIPT, *sorted((ROOT / "ci").glob("*.sh"))], ids=lambda path: str(path.relative_to(ROOT))
)
def test_shellcheck_finds_nothing(path: Path) -> None:
    program = Path(sys.executable).parent / "shellcheck"
    ran = subprocess.run([str(program), str(path)], capture_output=True, text=True, timeout=900)
    assert (ran.returncode, ran.stdout) == (0, "")


def lines(path: Path) -> list[str]:
    """Without comments and empty lines."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
