"""docs/troubleshooting.md: what each row says is printed is what the command prints when that joint is broken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from tests.e2e.breaks import BREAKS, SECRET, Break, Receiver, Site
from tests.e2e.workplace import Hand, Workplace
from tests.house.source import ROOT
from tests.receiver.serving import served
from tests.verify.endpoints import HOST

HANDLER = "def handle(event):\n    raise RuntimeError('the database is gone')\n"
PAGE = ROOT / "docs/troubleshooting.md"


@dataclass(frozen=True)
class Row:
    """`…` in what is said and in the cure stands for anything: a port, a date."""

    symptom: str
    command: str
    exit_code: int
    said: str
    cure: str


def rows() -> list[Row]:
    """The rows of the page's table, below its head."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]
    return [Row(symptom, command.strip("`"), int(code), said, cure) for symptom, command, code, said, cure in cells]


def plain(text: str) -> str:
    """In one line and without the marks of Markdown."""
    return " ".join(text.replace("`", "").split())


def pattern(cell: str) -> str:
    return ".*?".join(re.escape(part) for part in plain(cell).split("…"))


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    folder = tmp_path_factory.mktemp("receiver")
    (folder / "handlers.py").write_text(HANDLER, encoding="utf-8")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    leaf = authority.issue_cert(HOST, "127.0.0.1")
    leaf.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    tls = ("--tls-cert", "server.pem", "--tls-key", "server.pem")
    with served(
        folder, *tls, "--sink", "python:handlers:handle", "--auth", "header:X-Api-Key", GCSYNC_RECEIVER_SECRET=SECRET
    ) as running:
        yield Receiver(running.url, folder)


@pytest.fixture
def site(work: Workplace, hand: Hand, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    work.environ["REQUESTS_CA_BUNDLE"] = str(receiver.folder / "authority.pem")
    return Site(work, hand, tmp_path, receiver, monkeypatch)


def test_every_row_has_its_break_and_every_break_its_row() -> None:
    assert len(rows()) == len(BREAKS)
    assert len({row.symptom for row in rows()}) == len(BREAKS)


IN_SHORT = ("missing_write_scope", "lonely_certificate", "stripped_body", "too_narrow")
"""Broken in every run; all of them in `make test-full`."""


def marks(function: Break) -> list[pytest.MarkDecorator]:
    return [] if function.__name__ in IN_SHORT else [pytest.mark.full]


@pytest.mark.parametrize(
    "number", [pytest.param(at, id=one.__name__, marks=marks(one)) for at, one in enumerate(BREAKS)]
)
def test_a_broken_joint_is_named_with_its_cure(site: Site, number: int) -> None:
    row, function = rows()[number], BREAKS[number]
    function(site)
    assert site.said is not None
    arguments, ran = site.said
    asked = [word for word in row.command.split()[1:] if word.lower() == word]
    assert [word for word in arguments if word in asked] == asked
    printed = plain(ran.out + ran.err)
    assert ran.code == row.exit_code, printed
    cure = "" if row.cure.startswith("nothing: ") else pattern(row.cure)
    assert re.search(f"{pattern(row.said)}.*?{cure}", printed), printed
    assert SECRET not in ran.out + ran.err
