"""`validate` compares topics with the list that comes with gcsync, and only warns."""

from __future__ import annotations

from pathlib import Path

from gcsync.stack import Inputs, load, validate

STACK = """\
version: 1
stack: real
variables:
  account: {type: string}
  topic: {type: string, default: v2.user.unheard}
  hidden: {type: string, sensitive: true}
eventbridge_sources:
  main:
    aws_account_id: ${var.account}
    aws_region: eu-west-1
    suffix: main
    topics:
      - 'v2.detail.events.conversation.{id}.customer.strat'
      - 'v2.detail.events.conversation.{id}.customer.end'
      - ${var.topic}
      - ${var.hidden}
"""


def written(folder: Path) -> Path:
    (folder / "real.yaml").write_text(STACK, encoding="utf-8")
    return folder


def test_a_topic_that_the_list_lacks_is_a_warning_although_other_values_are_missing(tmp_path: Path) -> None:
    found = validate([], Inputs(), folder=written(tmp_path))
    assert [(d.code, d.severity.value, str(d.place), d.path) for d in found] == [
        ("GC432", "warning", "real.yaml:13:9", "eventbridge_sources.main.topics[0]"),
        ("GC432", "warning", "real.yaml:15:9", "eventbridge_sources.main.topics[2]"),
    ]
    assert found[0].hint.startswith("did you mean v2.detail.events.conversation.{id}.customer.start")


def test_a_sensitive_one_is_not_repeated(tmp_path: Path) -> None:
    inputs = Inputs(variables=("hidden=v2.hidden-word",))
    assert "hidden-word" not in repr(validate([], inputs, folder=written(tmp_path)))


def test_where_an_organization_will_be_asked_nothing_is_said(tmp_path: Path) -> None:
    inputs = Inputs(variables=("account=123456789012", "hidden=v2.hidden-word"))
    (stack,) = load([], inputs, folder=written(tmp_path))
    assert stack.warnings == ()
