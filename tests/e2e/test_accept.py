"""What was changed by hand becomes what the stack declares: one line of the file, and the plan has nothing to do."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.e2e.workplace import ENDPOINT, Hand, Workplace

TEXT = f"""\
# What we send to analytics
version: 1
stack:   contact-center   # odd spacing stays
streams:
  # the first
  conversations:
    description: 'For analytics'   # who reads it
    event_types: [conversation:start,   conversation:end]
    destinations:
      - {{protocol: https, url: '{ENDPOINT}'}}

  agents:
    description: For agents
    event_types: [conversation:start]
    destinations: [{{protocol: https, url: '{ENDPOINT}/agents'}}]
"""


@pytest.fixture
def applied(work: Workplace) -> Workplace:
    work.write("stacks/main.yaml", TEXT)
    assert work.gcsync("apply", "--auto-approve").code == 0
    return work


def described(hand: Hand, name: str, text: str) -> str:
    """The description that a person leaves who changes the text and keeps the marker."""
    marker = hand.stream(name)["description"].partition("\n\n")[2]
    return f"{text}\n\n{marker}"


def git(work: Workplace, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "core.autocrlf=false")
    done = subprocess.run(["git", *identity, *arguments], cwd=work.folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_a_change_by_hand_becomes_one_line_in_git(applied: Workplace, hand: Hand) -> None:
    git(applied, "init", "-q")
    git(applied, "add", "stacks")
    git(applied, "commit", "-qm", "before")
    hand.change("conversations", description=described(hand, "conversations", "For analytics and billing"))
    assert applied.gcsync("drift").code == 2
    ran = applied.gcsync("accept")
    assert (ran.code, ran.last_line) == (0, "Accepted 1 attribute in 1 file.")
    changed = [
        line for line in git(applied, "diff", "-U0").splitlines() if line[0] in "+-" and line[:3] not in ("+++", "---")
    ]
    assert changed == [
        "-    description: 'For analytics'   # who reads it",
        "+    description: 'For analytics and billing'   # who reads it",
    ]
    assert "\n".join(changed) in ran.out
    assert applied.gcsync("plan", "--detailed-exitcode").code == 0
    assert applied.gcsync("drift").code == 0


def test_the_diff_is_that_of_git(applied: Workplace, hand: Hand) -> None:
    git(applied, "init", "-q")
    git(applied, "add", "stacks")
    hand.change("conversations", enabled=False, eventTypes=["conversation:end", "user:state:change"])
    hand.change("agents", enabled=False)
    ran = applied.gcsync("accept")
    shown = [line for line in ran.out.splitlines() if line[:1] in ("+", "-", " ") and line[:3] not in ("+++", "---")]
    expected = git(applied, "diff").splitlines()[4:]
    assert shown == [line for line in expected if not line.startswith(("@@", "\\"))]
    heads = [line.partition(" @@")[0] for line in expected if line.startswith("@@")]
    assert [line.removesuffix(" @@") for line in ran.out.splitlines() if line.startswith("@@")] == heads


def test_a_dry_run_writes_nothing(applied: Workplace, hand: Hand) -> None:
    hand.change("conversations", enabled=False)
    ran = applied.gcsync("accept", "--dry-run")
    assert (ran.code, "+    enabled: false" in ran.out) == (0, True)
    assert ran.last_line == "Would accept 1 attribute in 1 file. Nothing was written: --dry-run."
    assert (applied.folder / "stacks/main.yaml").read_text() == TEXT


def test_an_edit_in_git_that_waits_stays(applied: Workplace, hand: Hand) -> None:
    edited = TEXT.replace("For agents", "Edited in Git")
    applied.write("stacks/main.yaml", edited)
    hand.change("agents", enabled=False)
    ran = applied.gcsync("accept", "--target", "stream.agents")
    assert (ran.code, "Pending, and left as it is declared: 1 resource." in ran.out) == (0, True)
    assert (applied.folder / "stacks/main.yaml").read_text() == f"{edited}    enabled: false\n"
    assert "1 pending" in applied.gcsync("drift").last_line


def test_a_conflict_takes_the_actual_value(applied: Workplace, hand: Hand) -> None:
    applied.write("stacks/main.yaml", TEXT.replace("For agents", "Edited in Git"))
    hand.change("agents", description=described(hand, "agents", "By hand"))
    assert applied.gcsync("accept").code == 0
    assert (applied.folder / "stacks/main.yaml").read_text() == TEXT.replace("For agents", "By hand")


def test_nothing_to_accept(applied: Workplace) -> None:
    ran = applied.gcsync("accept")
    assert (ran.code, ran.out) == (0, "Nothing to accept: nothing was changed outside gcsync.\n")


def test_mode_link_and_byte_order_mark_stay(applied: Workplace, hand: Hand) -> None:
    real = applied.folder / "elsewhere.yaml"
    real.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    real.chmod(0o640)
    link = applied.folder / "stacks/main.yaml"
    link.unlink()
    link.symlink_to(real)
    hand.change("agents", enabled=False)
    assert applied.gcsync("accept").code == 0
    assert link.is_symlink()
    assert real.read_bytes() == b"\xef\xbb\xbf" + TEXT.encode() + b"    enabled: false\n"
    assert stat.S_IMODE(os.stat(real).st_mode) == 0o640


def test_what_is_refused_is_told_with_its_place_and_the_rest_is_done(work: Workplace, hand: Hand) -> None:
    text = TEXT.replace("version: 1", f"version: 1\nvariables: {{url: {{type: string, default: '{ENDPOINT}'}}}}")
    text = text.replace(f"url: '{ENDPOINT}'}}\n\n", "url: '${var.url}'}\n\n")
    work.write("stacks/main.yaml", text)
    assert work.gcsync("apply", "--auto-approve").code == 0
    hand.change("conversations", enabled=False, destinations=[{"protocol": "https", "url": "https://x.example.com"}])
    ran = work.gcsync("accept")
    assert (ran.code, ran.last_line) == (1, "Accepted 1 attribute in 1 file, 1 refused.")
    assert "error[GC730]: stacks/main.yaml:3:42: stream.conversations.destinations" in ran.err
    assert work.gcsync("accept", "--attribute", "enabled").code == 0


def test_nothing_is_written_where_another_resource_would_change(work: Workplace, hand: Hand) -> None:
    text = TEXT.replace("For agents", "Beside ${stream.conversations.name}")
    work.write("stacks/main.yaml", text)
    assert work.gcsync("apply", "--auto-approve").code == 0
    hand.change("conversations", name="by hand", enabled=False)
    ran = work.gcsync("accept")
    assert (ran.code, "error[GC737]: stream.agents.description: it would differ" in ran.err) == (1, True)
    assert (work.folder / "stacks/main.yaml").read_text() == text
    assert work.gcsync("accept", "--attribute", "enabled").code == 0


def test_a_missing_object_has_no_value(applied: Workplace, hand: Hand) -> None:
    hand.delete("agents")
    told = applied.gcsync("accept")
    assert (told.code, "warning[GC736]: stacks/main.yaml:12:3: stream.agents" in told.err) == (0, True)
    assert applied.gcsync("accept", "--target", "stream.agents").code == 1


def test_secrets_of_the_file_are_hidden_in_the_diff(work: Workplace, hand: Hand) -> None:
    headers = "headers: {X-Api-Key: a-plain-secret}"
    text = TEXT.replace(f"'{ENDPOINT}'}}\n\n", f"'{ENDPOINT}', {headers}}}\n\n")
    work.write("stacks/main.yaml", text)
    assert work.gcsync("apply", "--auto-approve").code == 0
    hand.change("conversations", enabled=False)
    ran = work.gcsync("accept")
    assert (ran.code, "a-plain-secret" in ran.out + ran.err, "(sensitive value)" in ran.out) == (0, False, True)
    assert "a-plain-secret" in (work.folder / "stacks/main.yaml").read_text()


def test_only_reading_requests_are_sent(applied: Workplace, hand: Hand) -> None:
    hand.change("conversations", enabled=False)
    hand.requests()
    assert applied.gcsync("accept").code == 0
    assert {line.split()[0] for line in hand.requests() if "oauth" not in line} == {"GET"}


def test_a_file_that_cannot_be_written_leaves_all_as_they_were(
    work: Workplace, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = "version: 1\nstreams:\n  part:\n    destinations: [{protocol: https, url: '%s/part'}]\n"
    work.write("stacks/main.yaml", TEXT.replace("streams:", "include: [parts/*.yaml]\nstreams:", 1))
    work.write("stacks/parts/one.yaml", part % ENDPOINT)
    assert work.gcsync("apply", "--auto-approve").code == 0
    before = {path: path.read_bytes() for path in (work.folder / "stacks").rglob("*.yaml")}
    for name in ("conversations", "part"):
        hand.change(name, enabled=False)
    real = os.replace

    def fail(source: str, target: str) -> None:
        if Path(target).name == "main.yaml" or Path(source).name.startswith(".main.yaml"):
            raise OSError(28, "No space left on device", str(target))
        real(source, target)

    monkeypatch.setattr("gcsync.adopt.files.os.replace", fail)
    assert work.gcsync("accept").code == 1
    assert {path: path.read_bytes() for path in (work.folder / "stacks").rglob("*.yaml")} == before


def test_an_unknown_attribute_is_a_mistake(applied: Workplace) -> None:
    ran = applied.gcsync("accept", "--attribute", "enabeld")
    assert (ran.code, "GC600" in ran.err) == (1, True)


def test_an_emulator_of_its_own(offline: Workplace) -> None:
    offline.write("stacks/main.yaml", TEXT)
    assert offline.gcsync("apply", "--auto-approve", "--emulator").code == 0
    assert offline.gcsync("accept", "--emulator").code == 0
