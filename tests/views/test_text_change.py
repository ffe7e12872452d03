from __future__ import annotations

from gcsync.model.plan import Action, AttributeChange, Change, Reason
from gcsync.model.value import UNREADABLE, Secret
from gcsync.views.style import Style
from gcsync.views.text_change import change_lines
from tests.views.factories import attributes, change, update


def drawn(found: Change, width: int = 80) -> str:
    """A change as text, without its first line."""
    return "\n".join(list(change_lines(found, Style(width=width)))[1:])


def test_a_set_shows_the_members_that_come_and_go() -> None:
    assert drawn(update({"event_types": ["a:x", "b:y"]}, {"event_types": ["b:y", "c:z"]})) == (
        "      ~ event_types:  # pending\n"
        '          - "a:x"\n'
        '          + "c:z"\n'
        "            # 1 unchanged\n"
        "        # 4 unchanged"
    )


def test_a_text_of_several_lines_shows_the_lines_that_differ() -> None:
    old = "\n".join(f"line {number}" for number in range(9))
    assert drawn(update({"description": old}, {"description": old.replace("line 4", "four\n")})) == (
        "      ~ description:  # pending\n"
        "            # 2 lines unchanged\n"
        "            | line 2\n"
        "            | line 3\n"
        "          - | line 4\n"
        "          + | four\n"
        "          + |\n"
        "            | line 5\n"
        "            | line 6\n"
        "            # 2 lines unchanged\n"
        "        # 4 unchanged"
    )


def test_an_attribute_that_comes_goes_or_becomes_empty() -> None:
    before, after = attributes(), attributes(event_types=[], notes=None)
    del after["description"]
    assert drawn(change(Action.UPDATE, before=before, after=after)) == (
        '      - description: "Conversations"  # pending\n'
        '      ~ event_types: ["conversation:end", "conversation:start"] -> []  # pending\n'
        "      + notes: null  # pending\n"
        "        # 3 unchanged"
    )


def test_a_list_in_another_order_is_shown_twice() -> None:
    assert drawn(update({"event_types": ["a", "b"]}, {"event_types": ["b", "a"]})) == (
        "      ~ event_types:  # pending\n"
        "            # the same, in another order\n"
        '          - ["a", "b"]\n'
        '          + ["b", "a"]\n'
        "        # 4 unchanged"
    )


def test_what_the_api_does_not_return_says_so() -> None:
    old = {"destinations": [{"url": "https://a", "headers": {"X": UNREADABLE}}]}
    new = {"destinations": [{"url": "https://a", "headers": {"X": Secret("s")}}]}
    assert "~ X: (not returned by the API) -> (sensitive value)" in drawn(update(old, new))


def test_lifting_the_protection_says_what_it_means() -> None:
    lifted = AttributeChange("lifecycle.prevent_destroy", True, False, Reason.PENDING)
    found = change(Action.UPDATE, before=attributes(), after=attributes(), attributes=(lifted,))
    assert drawn(found, 120).splitlines()[0] == (
        "      ~ lifecycle.prevent_destroy: true -> false  # pending, lifts the protection from deletion"
    )


def test_an_adoption_that_changes_nothing_says_so() -> None:
    found = change(Action.ADOPT, before=attributes(), after=attributes(), explanation="has no marker")
    (line,) = change_lines(found, Style(width=160))
    assert line == (
        '  > adopt   stream.conversations  "aws-eventbridge-stream"'
        "  # has no marker; id 0f9a; matches already, only the marker is written"
    )


def test_a_value_longer_than_the_line_is_cut_to_pieces_that_lose_nothing() -> None:
    url = "https://events.example.com/" + "path/" * 30
    lines = drawn(update({"description": "x"}, {"description": url})).splitlines()
    pieces = [line.strip().removeprefix("+ ") for line in lines[2:-1]]
    assert all(len(line) <= 80 for line in lines)
    assert "".join(pieces) == f'"{url}"'
