"""What GitHub Actions reads in the log of a step: gcsync's own annotations, and no command that it did not mean."""

from __future__ import annotations

import subprocess

import pytest

from tests.e2e.conftest import hand, offline, work
from tests.e2e.workplace import Hand, Workplace, command
from tests.views.test_annotations import obeyed

__all__ = ["hand", "offline", "work"]

ACTIONS = {"GITHUB_ACTIONS": "true"}
BAD = "version: 1\nstack: a\nstreams:\n  one:\n    destinations: [{protocol: https, url: 'http://x'}]\n"
HOSTILE = ("::error file=a::injected", "##[error]injected", "x\n::error::injected", "a ##[group]injected")
LINES = (
    *(f"plan --format {form}" for form in ("text", "json")),
    *(f"drift --format {form}" for form in ("text", "json", "junit", "sarif", "prometheus")),
    "plan -vv",
    "list",
    "export",
    "destroy",
    "apply --auto-approve",
)
OURS = ("::notice file=stacks/", "::warning file=stacks/", "::error title=GC", "::warning title=GC")


def annotations(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("::")]


def test_errors_stand_at_their_lines(offline: Workplace) -> None:
    offline.write("stacks/a.yaml", BAD)
    ran = offline.gcsync("validate", **ACTIONS)
    (found,) = annotations(ran.err)
    assert found.startswith("::error file=stacks/a.yaml,line=5,col=43,endColumn=53,title=GC104::streams.one.")
    assert ran.err.startswith("error[GC104]: stacks/a.yaml:5:43")


def test_a_test_of_the_stack_that_fails_stands_at_its_line(offline: Workplace) -> None:
    text = BAD.replace("http://", "https://").replace("destinations", "event_types: [a:b]\n    destinations")
    offline.write("stacks/a.yaml", f"{text}tests:\n  - {{event: {{eventType: a:c}}, expect: [stream.one]}}\n")
    (found,) = annotations(offline.gcsync("validate", **ACTIONS).err)
    assert found.startswith(
        "::error file=stacks/a.yaml,line=8,col=40,endColumn=50,title=GC844::tests[0].expect[0]: a:c"
    )


@pytest.mark.parametrize("value", ["", "false", "1"])
def test_elsewhere_nothing_is_annotated(offline: Workplace, value: str) -> None:
    offline.write("stacks/a.yaml", BAD)
    assert annotations(offline.gcsync("validate", GITHUB_ACTIONS=value).err) == []


def test_files_are_named_from_the_checkout(offline: Workplace) -> None:
    offline.write("stacks/a.yaml", BAD)
    ran = offline.gcsync("validate", GITHUB_WORKSPACE=str(offline.folder.parent), **ACTIONS)
    (found,) = annotations(ran.err)
    assert f" file={offline.folder.name}/stacks/a.yaml," in found


def test_a_plan_notes_its_changes_and_show_does_not_say_it_again(work: Workplace) -> None:
    work.stack("conversations", "agents")
    planned = work.gcsync("plan", "--out", "saved.plan", **ACTIONS)
    places = [line.partition(",title=")[0] for line in annotations(planned.err)]
    assert places == [
        "::notice file=stacks/contact-center.yaml,line=9,col=3,endColumn=9",
        "::notice file=stacks/contact-center.yaml,line=4,col=3,endColumn=16",
    ]
    assert annotations(planned.out) == []
    assert annotations(work.gcsync("show", "saved.plan", **ACTIONS).err) == []
    assert len(annotations(work.gcsync("plan", **ACTIONS).err)) == 2


def test_a_refusal_is_an_error_at_the_step(work: Workplace) -> None:
    work.stack("conversations", "agents")
    assert work.gcsync("apply", "--auto-approve").code == 0
    work.stack("others")
    found = annotations(work.gcsync("plan", **ACTIONS).err)
    assert [line.split()[0] for line in found] == ["::error", "::error", "::warning", "::warning", "::notice"]
    assert [line.split()[1][:12] for line in found[:2]] == ["title=GC420:", "title=GC421:"]
    assert "DELETE stream.agents" in found[2]


def test_an_apply_that_fails_is_an_error_at_the_resource(work: Workplace, hand: Hand) -> None:
    work.stack("conversations")
    hand.faults("400:1:POST")
    ran = work.gcsync("apply", "--auto-approve", **ACTIONS)
    (found,) = annotations(ran.err)
    assert found.startswith("::error file=stacks/contact-center.yaml,line=4,col=3,"), ran.err


def test_drift_is_a_warning_at_the_line(work: Workplace, hand: Hand) -> None:
    work.stack("conversations")
    assert work.gcsync("apply", "--auto-approve").code == 0
    hand.change("conversations", eventTypes=["conversation:start"])
    (found,) = annotations(work.gcsync("drift", **ACTIONS).err)
    assert found.startswith("::warning file=stacks/contact-center.yaml,line=6,col=18,")


def test_hostile_names_are_obeyed_nowhere(work: Workplace, hand: Hand) -> None:
    """Neither in text nor in a document, on stdout and stderr; one is so long that it is cut before its command."""
    work.stack("conversations", "agents")
    assert work.gcsync("apply", "--auto-approve").code == 0
    marked = hand.stream("conversations")["description"]
    types = [*HOSTILE, *(f"v2.{'x' * width} {name}" for width in (60, 86) for name in HOSTILE)]
    hand.change("conversations", eventTypes=types, name=HOSTILE[0], description="\n".join([*HOSTILE, marked]))
    for name in HOSTILE:
        hand.create(f"{name} again")
    for line in LINES:
        ran = work.gcsync(*line.split(), **ACTIONS)
        assert obeyed(ran.out) == [], line
        theirs = [found for found in obeyed(ran.err) if not found.startswith(OURS)]
        assert (theirs, "##[" in ran.err) == ([], False), line


@pytest.mark.parametrize("runner", ["TF_BUILD", "TEAMCITY_VERSION"])
def test_nor_are_those_that_another_runner_obeys(work: Workplace, hand: Hand, runner: str) -> None:
    hand.create("##vso[task.setvariable variable=x]y")
    ran = work.gcsync("export", **{runner: "True"})
    assert ("##vso\\[task" in ran.out, "##vso[" in ran.out, annotations(ran.err)) == (True, False, [])


def test_a_file_gets_the_text_as_it_is(work: Workplace, hand: Hand) -> None:
    """It is no log, and a reader of it may want every character."""
    hand.create("##[x]")
    with (work.folder / "out.yaml").open("w") as out:
        environ = {**work.environ, **ACTIONS}
        subprocess.run(
            command("export"), cwd=work.folder, env=environ, stdout=out, stderr=subprocess.DEVNULL, check=True
        )
    assert "##[x]" in (work.folder / "out.yaml").read_text()
