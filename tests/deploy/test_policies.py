"""docs/deploy/iam: policies of IAM's grammar that allow calls which exist, on one resource each, and nothing more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import jsonschema
import pytest
import yaml

from tests.house.source import ROOT

FOLDER = ROOT / "docs/deploy/iam"
FILES = sorted(FOLDER.glob("*.json"))
PER_FILE = pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
TEXTS = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
# IAM's user guide, "Grammar of the IAM JSON policy language", as far as least rights use it.
STATEMENT = {
    "type": "object",
    "properties": {
        "Sid": {"type": "string", "pattern": "^[A-Za-z0-9]+$"},
        "Effect": {"const": "Allow"},
        "Action": TEXTS,
        "Resource": TEXTS,
        "Principal": {"type": "object", "additionalProperties": TEXTS},
        "Condition": {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": TEXTS}},
    },
    "required": ["Effect", "Action"],
    "oneOf": [{"required": ["Resource"]}, {"required": ["Principal"]}],
    "additionalProperties": False,
}
POLICY = {
    "type": "object",
    "properties": {
        "Version": {"const": "2012-10-17"},
        "Statement": {"type": "array", "items": STATEMENT, "minItems": 1},
    },
    "required": ["Version", "Statement"],
    "additionalProperties": False,
}
ARN = re.compile(r"arn:aws:([a-z]+):(eu-west-1):(123456789012):[\w:/.-]+(:log-stream:\*)?")


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def statements(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text(encoding="utf-8"))["Statement"])


def allowed(found: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    for statement in found:
        for action in listed(statement["Action"]):
            yield action, statement.get("Resource")


@cache
def calls(service: str) -> frozenset[str]:
    """What a service can be asked, by the model that AWS publishes of it."""
    return frozenset(botocore.session.get_session().get_service_model(service).operation_names)


@PER_FILE
def test_it_is_a_policy(path: Path) -> None:
    jsonschema.Draft202012Validator(POLICY).validate(json.loads(path.read_text(encoding="utf-8")))


@PER_FILE
def test_every_action_is_a_call_that_exists(path: Path) -> None:
    for action, _ in allowed(statements(path)):
        service, _, call = action.partition(":")
        assert call in calls(service), action


@PER_FILE
def test_every_right_is_on_one_resource_of_that_service(path: Path) -> None:
    """`*` is left for the one call that knows no resource, and for the streams of one log group."""
    for action, resource in allowed(statements(path)):
        if action == "ecr:GetAuthorizationToken" or action.startswith("sts:"):
            continue
        match = ARN.fullmatch(resource)
        assert match, resource
        assert match[1] == action.partition(":")[0]
        assert "*" not in resource.removesuffix(":log-stream:*")


def test_the_template_for_lambda_gives_the_rights_of_these_files_and_no_others() -> None:
    files = ("dynamodb", "sqs", "secret", "lambda-logs")
    wanted = {action for name in files for action, _ in allowed(statements(FOLDER / f"{name}.json"))}
    template = read_template(ROOT / "docs/deploy/lambda.yaml")
    (policy,) = template["Resources"]["Role"]["Properties"]["Policies"]
    found = policy["PolicyDocument"]["Statement"]
    assert {action for action, _ in allowed(found)} == wanted
    assert all(resource != "*" for _, resource in allowed(found))


def read_template(path: Path) -> Any:
    """A template, each `!Function` as what it is given."""

    class Loader(yaml.SafeLoader):
        pass

    def plain(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_scalar(node)  # type: ignore[arg-type]

    Loader.add_multi_constructor("!", plain)
    return yaml.load(path.read_text(encoding="utf-8"), Loader)
