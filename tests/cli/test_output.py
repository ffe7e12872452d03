"""The two ways out."""

from __future__ import annotations

import io

import pytest

from gcsync.cli import output


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_colour_is_for_terminals() -> None:
    assert output.style_of(Terminal(), no_color=False).color is True
    assert output.style_of(io.StringIO(), no_color=False).color is False


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_the_environment_turns_it_off(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    assert output.style_of(Terminal(), no_color=False).color is False


def test_an_empty_no_color_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    assert output.style_of(Terminal(), no_color=False).color is True


def test_the_option_does() -> None:
    assert output.style_of(Terminal(), no_color=True).color is False


def test_a_result_is_on_stdout_and_a_notice_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    output.result("the result")
    output.result("with its newline\n")
    output.result("")
    output.notice("a notice")
    assert capsys.readouterr() == ("the result\nwith its newline\n", "a notice\n")
