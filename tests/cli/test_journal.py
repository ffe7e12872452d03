"""The journal's files: how many are kept, which are left alone, and what becomes of one that cannot be written."""

from __future__ import annotations

import json
import os
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from gcsync.cli.journal import JournalFile, Occasion, journal_of, prune, tell_journals
from gcsync.cli.options import Common
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.journal import Beginning, Ending, State, WriteStatus
from gcsync.model.journal_reading import MAX_LINE_BYTES, read_journal
from gcsync.model.outcome import Outcome, Report, Status
from gcsync.model.plan import Action, Change, Operation, Plan, Step
from tests.engine.organization import TARGET

ADDRESS = Address("stream", "a")
CHANGE = Change(ADDRESS, Action.CREATE, "genesyscloud_event_stream", "a")
PLAN = Plan("team", "team@dev", TARGET, (CHANGE,), (Step(ADDRESS, Operation.CREATE),), environment="dev")
CREATE = Beginning(ADDRESS, "create", "create", None, ("name",))


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def report(status: Status = Status.DONE, interrupted: int | None = None) -> Report:
    return Report("team", (Outcome(CHANGE, status, Action.CREATE, "id-1"),), interrupted)


def write_one(plan: Plan = PLAN, status: Status = Status.DONE) -> Report:
    with journal_of(plan, Occasion("apply", ("a.yaml",)), Common()) as journal:
        journal.end(journal.begin(CREATE), Ending(WriteStatus.DONE, "id-1", 1))
        return journal.closed(report(status))


def files() -> list[Path]:
    return sorted(Path(".gcsync").glob("journal-*"))


def test_a_journal_is_for_its_owner_alone_and_named_by_time_and_stack() -> None:
    done = write_one()
    (path,) = files()
    assert done.journal == str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ("-team@dev-" in path.name, path.suffix) == (True, ".jsonl")
    with path.open("rb") as lines:
        journal = read_journal(path.name, lines)
    assert (journal.closed, journal.header.owner, journal.header.paths) == (True, "team@dev", ("a.yaml",))


def test_a_plan_that_writes_nothing_has_no_journal() -> None:
    assert write_one(replace(PLAN, steps=())).journal is None
    assert files() == []


def test_a_line_is_out_of_the_process_before_its_write_leaves() -> None:
    with journal_of(PLAN, Occasion(), Common()) as journal:
        number = journal.begin(CREATE)
        assert json.loads(files()[0].read_text().splitlines()[-1])["begin"] == number


def test_many_threads_write_whole_lines_each_with_its_number() -> None:
    with journal_of(PLAN, Occasion(), Common()) as journal:
        threads = [threading.Thread(target=lambda: [journal.begin(CREATE) for _ in range(50)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    numbers = [json.loads(line)["begin"] for line in files()[0].read_text().splitlines()[1:]]
    assert numbers == list(range(1, 401))


def test_the_newest_fifty_stay() -> None:
    folder = Path(".gcsync")
    folder.mkdir()
    names = [f"journal-20200101T0000{number:02}.000Z-team-abc.jsonl" for number in range(60)]
    for name in names:
        (folder / name).write_text("{}\n")
    write_one()
    assert [path.name for path in files()[:-1]] == names[11:]


def test_the_oldest_go_when_all_are_too_large_together(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"journal-{number}.jsonl").write_bytes(b"x" * 100)
    prune(tmp_path, size=250)
    assert sorted(path.name for path in tmp_path.glob("journal-*")) == ["journal-2.jsonl", "journal-3.jsonl"]


def test_one_that_is_being_written_stays_however_old() -> None:
    with journal_of(PLAN, Occasion(), Common()) as journal:
        prune(Path(".gcsync"), files=0)
        assert journal.path is not None
        assert journal.path.exists()
    prune(Path(".gcsync"), files=0)
    assert files() == []


def test_an_object_that_is_too_large_for_a_line_is_left_out_and_the_write_is_not() -> None:
    large = State("id-1", "a", {"description": "x" * MAX_LINE_BYTES})
    with journal_of(PLAN, Occasion(), Common()) as journal:
        journal.begin(replace(CREATE, before=large))
    line = json.loads(files()[0].read_text().splitlines()[-1])
    assert line["before"] == {"id": "id-1", "name": "a", "attributes": {}, "marker": None, "omitted": True}


def test_a_file_that_takes_no_more_is_told_once_and_the_writes_go_on() -> None:
    told: list[Diagnostic] = []
    journal = JournalFile(os.open(os.devnull, os.O_RDONLY), told.append, Path("journal-1.jsonl"))
    assert [journal.begin(CREATE), journal.begin(CREATE)] == [1, 2]
    journal.end(1, Ending(WriteStatus.DONE))
    journal.closed(report())
    assert [diagnostic.code for diagnostic in told] == ["GC671"]


@pytest.mark.parametrize(
    ("ended", "always", "shown"),
    [
        (report(), False, False),
        (report(), True, True),
        (report(Status.FAILED), False, True),
        (report(Status.SKIPPED), False, True),
        (report(Status.NOT_VERIFIED), False, True),
        (report(interrupted=2), False, True),
    ],
)
def test_the_path_is_told_when_not_all_was_done(
    ended: Report, always: bool, shown: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    tell_journals([replace(ended, journal="j")], always=always)
    out, err = capsys.readouterr()
    assert (out, err == "Journal: j (plan back: gcsync plan --undo j)\n") == ("", shown)
