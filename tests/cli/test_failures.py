"""How a command ends that could not end well."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.failures import describe, end, redact
from gcsync.cli.interruption import Interrupted, Terminated
from gcsync.model.diagnostic import Diagnostic, DiagnosticError


@pytest.fixture(autouse=True)
def in_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, "Interrupted.\n"),
        (Interrupted(), ExitCode.INTERRUPTED, "Interrupted.\n"),
        (Terminated(), ExitCode.TERMINATED, "Terminated.\n"),
        (
            DiagnosticError(Diagnostic("GC999", "the reason", hint="the next step")),
            ExitCode.ERROR,
            "error[GC999]: the reason\n  hint: the next step\n",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "some/file"),
            ExitCode.ERROR,
            "error[GC603]: some/file: Permission denied\n"
            "  hint: see that the file can be read and its folder written\n",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device", "some/file"),
            ExitCode.ERROR,
            "error[GC602]: the output could not be written: No space left on device\n"
            "  hint: free some space, or send the output elsewhere, and run the command again\n",
        ),
    ],
)
def test_what_is_said_and_with_which_code(
    error: BaseException, code: ExitCode, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end(error, []) is code
    assert capsys.readouterr() == ("", said)


def test_an_interrupt_anywhere_in_a_command_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Typer makes an exit code of a KeyboardInterrupt, and nothing of what is to be said."""
    from gcsync.cli.app import app

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gcsync.stack.examine", interrupted)
    with pytest.raises(Interrupted) as caught:
        app(args=["validate"], prog_name="gcsync", standalone_mode=False)
    assert end(caught.value, ["validate"]) is ExitCode.INTERRUPTED
    assert capsys.readouterr().err == "Interrupted.\n"


class TestInternalErrors:
    def test_the_log_is_private_and_named(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert end(a_bug(), ["plan"]) is ExitCode.ERROR
        (log,) = Path(".gcsync").glob("internal-error-*.log")
        assert f"internal error GC900: ZeroDivisionError; its log is {log}\n" in capsys.readouterr().err
        assert stat.S_IMODE(log.stat().st_mode) == 0o600
        assert log.read_text(encoding="utf-8").endswith("~~~~~~~~~~~~^~~\nbuiltins.ZeroDivisionError\n")
        assert Path(".gcsync/.gitignore").read_text(encoding="utf-8") == "*\n"

    def test_it_goes_to_the_temporary_folder_where_the_own_one_cannot_be_made(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Path(".gcsync").write_text("a file in the way", encoding="utf-8")
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
        end(a_bug(), [])
        assert [path.name.startswith("internal-error-") for path in elsewhere.iterdir()] == [True]
        assert str(elsewhere) in capsys.readouterr().err

    def test_no_message_of_any_error_is_in_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        try:
            try:
                raise KeyError("sesame-one")
            except KeyError as error:
                raise ExceptionGroup("sesame-two", [ValueError("sesame-three")]) from error
        except ExceptionGroup as error:
            error.add_note("sesame-four")
            end(error, ["plan"])
        (log,) = Path(".gcsync").glob("internal-error-*.log")
        text = log.read_text(encoding="utf-8")
        assert [line for line in text.splitlines() if line.startswith("builtins.")] == [
            "builtins.ExceptionGroup",
            "builtins.KeyError",
            "builtins.ValueError",
        ]
        assert "sesame" not in without_code(text) + capsys.readouterr().err

    def test_no_value_of_the_command_line_is_in_it(self) -> None:
        end(a_bug(), ["plan", "--var", "a=sesame-one", "--var=b=sesame-two", "c=sesame-three", "--var", "sesame-four"])
        (log,) = Path(".gcsync").glob("internal-error-*.log")
        line = "$ gcsync plan --var a=(redacted) --var=b=(redacted) c=(redacted) --var (redacted)"
        assert log.read_text(encoding="utf-8").splitlines()[1] == line

    def test_of_the_interpreters_own_errors_the_names_are_told(self) -> None:
        with pytest.raises(AttributeError) as caught:
            None.lacking  # type: ignore[attr-defined] # noqa: B018
        assert describe(caught.value).endswith("builtins.AttributeError: NoneType has no lacking\n")
        assert describe(AttributeError("sesame")).endswith("builtins.AttributeError\n")
        assert describe(OSError(errno.EPIPE, "sesame")).endswith("builtins.BrokenPipeError: EPIPE\n")

    def test_a_cause_that_goes_round_in_a_circle_ends(self) -> None:
        error, other = ValueError(), KeyError()
        error.__cause__, other.__cause__ = other, error
        assert describe(error).count("builtins.") == 2


def test_a_usage_error_says_nothing_of_the_library_that_found_it(capsys: pytest.CaptureFixture[str]) -> None:
    class WrongValue(Exception):
        def format_message(self) -> str:
            return "Invalid value for '--format': Value error, 'xml' is not one of 'text', 'json'."

    assert end(WrongValue(), []) == ExitCode.ERROR
    assert "error[GC600]: Invalid value for '--format': 'xml' is not one of 'text', 'json'." in capsys.readouterr().err


def test_a_usage_error_does_not_repeat_what_may_have_been_meant_for_a_variable(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from gcsync.cli.app import app

    with pytest.raises(Exception, match="unexpected extra argument") as caught:
        app(args=["schema", "stream", "key=sesame"], prog_name="gcsync", standalone_mode=False)
    assert end(caught.value, ["schema", "stream", "key=sesame"]) is ExitCode.ERROR
    assert "sesame" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Authorization: Bearer abcdef.123456", "Authorization: (redacted)"),
        ("sent Basic Y2xpZW50OnNlY3JldA==", "sent Basic (redacted)"),
        ('{"access_token": "abc-def", "expires_in": 60}', '{"access_token": "(redacted)", "expires_in": 60}'),
        ("https://user:password@example.com/x", "https://(redacted)@example.com/x"),
        ("https://example.com/x", "https://example.com/x"),
        ("the word of PASSWORD is sesame", "the word of PASSWORD is (redacted)"),
    ],
)
def test_what_looks_like_a_credential_is_taken_out(text: str, expected: str) -> None:
    assert redact(text, {"DATABASE_PASSWORD": "sesame", "SHORT_TOKEN": "is", "PATH": "word"}).startswith(expected[:20])
    assert "sesame" not in redact(text, {"DATABASE_PASSWORD": "sesame"})


def without_code(text: str) -> str:
    """A log without the lines of code that its frames quote: those of this test name what may not be in it."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("    "))


def a_bug() -> Exception:
    try:
        os.getpid() / 0
    except ZeroDivisionError as error:
        return error
    raise AssertionError
