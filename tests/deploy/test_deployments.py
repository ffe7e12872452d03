"""docs/deploy: files to copy that the tools of their platforms take, and that fit the receiver and one another."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml
from botocore.validate import ParamValidator

from gcsync.receiver.aws_lambda.settings import PREFIX, read_settings
from gcsync.receiver.handling import SINK_SECONDS, WAIT_SECONDS
from gcsync.receiver.packaging.lambda_package import HANDLER
from gcsync.receiver.packaging.target import Architecture, Python
from tests.deploy.test_policies import FOLDER as POLICIES
from tests.deploy.test_policies import read_template
from tests.house.source import ROOT
from tests.pipelines import containerfile

FOLDER = ROOT / "docs/deploy"
LONGEST = WAIT_SECONDS + SINK_SECONDS
"""Seconds that an answer of the receiver may take."""


def task() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "ecs-task-definition.json").read_text(encoding="utf-8"))
    return found


def pod() -> Any:
    documents = yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text(encoding="utf-8"))
    return next(one for one in documents if one["kind"] == "Deployment")["spec"]["template"]["spec"]


def named(entries: list[dict[str, str]]) -> dict[str, str]:
    return {entry["name"]: entry.get("value", "") for entry in entries}


def options() -> set[str]:
    """The variables of `receiver serve`, and the credential."""
    import typer.main

    from gcsync.cli.app import app

    root: Any = typer.main.get_command(app)
    serve = root.commands["receiver"].commands["serve"]
    return {f"{PREFIX}{option.name.upper()}" for option in serve.params} | {f"{PREFIX}SECRET"}


def test_every_variable_that_is_set_is_one_of_the_receiver() -> None:
    (container,) = task()["containerDefinitions"]
    compose = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
    used = {
        *named(container["environment"] + container["secrets"]),
        *named(pod()["containers"][0]["env"]),
        *compose["services"]["receiver"]["environment"],
    }
    assert used - options() == set()


class TestLambda:
    def resources(self) -> Any:
        return read_template(FOLDER / "lambda.yaml")["Resources"]

    def test_the_function_is_the_one_of_the_zip(self) -> None:
        function = self.resources()["Function"]["Properties"]
        assert function["Handler"] == HANDLER
        assert function["Runtime"].removeprefix("python") in list(Python)
        assert set(function["Architectures"]) <= set(Architecture)

    def test_its_variables_are_ones_that_it_takes(self) -> None:
        variables = self.resources()["Function"]["Properties"]["Environment"]["Variables"]
        settings = read_settings(variables)
        assert settings.store.startswith("dynamodb://")
        assert settings.sink.startswith("sqs:")

    def test_its_time_is_above_the_wait_for_another_and_below_that_of_the_api(self) -> None:
        resources = self.resources()
        limit = resources["Integration"]["Properties"]["TimeoutInMillis"] / 1000
        assert WAIT_SECONDS < resources["Function"]["Properties"]["Timeout"] < limit

    def test_both_doors_speak_a_format_that_the_adapter_reads(self) -> None:
        resources = self.resources()
        assert resources["Integration"]["Properties"]["PayloadFormatVersion"] == "2.0"
        assert {resources[name]["Properties"]["Action"] for name in ("UrlPermission", "UrlInvocation")} == {
            "lambda:InvokeFunctionUrl",
            "lambda:InvokeFunction",
        }


class TestContainers:
    def test_the_task_is_given_time_to_end(self) -> None:
        (container,) = task()["containerDefinitions"]
        variables = named(container["environment"])
        drain, grace = (float(variables[f"{PREFIX}{name}"]) for name in ("DRAIN", "GRACE"))
        assert drain + grace < container["stopTimeout"] <= 120
        assert grace > LONGEST
        targets = read_template(FOLDER / "ecs-service.yaml")["Resources"]["Targets"]["Properties"]
        unhealthy = targets["HealthCheckIntervalSeconds"] * targets["UnhealthyThresholdCount"]
        assert drain > unhealthy + targets["HealthCheckTimeoutSeconds"]
        (delay,) = targets["TargetGroupAttributes"]
        assert float(delay["Value"]) > LONGEST

    def test_the_pod_is_given_time_to_end(self) -> None:
        (container,) = pod()["containers"]
        variables = named(container["env"])
        drain, grace = (float(variables[f"{PREFIX}{name}"]) for name in ("DRAIN", "GRACE"))
        assert drain + grace < pod()["terminationGracePeriodSeconds"]
        assert grace > LONGEST

    def test_one_machine_gives_it_time_to_end(self) -> None:
        unit = (FOLDER / "gcsync-receiver.service").read_text(encoding="utf-8")
        compose = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
        stops = (re.search(r"TimeoutStopSec=(\d+)s", unit), re.match(r"(\d+)s", str(period(compose))))
        assert all(stop is not None and int(stop[1]) > 1 + 30 for stop in stops)

    def test_they_run_with_the_least_rights(self) -> None:
        (container,), (kept,) = pod()["containers"], task()["containerDefinitions"]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert kept["readonlyRootFilesystem"] is True
        assert kept["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}
        user = pod()["securityContext"]["runAsUser"]
        assert containerfile.of_stage("receiver", "USER") == [f"{user}:{user}"]

    def test_the_credential_comes_from_a_secret_alone(self) -> None:
        (kept,) = task()["containerDefinitions"]
        (secret,) = kept["secrets"]
        right = json.loads((POLICIES / "secret.json").read_text(encoding="utf-8"))["Statement"][0]
        assert secret == {"name": f"{PREFIX}SECRET", "valueFrom": right["Resource"]}
        assert [
            entry for entry in pod()["containers"][0]["env"] if "SECRET" in entry["name"] and "value" in entry
        ] == []

    def test_the_task_definition_is_what_ecs_registers(self) -> None:
        model = botocore.session.get_session().get_service_model("ecs")
        shape = model.operation_model("RegisterTaskDefinition").input_shape
        assert ParamValidator().validate(task(), shape).generate_report() == ""


def period(compose: Any) -> object:
    return compose["services"]["receiver"]["stop_grace_period"]


@pytest.mark.full
@pytest.mark.parametrize(
    "command",
    [
        ["cfn-lint", "lambda.yaml", "ecs-service.yaml"],
        ["kubernetes-validate", "--strict", "kubernetes.yaml"],
        ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"],
    ],
    ids=lambda command: command[0],
)
def test_the_tools_of_the_platforms_take_them(command: list[str]) -> None:
    program = str(Path(sys.executable).parent / command[0])
    ran = subprocess.run([program, *command[1:]], cwd=FOLDER, capture_output=True, text=True, timeout=900)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.full
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    assert analyze, "make test-full needs Debian's package systemd, for systemd-analyze"
    text = (FOLDER / "gcsync-receiver.service").read_text(encoding="utf-8")
    copy = tmp_path / "gcsync-receiver.service"
    copy.write_text(text.replace("/usr/local/bin/gcsync", "/bin/true"), encoding="utf-8")
    ran = subprocess.run([analyze, "verify", "--man=no", str(copy)], capture_output=True, text=True, timeout=900)
    assert (ran.returncode, ran.stdout + ran.stderr) == (0, "")
