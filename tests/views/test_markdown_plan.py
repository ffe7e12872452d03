from __future__ import annotations

from dataclasses import replace

import pytest

from gcsync.model.diagnostic import Diagnostic, Place
from gcsync.model.plan import Action, Plan
from gcsync.model.resource import Organization
from gcsync.views.markdown_marker import MarkdownMarker, read_marker
from gcsync.views.markdown_plan import render_markdown_plan
from tests.views.factories import attributes, change, create, delete, keep, plan, target, update
from tests.views.golden import golden
from tests.views.markdown_reading import read
from tests.views.scenes import CANARY, NO_TRIGGERS, REFUSED, full_plan, small_plans


def test_a_plan_with_everything_in_it() -> None:
    assert render_markdown_plan([full_plan()]) == golden("plan", "md")


def test_several_stacks_have_a_heading_each() -> None:
    assert render_markdown_plan(small_plans()) == golden("plan_two_stacks", "md")


@pytest.mark.parametrize(
    ("plans", "line"),
    [
        ([plan(create(), keep())], "🟡 contact-center: 1 to create."),
        ([plan(create(), delete())], "🔴 contact-center: 1 to DELETE, 1 to create."),
        (
            [plan(delete(), refusals=(REFUSED,), not_checked=(NO_TRIGGERS,))],
            "🔴 contact-center: 1 to DELETE; 1 not checked. apply refuses this plan.",
        ),
        (
            [plan(keep(), diagnostics=(Diagnostic("GC401", "owned by another stack"),))],
            "🔴 contact-center: The plan has errors, apply refuses it.",
        ),
        ([plan(keep())], "🟢 contact-center: No changes. The organization matches the stack."),
        ([plan(keep()), plan(keep())], "🟢 2 stacks: No changes. The organization matches the stacks."),
        ([plan(create()), plan(delete())], "🔴 2 stacks: 1 to DELETE, 1 to create."),
    ],
)
def test_the_first_line_says_it_all(plans: list[Plan], line: str) -> None:
    text = render_markdown_plan(plans)
    assert text.split("\n")[1].replace("`", "") == f"### {line}"
    assert read(text).headings[0] == line


def test_what_destroys_stands_first_and_is_open() -> None:
    found = plan(
        create("stream.a"), change(Action.REPLACE, "stream.b", attributes(), attributes(name="b")), delete("stream.c")
    )
    text = render_markdown_plan([found])
    places = [text.index(f"<summary>{word} <code>") for word in ("<b>DELETE</b>", "<b>REPLACE</b>", "create")]
    assert places == sorted(places)
    assert text.count("<details open>") == 2
    assert [row[0] for row in read(text).rows] == ["Action", "DELETE", "REPLACE", "create"]
    assert "**Destroys 2 objects:** **DELETE** `stream.c`, **REPLACE** `stream.b`." in text


def test_a_stack_of_which_something_is_destroyed_comes_before_the_others() -> None:
    text = render_markdown_plan([plan(create(), owner="a"), plan(keep(), owner="b"), plan(delete(), owner="c")])
    assert read(text).headings[1:] == ["Stack c", "Stack a"]
    assert "**DELETE** `stream.old` of `c`" in text
    assert text.endswith("**No changes**\n\n- `b`: 1 unchanged, file `stacks/prod.yaml`\n")


def test_a_column_that_would_be_empty_is_left_out() -> None:
    only_new, mixed = (render_markdown_plan([plan(*changes)]) for changes in ((create(),), (create(), delete())))
    assert "\n| Action | Resource |\n| --- | --- |\n| create | " in only_new
    assert "\n| Action | Resource | What changes |\n| --- | --- | --- |\n" in mixed


def test_an_address_that_is_no_region_s_is_named() -> None:
    away = plan(create(), target=target(api_url="http://127.0.0.1:8081"))
    assert "Organization `Example Ltd`, `us-east-1`, at `http://127.0.0.1:8081`, file" in render_markdown_plan([away])


def test_many_that_are_destroyed_are_named_and_counted_at_the_top() -> None:
    text = render_markdown_plan([plan(*(delete(f"stream.s{number:02}") for number in range(30)))])
    assert "`stream.s11` and 18 more." in text


def test_a_change_says_where_it_is_declared() -> None:
    found = replace(create(), place=Place("stacks/prod.yaml", 12, 3))
    assert "Declared at `stacks/prod.yaml:12:3`." in render_markdown_plan([plan(found)])


def test_what_is_left_out_and_what_is_unchanged_is_told() -> None:
    left_out = (keep("stream.other").address,)
    text = render_markdown_plan([plan(create(), keep(), keep("stream.more"), left_out=left_out)])
    assert "\n2 unchanged. Left out by `--target`, `--exclude` or `--no-delete`: `stream.other`.\n" in text


def test_the_marker_tells_what_the_plan_is_about() -> None:
    whole = plan(create(), owner="contact-center@prod", environment="prod")
    marker = read_marker(render_markdown_plan([whole, plan(keep(), owner="other")]))
    organization = "4b1c0d7e-0000-4000-8000-000000000001"
    assert marker is not None
    assert marker == MarkdownMarker("plan", ("contact-center@prod", "other"), organization, True, marker.digest)
    unchanged = read_marker(render_markdown_plan([plan(keep())]))
    assert unchanged is not None
    assert not unchanged.found


def test_the_digest_changes_with_what_is_reported_alone() -> None:
    first, again, other = (
        read_marker(render_markdown_plan([plan(found)])) for found in (create(), create(), create(description="New"))
    )
    assert first == again != other


def test_no_secret_is_shown() -> None:
    assert CANARY not in render_markdown_plan([full_plan()])


def test_a_text_of_many_lines_is_shown_as_a_difference() -> None:
    before = "\n".join(f"line {number}" for number in range(40))
    text = render_markdown_plan([plan(update({"description": before}, {"description": before.replace("20", "x")}))])
    assert "-   | line 20\n+   | line x\n" in text
    assert "# 18 lines unchanged" in text


def test_a_value_longer_than_a_line_is_folded() -> None:
    text = render_markdown_plan([plan(create(description="word " * 100))])
    assert max(len(line) for line in text.split("\n") if line.startswith("+ ")) <= 80


def test_an_organization_that_nobody_read_is_said_to_be_so() -> None:
    unread = replace(target(), organization=Organization("", ""), region="")
    text = render_markdown_plan([plan(failed=True, environment="prod", target=unread)])
    assert "\nOrganization not read, environment `prod`, file `stacks/prod.yaml`.\n" in text
