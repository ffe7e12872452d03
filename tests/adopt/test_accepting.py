"""Actual values into stack files: one small change of the text each, or a refusal that names the place."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import pytest

from gcsync.model.value import UNREADABLE
from gcsync.stack import Inputs
from tests.adopt.accepting import Accepted, Scene
from tests.engine.organization import URL

HEAD = "version: 1\nstack: team\n"
HTTPS = f"    destinations: [{{protocol: https, url: '{URL}'}}]\n"


def changed(before: str, after: str) -> list[str]:
    """The lines that differ, as a diff shows them."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line[0] + line[2:] for line in lines if line[0] in "+-"]


def accepted(folder: Path, body: str, head: str = HEAD, **attributes: Any) -> Accepted:
    """What comes of one stream `a` in which those attributes were changed by hand."""
    scene = Scene(folder, {"stack.yaml": f"{head}streams:\n  a:\n{body}"})
    return scene.edit("a", **attributes).accept()


def difference(found: Accepted) -> list[str]:
    assert found.differing() == set()
    assert found.codes == []
    return changed(found.scene.files["stack.yaml"], found.text())


@pytest.mark.parametrize(
    ("line", "attributes", "new"),
    [
        ("    enabled: true  # for now\n", {"enabled": False}, "    enabled: false  # for now"),
        ("    description: one\n", {"description": "two"}, "    description: two"),
        ("    description: 'one'\n", {"description": "it's"}, "    description: 'it''s'"),
        ('    description: "one"\n', {"description": 'a "b"'}, '    description: "a \\"b\\""'),
        ("    description:   one   # why\n", {"description": "yes"}, "    description:   'yes'   # why"),
        ("    description: one\n", {"description": "a: b # c"}, "    description: 'a: b # c'"),
        ("    description: 2 streams\n", {"description": "3 streams"}, "    description: 3 streams"),
        ("    description: one\n", {"description": "${var.x}"}, "    description: '$${var.x}'"),
        ("    description: one  # why\n", {"description": "a\nb"}, '    description: "a\\nb"  # why'),
        ("    description: one\n", {"description": "\u202eb"}, '    description: "\\u202eb"'),
        ("    description: &d one\n", {"description": "two"}, "    description: &d two"),
        ("    description: !!str one\n", {"description": "two"}, "    description: !!str two"),
        ("    ? description\n    : one\n", {"description": "two"}, "    : two"),
    ],
    ids=range(13),
)
def test_a_scalar_is_replaced_in_its_own_style(tmp_path: Path, line: str, attributes: dict[str, Any], new: str) -> None:
    found = difference(accepted(tmp_path, line + HTTPS, **attributes))
    assert [one for one in found if one[0] == "+"] == [f"+{new}"]
    assert len(found) == 2


def test_a_block_scalar_keeps_its_sign_its_comment_and_its_indentation(tmp_path: Path) -> None:
    body = "    description: |  # long\n       first\n       second\n\n    # behind it\n" + HTTPS
    found = accepted(tmp_path, body, description="first\nthird\n\nfourth")
    assert difference(found) == ["-       second", "+       third", "+", "+       fourth"]


def test_lines_in_the_place_of_one_are_a_block(tmp_path: Path) -> None:
    found = accepted(tmp_path, "    description: 'one'\n" + HTTPS, description="first\n\n- second")
    assert difference(found) == [
        "-    description: 'one'",
        "+    description: |-",
        "+      first",
        "+",
        "+      - second",
    ]


def test_a_folded_text_is_folded_again_at_its_own_width(tmp_path: Path) -> None:
    body = "    description: >-\n      " + "word " * 9 + "end\n      and the rest of it\n" + HTTPS
    found = accepted(tmp_path, body, description="word " * 9 + "end and nothing else of it at all, which is longer")
    assert difference(found) == [
        "-      and the rest of it",
        "+      and nothing else of it at all, which is longer",
    ]


def test_a_text_that_no_block_can_hold_is_quoted(tmp_path: Path) -> None:
    found = accepted(tmp_path, "    description: |\n      first\n" + HTTPS, description="a\x07b")
    assert '    description: "a\\u0007b"' in found.text()
    assert found.differing() == set()


def test_what_is_not_declared_is_put_behind_the_other_attributes(tmp_path: Path) -> None:
    found = accepted(tmp_path, HTTPS + "    # guarded\n    lifecycle: {prevent_destroy: true}\n", enabled=False)
    text = found.text()
    assert difference(found) == ["+    enabled: false"]
    assert text.index("enabled") < text.index("# guarded")


def test_what_is_not_declared_is_put_into_braces(tmp_path: Path) -> None:
    text = f"{HEAD}streams:\n  a: {{destinations: [{{protocol: https, url: '{URL}'}}]}}  # short\n"
    found = Scene(tmp_path, {"stack.yaml": text}).edit("a", enabled=False).accept()
    assert found.text() == text.replace("]}", "], enabled: false}")
    assert found.differing() == set()


def test_a_name_that_was_only_the_key_is_written(tmp_path: Path) -> None:
    assert difference(accepted(tmp_path, HTTPS, name="by hand")) == ["+    name: by hand"]


def test_what_the_object_lost_leaves_the_file(tmp_path: Path) -> None:
    found = accepted(tmp_path, "    # who reads it\n    description: one\n" + HTTPS, description=None)
    assert difference(found) == ["-    description: one"]


LISTS = [
    ("[x, y]  # both", ["x", "z"], ["-    event_types: [x, y]  # both", "+    event_types: [x, z]  # both"]),
    ("[x, y]", ["y"], ["-    event_types: [x, y]", "+    event_types: [y]"]),
    ("[x, 'y', z]", ["x", "z", "w"], ["-    event_types: [x, 'y', z]", "+    event_types: [x, z, w]"]),
    ("[x]", ["v", "w"], ["-    event_types: [x]", "+    event_types: [v, w]"]),
    ("[\n      x,\n      y,  # of y\n    ]", ["x", "y", "z"], ["+      z,"]),
    ("[\n      x,\n      y  # of y\n    ]", ["x", "y", "z"], ["-      y  # of y", "+      y,  # of y", "+      z"]),
    ("[\n      x,  # of x\n      y,\n    ]", ["y"], ["-      x,  # of x"]),
    ("\n      - x  # of x\n      # of y\n      - y", ["x"], ["-      - y"]),
    ("\n    - x\n    - y", ["z", "y"], ["-    - x", "+    - z"]),
    ("\n      -   x\n", ["x", "yes"], ["+      - 'yes'"]),
    ("\n      - x\n", ["w"], ["-      - x", "+      - w"]),
]


@pytest.mark.parametrize(("written", "actual", "lines"), LISTS, ids=range(len(LISTS)))
def test_of_a_set_only_what_came_and_went_is_written(
    tmp_path: Path, written: str, actual: list[str], lines: list[str]
) -> None:
    found = accepted(tmp_path, f"    event_types: {written}\n{HTTPS}", event_types=actual)
    assert sorted(difference(found)) == sorted(lines)


def test_an_empty_set_is_filled_where_it_is(tmp_path: Path) -> None:
    found = Scene(tmp_path, {"stack.yaml": f"{HEAD}streams:\n  a:\n    event_types: []\n{HTTPS}"})
    assert difference(found.edit("a", event_types=["z", "x"]).accept()) == [
        "-    event_types: []",
        "+    event_types: [x, z]",
    ]


TWO = """\
    destinations:
      # the first
      - protocol: https
        url: https://one.example.com  # of one
        headers: {X-Key: '${var.key}', X-Team: '${var.key}'}
      - {protocol: https, url: 'https://two.example.com'}
"""
KEY = HEAD + "variables: {key: {type: string, sensitive: true, default: hidden-one}}\n"


def destination(number: str, **headers: str) -> dict[str, Any]:
    found: dict[str, Any] = {"protocol": "https", "url": f"https://{number}.example.com"}
    return {**found, "headers": headers} if headers else found


ONE = destination("one", **{"X-Key": "hidden-one", "X-Team": "hidden-one"})


@pytest.mark.parametrize(
    ("actual", "lines"),
    [
        (
            [{**ONE, "url": "https://new.example.com"}, destination("two")],
            [
                "-        url: https://one.example.com  # of one",
                "+        url: https://new.example.com  # of one",
            ],
        ),
        (
            [ONE, destination("new")],
            [
                "-      - {protocol: https, url: 'https://two.example.com'}",
                "+      - {protocol: https, url: 'https://new.example.com'}",
            ],
        ),
        ([ONE], ["-      - {protocol: https, url: 'https://two.example.com'}"]),
        (
            [ONE, destination("new"), destination("two")],
            ["+      - protocol: https", "+        url: https://new.example.com"],
        ),
        (
            [destination("new"), ONE, destination("two")],
            ["+      - protocol: https", "+        url: https://new.example.com"],
        ),
        (
            [destination("one", **{"X-Team": "hidden-one"}), destination("two")],
            [
                "-        headers: {X-Key: '${var.key}', X-Team: '${var.key}'}",
                "+        headers: {X-Team: '${var.key}'}",
            ],
        ),
        ([destination("one"), destination("two")], ["-        headers: {X-Key: '${var.key}', X-Team: '${var.key}'}"]),
    ],
    ids=["url", "url in braces", "one less", "one more", "one more before", "a header less", "no headers"],
)
def test_of_a_list_of_mappings_only_what_differs_is_written(
    tmp_path: Path, actual: list[dict[str, Any]], lines: list[str]
) -> None:
    assert difference(accepted(tmp_path, TWO, KEY, destinations=actual)) == lines


WITHIN = """\
    # about it
    event_types:
      # why x
      - x   # x
      # why y
      - y
    description: |
      # no comment
      text
    destinations:
      - protocol: https
        # the one that counts
        url: https://one.example.com   # one
      - protocol: https
        url: https://two.example.com
"""


def at(host: str) -> dict[str, str]:
    return {"protocol": "https", "url": f"https://{host}.example.com"}


def test_comments_on_lines_of_their_own_stay_where_what_they_stand_in_goes(tmp_path: Path) -> None:
    found = accepted(tmp_path, WITHIN, event_types=None, description=None, destinations=[at("two")])
    assert [line for line in difference(found) if "#" in line and "# one" not in line] == [
        "-      # why x",
        "+    # why x",
        "-      - x   # x",
        "-      # why y",
        "+    # why y",
        "-      # no comment",
        "-        # the one that counts",
        "+      # the one that counts",
    ]


def test_a_list_in_brackets_over_several_lines_keeps_them_too(tmp_path: Path) -> None:
    body = f"    event_types: [\n      x,\n      # why y\n      y,\n    ]\n{HTTPS}"
    assert difference(accepted(tmp_path, body, event_types=["x"])) == ["-      y,"]


@pytest.mark.parametrize("margin", ["    ", "      "], ids=["as far in", "further in"])
def test_a_comment_that_stays_does_not_become_part_of_the_text_above(tmp_path: Path, margin: str) -> None:
    body = f"    description: |\n     text\n    event_types:\n{margin}# why\n{margin}- x\n{HTTPS}"
    found = accepted(tmp_path, body, event_types=None)
    assert difference(found)[-1] == f"-{margin}- x"
    assert "     text\n    # why\n" in found.text()


def test_a_comment_in_braces_that_would_be_lost_is_a_reason_to_refuse(tmp_path: Path) -> None:
    one, two = (
        "{protocol: https,\n      # the one\n      url: 'https://one.example.com'}",
        "{protocol: https, url: 'https://two.example.com'}",
    )
    found = accepted(tmp_path, f"    destinations: [{one}, {two}]\n", destinations=[at("two")])
    assert (found.codes, found.text()) == (["GC735"], found.scene.files["stack.yaml"])


def test_an_item_and_an_attribute_at_one_place_stand_in_their_order(tmp_path: Path) -> None:
    body = "    destinations:\n    - {protocol: https, url: 'https://one.example.com'}\n"
    found = accepted(tmp_path, body, destinations=[destination("one"), destination("two")], enabled=False)
    assert difference(found) == ["+    - protocol: https", "+      url: https://two.example.com", "+    enabled: false"]


def test_line_ends_are_kept(tmp_path: Path) -> None:
    text = f"{HEAD}streams:\n  a:\n    description: |\n      one\n      two\n{HTTPS}".replace("\n", "\r\n")
    found = Scene(tmp_path, {"stack.yaml": text}).edit("a", description="one\nthree", event_types=["x"], enabled=False)
    new = found.accept().text()
    assert new == text.replace("two", "three") + "    enabled: false\r\n"


def test_a_file_without_a_last_line_end_stays_without(tmp_path: Path) -> None:
    text = f"{HEAD}streams:\n  a:\n{HTTPS}".rstrip("\n")
    found = Scene(tmp_path, {"stack.yaml": text}).edit("a", enabled=False).accept()
    assert found.text() == f"{text}\n    enabled: false"


def test_a_text_at_the_end_without_a_line_end_is_the_same_with_an_attribute_behind_it(tmp_path: Path) -> None:
    found = accepted(tmp_path, f"{HTTPS}    description: >\n     text", enabled=False)
    assert found.text().endswith("     text\n    enabled: false")
    assert (found.codes, found.differing()) == ([], set())


def test_a_part_is_changed_where_it_is_included(tmp_path: Path) -> None:
    files = {
        "stack.yaml": f"{HEAD}include: [parts/*.yaml]\n",
        "parts/a.yaml": f"version: 1\nstreams:\n  a:\n    enabled: true\n{HTTPS}",
    }
    found = Scene(tmp_path, files).edit("a", enabled=False).accept()
    assert [new.source.name for new in found.texts] == ["parts/a.yaml"]
    assert found.text("parts/a.yaml") == files["parts/a.yaml"].replace("true", "false")


def test_a_part_in_json_is_written_as_json(tmp_path: Path) -> None:
    part = (
        '{"version": 1, "streams": {"a": {"description": "one", "destinations": [{"protocol": "https", "url": "%s"}]}}}'
    )
    files = {"stack.yaml": f"{HEAD}include: [a.json]\n", "a.json": part % URL}
    found = Scene(tmp_path, files).edit("a", description='t"wo', enabled=False).accept()
    assert found.differing() == set()
    assert '"description": "t\\"wo"' in found.text("a.json")
    assert '"enabled": false}' in found.text("a.json")


VARIABLES = f"variables:\n  url: {{type: string, default: '{URL}'}}\n  text: {{type: string}}\n"


@pytest.mark.parametrize(
    ("body", "attributes", "code", "place"),
    [
        (
            "    destinations: [{protocol: https, url: '${var.url}'}]\n",
            {"destinations": [destination("x")]},
            "GC730",
            "stack.yaml:4",
        ),
        ("    description: about ${var.text}\n" + HTTPS, {"description": "x"}, "GC730", "stack.yaml:5"),
        ("    description: ${file.text.txt}\n" + HTTPS, {"description": "x"}, "GC730", "stack.yaml:9"),
        ("    description: ${stream.b.name}\n" + HTTPS, {"description": "x"}, "GC730", "stack.yaml:9"),
        ("    <<: *base\n" + HTTPS, {"enabled": False}, "GC731", "stack.yaml:6"),
        ("    <<: *base\n" + HTTPS, {"enabled": None}, "GC734", "stack.yaml:6"),
        ("    description: *text\n" + HTTPS, {"description": "x"}, "GC731", "stack.yaml:9"),
        (
            HTTPS,
            {"destinations": [{"protocol": "https", "url": URL, "headers": {"X-Key": "s"}}]},
            "GC732",
            "stack.yaml:9",
        ),
        (HTTPS, {"destinations": [{"protocol": "https", "url": f"{URL}?token=1"}]}, "GC732", "stack.yaml:9"),
        (HTTPS, {"destinations": [{"protocol": "https", "url": "http://x.example.com"}]}, "GC734", "stack.yaml:9"),
        (HTTPS, {"destinations": None}, "GC734", "stack.yaml:9"),
    ],
    ids=range(11),
)
def test_what_cannot_be_accepted_is_refused_with_the_place(
    tmp_path: Path, body: str, attributes: dict[str, Any], code: str, place: str
) -> None:
    (tmp_path / "text.txt").write_text("of a file")
    head = f"{HEAD}{VARIABLES}x-base: &base {{enabled: true, description: &text shared}}\n"
    text = f"{head}streams:\n  a:\n{body}  b:\n{HTTPS}"
    scene = Scene(tmp_path, {"stack.yaml": text}, inputs=Inputs(variables=("text=outside",)))
    found = scene.edit("a", **attributes).accept()
    assert (found.codes, found.place) == ([code], place)
    assert found.texts == ()


def test_what_the_api_does_not_return_is_left_as_it_is_declared(tmp_path: Path) -> None:
    hidden = {**ONE, "url": "https://new.example.com", "headers": {"X-Key": UNREADABLE, "X-Team": UNREADABLE}}
    found = accepted(tmp_path, TWO, KEY, destinations=[hidden, destination("two")])
    assert changed(found.scene.files["stack.yaml"], found.text()) == [
        "-        url: https://one.example.com  # of one",
        "+        url: https://new.example.com  # of one",
    ]


def test_what_the_api_does_not_return_and_nobody_declares_is_refused(tmp_path: Path) -> None:
    new = {**destination("two"), "headers": {"X-New": UNREADABLE}}
    found = accepted(tmp_path, TWO, KEY, destinations=[ONE, new])
    assert (found.codes, found.texts) == (["GC733"], ())


def test_a_reference_is_no_difference_beside_one(tmp_path: Path) -> None:
    body = "    destinations:\n      - protocol: https\n        url: https://x.example.com/${stream.b.id}\n"
    text = f"{HEAD}streams:\n  a:\n{body}        headers: {{X-Key: '${{file.key}}'}}\n  b:\n{HTTPS}"
    (tmp_path / "key").write_text("s")
    scene = Scene(tmp_path, {"stack.yaml": text})
    there = scene.organization.named("a").attributes["destinations"][0]
    found = scene.edit("a", destinations=[there, destination("two")]).accept()
    assert difference(found) == ["+      - protocol: https", "+        url: https://two.example.com"]


def test_a_body_that_others_merge_is_not_changed(tmp_path: Path) -> None:
    text = f"{HEAD}streams:\n  a: &a\n    name: a\n    enabled: true\n{HTTPS}  b:\n    <<: *a\n    name: b\n"
    found = Scene(tmp_path, {"stack.yaml": text}).edit("a", enabled=False).edit("b", description="x").accept()
    assert (found.codes, found.place) == (["GC731"], "stack.yaml:4")


def test_an_instance_has_no_lines_of_its_own(tmp_path: Path) -> None:
    text = f"{HEAD}streams:\n  a:\n    for_each: [emea, apac]\n    enabled: true\n{HTTPS}"
    found = Scene(tmp_path, {"stack.yaml": text}).edit("a-emea", enabled=False).accept()
    assert (found.codes, found.place) == (["GC731"], "stack.yaml:6")


def test_a_value_of_an_environment_is_refused_with_the_place_there(tmp_path: Path) -> None:
    text = (
        f"{HEAD}variables: {{d: {{type: string}}}}\n"
        "environments:\n  dev: {variables: {d: one}}\n  prod: {variables: {d: two}}\n"
        f"streams:\n  a:\n    description: ${{var.d}}\n    enabled: true\n{HTTPS}"
    )
    scene = Scene(tmp_path, {"stack.yaml": text}, inputs=Inputs("prod"))
    found = scene.edit("a", description="x", enabled=False).accept()
    assert (found.codes, found.place) == (["GC730"], "stack.yaml:6")
    (warning,) = found.accepting.shared_warnings(found.texts)
    assert (warning.code, "plans of dev" in warning.message) == ("GC738", True)


def test_what_is_written_into_an_included_file_may_hold_in_other_stacks(tmp_path: Path) -> None:
    part = f"streams:\n  a:\n    enabled: true\n{HTTPS}"
    text = f"{HEAD}include: [part.yaml]\nstreams:\n  b:\n    enabled: true\n{HTTPS}"
    scene = Scene(tmp_path, {"stack.yaml": text, "part.yaml": part})
    found = scene.edit("b", enabled=False).accept()
    assert list(found.accepting.shared_warnings(found.texts)) == []
    found = scene.edit("a", enabled=False).accept()
    (warning,) = found.accepting.shared_warnings(found.texts)
    assert (warning.code, str(warning.place), warning.message.split(":")[0]) == (
        "GC740",
        "part.yaml:1:1",
        "stack.yaml includes this file",
    )


def test_a_missing_object_is_refused_where_it_was_asked_for_and_told_otherwise(tmp_path: Path) -> None:
    scene = Scene(tmp_path, {"stack.yaml": f"{HEAD}streams:\n  a:\n{HTTPS}"})
    scene.organization.objects.clear()
    told, refused = scene.accept(), scene.accept(asked=True)
    assert (told.codes, [one.code for one in told.accepting.notes]) == ([], ["GC736"])
    assert (refused.codes, refused.accepting.notes) == (["GC736"], [])


def test_only_the_attributes_asked_for_are_taken(tmp_path: Path) -> None:
    scene = Scene(tmp_path, {"stack.yaml": f"{HEAD}streams:\n  a:\n    enabled: true\n    description: x\n{HTTPS}"})
    found = scene.edit("a", enabled=False, description="y").accept("enabled")
    assert found.differing() == {("stream.a", "description")}


def test_what_is_written_oddly_is_refused_alone(tmp_path: Path) -> None:
    body = "    enabled: true\n    event_types:\n      - - x\n".replace("- - x", "-\n       x\n      - y")
    scene = Scene(tmp_path, {"stack.yaml": f"{HEAD}streams:\n  a:\n{body}{HTTPS}"})
    found = scene.edit("a", enabled=False, event_types=["y"]).accept()
    assert found.codes in ([], ["GC735"])
    assert found.differing() <= {("stream.a", "event_types")}


def test_a_trigger(tmp_path: Path) -> None:
    text = (
        f"{HEAD}triggers:\n  t:\n    topic: v2.x\n"
        "    target: {type: Workflow, id: 0f4b0d30-5e0c-4c5c-8a9e-3d8e4a4b7c11}\n"
        "    match_criteria:\n"
        "      - json_path: $.a  # first\n        operator: Equal\n        value: 3\n"
        "    event_ttl_seconds: 60\n"
    )
    scene = Scene(tmp_path, {"stack.yaml": text}, kind="trigger")
    criteria = [{"json_path": "$.a", "operator": "In", "values": [3, "b"]}]
    scene.edit("t", destinations=None, event_ttl_seconds=None, delay_by_seconds=90, match_criteria=criteria)
    found = scene.accept()
    assert found.differing() == set()
    assert found.text() == text.replace(
        "operator: Equal\n        value: 3\n    event_ttl_seconds: 60\n",
        "operator: In\n        values:\n          - 3\n          - b\n",
    )
