"""One layout for stack files, in which they say what they said before, comment for comment."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.adopt import CannotFormat, formatted
from gcsync.stack.reader import read
from tests.house.source import ROOT

UNTIDY = """\
# head
version:   1
stack: a   # the name


x-a: &a {b:   1, c: 0777}
genesys:
    region: "us-east-1"
    # of genesys
streams:
  # before calls
  calls:
      <<: *a
      description: |
          # no comment


            lines
      notes: >-
         folded
      long: this is
        folded
      event_types:
      - a   # one
      # between
      - b
      destinations: [ {protocol: https,url: 'x'} ,
         {protocol: https} ]
      v: 1.10
      n: ~
      m:
# end
"""

TIDY = """\
# head
version: 1
stack: a   # the name

x-a: &a {b: 1, c: 0777}
genesys:
  region: "us-east-1"
  # of genesys
streams:
  # before calls
  calls:
    <<: *a
    description: |
      # no comment


        lines
    notes: >-
      folded
    long: this is folded
    event_types:
      - a   # one
      # between
      - b
    destinations: [{protocol: https, url: 'x'}, {protocol: https}]
    v: 1.10
    n: ~
    m:
# end
"""

LEFT_ALONE = {"document-marks-and-comments.yaml", "scalars-that-are-not-text.yaml"}
"""Comments before `---`, and a tag: neither can be laid out."""

SCALARS = st.sampled_from(
    ["a", "'a: b'", '"x\\ty"', "0777", "1.10", "~", "yes", "2020-01-01", "|\n{indent}x\n\n{indent}  y"]
)
COMMENTS = st.sampled_from(["", "", "  # why", "# above\n"])


@st.composite
def documents(draw: st.DrawFn, depth: int = 0, indent: str = "") -> str:
    """Block mappings of any indent, with comments, blank lines, flow lists and block scalars in them."""
    lines = []
    step = draw(st.sampled_from([" ", "  ", "    "]))
    for number in range(draw(st.integers(1, 3))):
        comment = draw(COMMENTS)
        above = f"{indent}{comment}" if comment.startswith("#") else ""
        behind = "" if comment.startswith("#") else comment
        blank = draw(st.sampled_from(["", "\n", "\n\n\n"]))
        key = f"k{number}"
        shape = draw(st.integers(0, 3 if depth < 3 else 1))
        if shape == 0:
            scalar = draw(SCALARS).replace("{indent}", indent + step)
            lines.append(f"{blank}{above}{indent}{key}: {scalar}{'' if scalar[0] == '|' else behind}\n")
        elif shape == 1:
            lines.append(f"{blank}{above}{indent}{key}:   [a,  b , {{c: 1}}]{behind}\n")
        elif shape == 2:
            items = "".join(
                f"{indent}{step}-   {item}\n" for item in draw(st.lists(st.sampled_from("abc"), min_size=1))
            )
            lines.append(f"{blank}{above}{indent}{key}:{behind}\n{items}")
        else:
            inner = draw(documents(depth + 1, indent + step))
            lines.append(f"{blank}{above}{indent}{key}:{behind}\n{inner}")
    return "".join(lines)


def test_the_layout() -> None:
    assert formatted(UNTIDY) == TIDY


@pytest.mark.parametrize(
    "path",
    sorted([*(ROOT / "stacks").glob("*.yaml"), *(ROOT / "tests/stack/good").glob("*.yaml")]),
    ids=lambda path: path.name,
)
def test_every_good_stack_can_be_laid_out_once_and_for_all(path: Path) -> None:
    text = path.read_text(encoding="utf-8-sig")
    if path.name in LEFT_ALONE:
        with pytest.raises(CannotFormat):
            formatted(text)
        return
    once = formatted(text)
    assert formatted(once) == once
    assert repr(read(once).value) == repr(read(text).value)


def test_the_examples_have_the_layout() -> None:
    for path in (ROOT / "stacks").glob("*.yaml"):
        assert formatted(path.read_text(encoding="utf-8")) == path.read_text(encoding="utf-8")


def test_the_example_of_the_documentation_has_the_layout() -> None:
    section = (ROOT / "docs/stack-files.md").read_text(encoding="utf-8").partition("## One layout: fmt")[2]
    example = section.partition("```yaml\n")[2].partition("```")[0]
    assert example
    assert formatted(example) == example


@given(documents())
def test_it_says_the_same_and_is_laid_out_once_and_for_all(text: str) -> None:
    once = formatted(text)
    assert formatted(once) == once
    assert repr(read(once).value) == repr(read(text).value)
    assert once.count("#") == text.count("#")


def test_a_comment_that_would_be_lost_keeps_the_file_as_it_is() -> None:
    with pytest.raises(CannotFormat):
        formatted("a: [b,  # why\n  # inside\n  c]\n")


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n"], ids=["empty", "blank", "comment"])
def test_nothing_to_lay_out(text: str) -> None:
    assert formatted(text) == text
