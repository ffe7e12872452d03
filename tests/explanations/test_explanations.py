from __future__ import annotations

import re
from pathlib import Path

import pytest

import gcsync
from gcsync.explanations import Explanation, codes, explain, nearest

PACKAGE = Path(gcsync.__file__).parent
LITERAL = re.compile(r"""["'](GC[0-9]{3})["']""")


def codes_in_the_source() -> set[str]:
    return {code for file in PACKAGE.rglob("*.py") for code in LITERAL.findall(file.read_text(encoding="utf-8"))}


def test_every_code_in_the_source_has_an_explanation() -> None:
    assert codes_in_the_source() - set(codes()) == set()


def test_every_explanation_is_of_a_code_in_the_source() -> None:
    assert set(codes()) - codes_in_the_source() == set()


@pytest.mark.parametrize("code", codes())
def test_has_a_title_and_a_text_that_a_terminal_shows_well(code: str) -> None:
    found = explain(code)
    assert found is not None
    assert re.fullmatch(r"\S.{3,98}[^.\s]", found.title)
    assert found.text == found.text.strip("\n")
    lines = found.text.split("\n")
    assert 2 <= len(lines) <= 32
    assert [line for line in lines if line != line.rstrip() or "\t" in line] == []


@pytest.mark.parametrize("code", [code for code in codes() if code.startswith(("GC1", "GC2"))])
def test_shows_an_example_of_what_to_write(code: str) -> None:
    found = explain(code)
    assert found is not None
    lines = found.text.split("\n")
    assert any(line.startswith("    ") for line in lines)
    assert max(map(len, lines)) <= 120


def test_gives_code_title_and_text() -> None:
    found = explain("GC224")
    assert isinstance(found, Explanation)
    assert (found.code, found.title) == ("GC224", "env_name in a stack without environments")
    assert found.text.split("\n")[0].startswith("${env_name} stands for the name")
    assert found.text.split("\n")[-1] == "      prod: {credentials: PROD}"


def test_takes_a_code_in_any_case() -> None:
    assert explain(" gc104 ") == explain("GC104")


@pytest.mark.parametrize("code", ["", "GC", "GC1", "GC1O4", "GC799", "GC104\n5", "../GC1", "104", "GC１０４"])
def test_knows_nothing_of_other_texts(code: str) -> None:
    assert explain(code) is None


def test_names_the_nearest_codes_of_a_mistyped_one() -> None:
    assert nearest("GC1O4")[0] == "GC104"
    assert nearest("104")[0] == "GC104"
    assert nearest("gc-104")[0] == "GC104"
    assert nearest("pancake") == ()


def test_codes_are_sorted_and_named_once() -> None:
    assert list(codes()) == sorted(set(codes()))
