"""Several environments side by side, in every format: what fits, what folds, what nobody may overlook."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gcsync.model.diagnostic import Diagnostic
from gcsync.model.matrix import Matrix
from gcsync.model.plan import Plan, Reason
from gcsync.schema.files import read_schema
from gcsync.views.html_matrix import render_html_matrix
from gcsync.views.json_plan import render_json_plan
from gcsync.views.markdown_escape import prose
from gcsync.views.markdown_matrix import render_matrix
from gcsync.views.style import Style, cells
from gcsync.views.text_matrix import matrix_lines
from gcsync.views.text_plan import closing_line, render_plan
from tests.views.factories import create, delete, keep, plan, update

SCHEMA = Draft202012Validator(read_schema("plan"))
ERROR = Diagnostic("GC301", "no credentials for Genesys Cloud", hint="set them")


def within(environment: str, *changes: Any, **how: Any) -> Plan:
    values = {"stack": "team", "owner": f"team@{environment}", "environment": environment}
    return plan(*changes, **(values | how))


def three() -> list[Plan]:
    conflict = update({"enabled": True}, {"enabled": False}, reasons=Reason.CONFLICT)
    return [
        within("dev", conflict, create("stream.agents"), keep()),
        within("test", keep("stream.conversations"), keep()),
        within("prod", delete("stream.agents"), keep("stream.conversations"), keep()),
    ]


def lines(plans: list[Plan], width: int = 80) -> list[str]:
    found = Matrix.of(plans)
    assert found is not None
    return list(matrix_lines(found, Style(width=width)))


def test_three_environments_stand_side_by_side() -> None:
    assert lines(three()) == [
        "  Resource              dev        test       prod",
        "  stream.agents         create     -          DELETE",
        "  stream.conversations  update !   =          =",
        "  1 more unchanged",
        "  Changes               2          =          1",
        "  = nothing to do; - neither declared nor owned there; ! in conflict",
    ]


def test_one_that_was_not_read_says_so_in_its_column() -> None:
    plans = [*three()[:2], within("prod", failed=True, diagnostics=(ERROR,))]
    found = lines(plans)
    assert found[1:5] == [
        "  stream.agents         create     -          ?",
        "  stream.conversations  update !   =          ?",
        "  1 more unchanged                            ?",
        "  Changes               2          =          NOT READ",
    ]
    assert "? not read: 1 environment, see prod below" in " ".join(line.strip() for line in found)
    whole = render_plan(plans, Style())
    assert "Stack team@prod (stacks/prod.yaml)\n\nerror[GC301]: no credentials" in whole


@pytest.mark.parametrize("width", [40, 80, 120, 200])
@pytest.mark.parametrize("count", [2, 3, 8, 20])
def test_however_many_there_are_no_line_is_wider_than_the_terminal(width: int, count: int) -> None:
    long = f"stream.{'k' * 60}"
    plans = [within(f"environment-{n:04d}", create(long), create("stream.a")) for n in range(count)]
    found = lines(plans, width)
    assert max(map(cells, found)) <= width
    assert sum(line.count("environment-") for line in found) == count
    assert sum(line.count("create") for line in found) == 2 * count


def test_three_with_long_names_need_no_second_band_at_80_columns() -> None:
    plans = [within(f"{n}" * 16, create("stream.conversations")) for n in "abc"]
    assert [line.split()[0] for line in lines(plans)].count("Resource") == 1


def test_eight_are_folded_into_bands() -> None:
    found = lines([within(f"env{n}", create()) for n in range(8)])
    assert [line.split()[1:] for line in found if line.split()[:1] == ["Resource"]] == [
        ["env0", "env1", "env2", "env3", "env4"],
        ["env5", "env6", "env7"],
    ]


def test_the_plans_follow_and_the_closing_line_counts_them_all() -> None:
    text = render_plan(three(), Style())
    assert text.index("Resource") < text.index("Stack team@dev") < text.index("Stack team@prod")
    assert text.endswith("Plan: 1 to create, 1 to update, 0 to replace, 1 to delete, 0 to adopt, 5 unchanged.\n")
    assert closing_line([within("dev", keep()), within("prod", keep())]).startswith("No changes. Every environment")


def test_a_plan_of_one_environment_is_as_ever() -> None:
    assert "Resource" not in render_plan([within("dev", create())], Style())
    assert render_matrix([within("dev", create())]) == render_html_matrix([within("dev", create())]) == ""


def test_in_markdown() -> None:
    assert render_matrix(three()) == (
        "| Resource | dev | test | prod |\n"
        "| --- | --- | --- | --- |\n"
        "| `stream.agents` | create | – | **DELETE** |\n"
        "| `stream.conversations` | update (conflict) | = | = |\n"
        "| 1 more unchanged |  |  |  |\n"
        "| **Changes** | 2 | no changes | 1 |\n"
    )


@pytest.mark.parametrize("text", ["a|b", "`x`", "<img src=x>", "@team", "[a](b)", "&lt;", "a\nb", "\x1b[31m"])
def test_in_markdown_a_name_stands_for_itself(text: str) -> None:
    """It is a row of four cells whatever is in it, and nobody is mentioned: `prose` is tested on its own."""
    head = render_matrix([within("dev", create()), within(text, keep())]).splitlines()[0]
    assert head == f"| Resource | dev | {prose(text)} |"


class _Rows(HTMLParser):
    """The texts of a table's cells, by row; what a name brings along would be a tag."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()


def test_in_html() -> None:
    parser = _Rows()
    parser.feed(render_html_matrix([*three(), within("<b>x", keep())]))
    assert parser.tags == {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "code"}
    assert parser.rows == [
        ["Resource", "dev", "test", "prod", "<b>x"],
        ["stream.agents", "create", "–", "DELETE", "–"],
        ["stream.conversations", "update (conflict)", "=", "=", "–"],
        ["Changes (1 unchanged in all)", "2", "no changes", "1", "no changes"],
    ]


def test_in_json() -> None:
    document = json.loads(render_json_plan([*three()[:2], within("prod", failed=True, diagnostics=(ERROR,))]))
    SCHEMA.validate(document)
    found = document["gcsync"]["matrix"]
    assert [(one["environment"], one["verdict"]) for one in found["environments"]] == [
        ("dev", "changes"),
        ("test", "no changes"),
        ("prod", "not read"),
    ]
    assert found["rows"][1] == {
        "stack": "team",
        "address": "stream.conversations",
        "environments": {
            "dev": {"action": "update", "conflict": True},
            "test": {"action": "no-op"},
            "prod": {"action": "not read"},
        },
    }
    stacks = document["gcsync"]["stacks"]
    assert [(one.get("failed"), one["organization"] is None) for one in stacks] == [(None, False)] * 2 + [(True, True)]
    assert (document["errored"], document["applyable"], found["unchanged"]) == (True, False, 1)


def test_json_of_one_environment_has_none() -> None:
    assert "matrix" not in json.loads(render_json_plan([within("dev", create())]))["gcsync"]
