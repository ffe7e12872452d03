"""What action.yml runs: one gcsync command, the action's outputs, the step summary, and the comment or the issue.

All inputs come in by environment variables, where action.yml puts them, so that no shell ever reads a text of a pull
request. Started with the Python of the environment into which ci/install.sh put gcsync.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

SUMMARY_LIMIT: Final = 1024 * 1024
"""Bytes of a step summary; GitHub refuses the whole of a longer one (its workflow commands' documentation)."""

COUNTS: Final = ("create", "update", "replace", "delete", "adopt", "unchanged")
MARKDOWN: Final = "markdown"
_DONE: Final = {
    "create": "created",
    "update": "updated",
    "replace": "replaced",
    "delete": "deleted",
    "adopt": "adopted",
}
_ANNOTATION: Final = re.compile(r"::(?:error|warning|notice|debug)[ :]")
LOG_LIMIT: Final = 256 * 1024
"""Bytes of an apply's output that a step summary repeats: its end, which tells what failed."""


@dataclass(frozen=True)
class Ran:
    """A command that has ended: its exit code and what it wrote to stdout and stderr."""

    code: int
    out: str
    err: str = ""


@dataclass
class Action:
    """One run of the action: its inputs, and where GitHub wants its results."""

    environ: Mapping[str, str]
    outputs: dict[str, str] = field(default_factory=dict)

    def given(self, name: str) -> str:
        return self.environ.get("INPUT_" + name.upper().replace("-", "_"), "").strip()

    def lines(self, name: str) -> list[str]:
        """An input of several values: one a line, each taken as it is."""
        return [line.strip() for line in self.given(name).splitlines() if line.strip()]

    def is_on(self, name: str) -> bool:
        """Raises SystemExit for a value that is neither true nor false."""
        value = self.given(name).lower()
        if value not in ("", "true", "false"):
            fail(f'{name}: must be true or false, got "{value}"')
        return value == "true"

    @property
    def selection(self) -> list[str]:
        """The arguments that choose stacks; paths last, after `--`, so that none is read as an option."""
        environments = [part for name in self.lines("environment") for part in ("--env", name)]
        paths = self.lines("paths")
        return [*environments, *self.lines("arguments"), *(["--", *paths] if paths else [])]

    @property
    def job(self) -> str:
        """What tells this plan from others of the same pull request: the folder, the paths and the environment."""
        folder = os.path.relpath(os.getcwd(), self.environ.get("GITHUB_WORKSPACE") or os.getcwd())
        folders = [] if folder == os.curdir else [folder]
        return " ".join([*folders, *self.lines("paths"), *self.lines("environment")]) or "plan"

    @property
    def plan_file(self) -> Path:
        """Where the plan is written or read; in the runner's own folder where the input is left out.

        Raises SystemExit for a name that would write an output of its own.
        """
        if not self.given("plan").isprintable():
            fail("the input plan must be one line: the path of a file")
        return Path(self.given("plan") or Path(self.environ["RUNNER_TEMP"]) / "gcsync-results" / "plan.gcsync")

    def gcsync(self, *arguments: str, text: str | None = None, token: bool = False, shown: bool = True) -> Ran:
        """Run gcsync. Only a command that is given the `token` sees it: plan and apply have no use for it."""
        environ = {name: value for name, value in self.environ.items() if not name.startswith("INPUT_")}
        environ.pop("GITHUB_TOKEN", None)
        if token:
            environ["GITHUB_TOKEN"] = self.given("token")
        program = [str(Path(sys.executable).parent / "gcsync"), *arguments]
        return run(program, environ, text=text, shown=shown)

    def summarize(self, text: str) -> None:
        """Add to the step summary; of a report that is too long, what destroys stays longest, as in a comment."""
        from gcsync.views.markdown_fit import SMALLEST, fit

        path = self.environ.get("GITHUB_STEP_SUMMARY")
        if path:
            room = SUMMARY_LIMIT - (Path(path).stat().st_size if Path(path).exists() else 0) - len("\n\n")
            if room >= SMALLEST:
                with Path(path).open("a", encoding="utf-8") as file:
                    file.write(fit(text.rstrip("\n") + "\n", room) + "\n")

    def finish(self, code: int, *, changes: bool | None = None) -> None:
        """Write the outputs. A run that failed has no `has-changes`: nobody shall take it for one without."""
        self.outputs["exit-code"] = str(code)
        if changes is not None:
            self.outputs["has-changes"] = str(changes).lower()
        with Path(self.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
            file.writelines(f"{name}={value}\n" for name, value in self.outputs.items())


def validate(action: Action) -> int:
    """Check the stacks: no credentials, no network."""
    paths = action.lines("paths")
    ran = action.gcsync("validate", *action.lines("arguments"), *(["--", *paths] if paths else []))
    _tell_failure(action, ran)
    action.finish(ran.code)
    return ran.code


def plan(action: Action) -> int:
    """Plan, save the plan, show it in the step summary and in the pull request's comment.

    Several environments stand side by side in one report, of which no plan file is made: an apply is for one.
    """
    if len(action.lines("environment")) > 1:
        return _plan_side_by_side(action)
    file = action.plan_file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    ran = action.gcsync("plan", "--detailed-exitcode", "--out", str(file), *action.selection)
    code = ran.code
    if code in (0, 2) and file.exists():
        action.outputs["plan"] = str(file)
        shown = action.gcsync("show", str(file), "--format", "json", shown=False)
        counts = json.loads(shown.out)["gcsync"]["summary"] if shown.code == 0 else {}
        action.outputs |= {name: str(counts[name]) for name in COUNTS if name in counts}
        _show_plan(action, file)
        if action.is_on("comment"):
            _comment(action, str(file))
    else:
        _tell_failure(action, ran)
        if action.is_on("comment"):
            _comment(action, "-", "--failed", text=ran.err)
    action.finish(code, changes=code == 2 if code in (0, 2) else None)
    return 1 if code == 2 and action.is_on("fail-on-changes") else int(code not in (0, 2))


def _plan_side_by_side(action: Action) -> int:
    """What can be read of all of them is shown and commented on, also where one could not be planned."""
    ran = action.gcsync("plan", "--detailed-exitcode", "--format", MARKDOWN, *action.selection)
    if ran.out.strip():
        action.summarize(ran.out)
    else:
        _tell_failure(action, ran)
    if action.is_on("comment"):
        _comment(action, "-", *([] if ran.out.strip() else ["--failed"]), text=ran.out if ran.out.strip() else ran.err)
    judged = ran.code in (0, 2)
    action.finish(ran.code, changes=ran.code == 2 if judged else None)
    return 1 if ran.code == 2 and action.is_on("fail-on-changes") else int(not judged)


def _tell_failure(action: Action, ran: Ran) -> None:
    """What a command that failed wrote to stderr, in the step summary: a summary that is empty tells nobody."""
    if ran.code not in (0, 2):
        said = "\n".join(line for line in ran.err.splitlines() if not _ANNOTATION.match(line))
        action.summarize(f"### gcsync {action.given('command')} failed\n\n{fenced(ending(said, LOG_LIMIT))}")


def _show_plan(action: Action, file: Path) -> None:
    shown = action.gcsync("show", str(file), "--format", "markdown", shown=False)
    if shown.code == 0:
        action.summarize(shown.out)
    else:
        tell("warning", "the plan could not be written to the step summary; it stands in the log")


def _comment(action: Action, *what: str, text: str | None = None) -> None:
    """A comment that cannot be written is told, and changes nothing: the plan's own result counts."""
    if action.gcsync("comment", *what, "--job", action.job, text=text, token=True).code != 0:
        tell("warning", "the comment could not be written; the plan stands in the log and in the step summary")


def apply(action: Action) -> int:
    """Apply a saved plan, exactly; with `expect` a plan made anew, where it is the same; without a plan the paths."""
    expect = action.is_on("expect")
    if action.given("plan") and not action.plan_file.is_file():
        fail(f"there is no plan file {action.plan_file}: nothing was applied")
    if expect and not action.given("plan"):
        fail("expect needs the plan that is expected: the input plan")
    if expect:
        chosen = ["--expect", str(action.plan_file), *action.selection]
    elif action.given("plan"):
        chosen = [*action.lines("arguments"), str(action.plan_file)]
    else:
        chosen = action.selection
    ran = action.gcsync("apply", "--auto-approve", *chosen)
    if ran.out.strip():
        action.summarize(f"### gcsync apply\n\n{fenced(ending(ran.out, LOG_LIMIT))}")
    _tell_failure(action, ran)
    done = applied_counts(ran.out)
    action.outputs |= {name: str(count) for name, count in done.items()}
    action.finish(ran.code, changes=any(done.values()) if ran.code == 0 else None)
    return ran.code


def drift(action: Action) -> int:
    """Look for drift, show it in the step summary, and open, update or close the issue."""
    output_format = action.given("format") or MARKDOWN
    report = Path(action.environ["RUNNER_TEMP"]) / "gcsync-results" / f"drift.{output_format}"
    if action.is_on("issue") and output_format != MARKDOWN:
        fail(f"issue: the issue is written in markdown, not in {output_format}")
    ran = action.gcsync("drift", "--format", output_format, *action.selection, shown=output_format == MARKDOWN)
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(ran.out, encoding="utf-8")
    action.outputs["report"] = str(report)
    judged = ran.code in (0, 2)
    action.finish(ran.code, changes=ran.code == 2 if judged else None)
    if output_format == MARKDOWN and ran.out.strip():
        action.summarize(ran.out)
    _tell_failure(action, ran)
    # A run that could not look must not close the issue: it knows nothing.
    if judged and action.is_on("issue") and not _keep_issue(action, ran.out):
        return 1
    return 1 if ran.code == 2 and action.is_on("fail-on-changes") else int(not judged)


def _keep_issue(action: Action, report: str) -> bool:
    """Whether the issue could be written. It is the alarm: where it cannot, the step fails."""
    named = [
        part for name in ("title", "label") if (value := action.given(f"issue-{name}")) for part in (f"--{name}", value)
    ]
    if action.gcsync("comment", "-", "--issue", *named, text=report, token=True).code == 0:
        return True
    tell("error", "the issue could not be written; what was found stands in the log and in the step summary")
    return False


def find(action: Action) -> int:
    """Find the plan that was reviewed in the pull request of this commit."""
    import reviewed_plan

    question = reviewed_plan.Question.of(action.environ, action.given("artifact"), action.given("guard"))
    try:
        found = reviewed_plan.find(question, action.given("token"))
    except reviewed_plan.Unanswered as problem:
        fail(f"{problem}; nothing was applied")
    action.outputs |= found.outputs()
    tell("notice", found.reason)
    action.summarize(found.reason)
    action.finish(0)
    return 0


COMMANDS: Final[Mapping[str, Callable[[Action], int]]] = {
    "validate": validate,
    "plan": plan,
    "apply": apply,
    "drift": drift,
    "find": find,
}


def run(program: list[str], environ: Mapping[str, str], *, text: str | None, shown: bool) -> Ran:
    """Run a program; what it writes goes to the log as it comes, with nothing in it that the runner would obey."""
    with subprocess.Popen(
        program,
        env=dict(environ),
        stdin=subprocess.PIPE if text is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        errors: list[str] = []
        beside = [threading.Thread(target=_tell_errors, args=(process.stderr, errors))]
        if process.stdin is not None:
            beside.append(threading.Thread(target=_feed, args=(process.stdin, text or "")))
        for thread in beside:
            thread.start()
        out = "".join(_shown(process.stdout, shown=shown))
        for thread in beside:
            thread.join()
    return Ran(process.returncode, out, "".join(errors))


def _feed(stream: IO[str], text: str) -> None:
    try:
        with stream:
            stream.write(text)
    except BrokenPipeError:
        return


def _shown(stream: IO[str], *, shown: bool) -> Iterator[str]:
    for line in stream:
        if shown:
            sys.stdout.write(harmless(line))
            sys.stdout.flush()
        yield line


def _tell_errors(stream: IO[str], told: list[str]) -> None:
    for line in stream:
        told.append(line)
        sys.stderr.write(harmless(line, annotations=True))
        sys.stderr.flush()


def harmless(line: str, *, annotations: bool = False) -> str:
    """A line of the log that is no command to the runner, whatever names an organization holds.

    The runner obeys `::name::` where a line begins and `##[name]` anywhere. gcsync's own annotations, which come on
    stderr, are let through.
    """
    line = line.replace("##[", "##\u200b[")
    starts = line.lstrip()
    if starts.startswith("::") and not (annotations and _ANNOTATION.match(starts)):
        return line.replace("::", ":\u200b:", 1)
    return line


def ending(text: str, limit: int) -> str:
    """The end of a log, from a line's beginning, in at most `limit` bytes; it says how much stands before it."""
    if len(text.encode()) <= limit:
        return text
    kept = text.encode()[-limit:].decode(errors="ignore").partition("\n")[2]
    before = text.count("\n") - kept.count("\n")
    return f"({before} lines before this one are in the job's log)\n{kept}"


def fenced(text: str) -> str:
    """A block of code that no line of the text can end."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}text\n{text.rstrip()}\n{fence}"


def applied_counts(text: str) -> dict[str, int]:
    """The counts of the last `Applied: 1 created, 0 updated, …` line; none where the apply did not come that far."""
    lines = [line for line in text.splitlines() if line.startswith("Applied: ")]
    found = {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", lines[-1])} if lines else {}
    return {name: found[word] for name, word in _DONE.items() if word in found}


def tell(level: str, message: str) -> None:
    """An annotation of the run: `notice`, `warning` or `error`."""
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    print(f"::{level} title=gcsync::{escaped}", file=sys.stderr, flush=True)


def fail(message: str) -> None:
    """Say what is wrong and end with 1. Raises SystemExit."""
    tell("error", message)
    raise SystemExit(1)


def main() -> int:
    """Run the action as its inputs say; returns the step's exit code."""
    action = Action(os.environ)
    command = action.given("command")
    if command not in COMMANDS:
        fail(f'command: must be one of install, {", ".join(COMMANDS)}, got "{command}"')
    return COMMANDS[command](action)


if __name__ == "__main__":
    raise SystemExit(main())
