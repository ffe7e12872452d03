"""The pictures of the docs are made by a script, from real runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.house.source import ROOT

PICTURES = (
    "graph.svg",
    "report-dark.png",
    "report-drift-dark.png",
    "report-drift-light.png",
    "report-light.png",
    "report-phone.png",
    "terminal-drift.svg",
    "terminal-plan.svg",
)
COMMENT = ("comment-dark.png", "comment-light.png")
LARGEST = 200_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    line = [sys.executable, "-m", "docs.pictures.make", str(folder)]
    subprocess.run(line, cwd=ROOT, check=True, capture_output=True, timeout=900)
    return folder


@pytest.mark.full
def test_each_picture_is_made_and_small(folder: Path) -> None:
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    assert sorted(sizes) == sorted((*PICTURES, *COMMENT))
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}


@pytest.mark.full
def test_no_picture_is_blank_or_asks_for_something(folder: Path) -> None:
    from PIL import Image

    for path in folder.glob("*.png"):
        colors = Image.open(path).convert("RGB").getcolors(1 << 24)
        assert colors is not None
        assert max(count for count, _ in colors) < 0.97 * sum(count for count, _ in colors), path.name
    for path in folder.glob("*.svg"):
        text = path.read_text(encoding="utf-8")
        assert len(list(ElementTree.fromstring(text.encode()).iter())) > 20, path.name
        assert re.findall(r"(?:href|src|url)\W{1,3}(?:https?:|//)", text) == []


@pytest.mark.full
def test_the_pictures_show_what_the_runs_said(folder: Path) -> None:
    plan, drift = (
        "".join(ElementTree.parse(folder / f"terminal-{name}.svg").getroot().itertext()).replace("\xa0", " ")
        for name in ("plan", "drift")
    )
    assert "Destroys 1 object: 1 to delete." in plan
    assert "1 drifted" in drift
    assert "not-a-real-key" not in plan + drift


def test_every_picture_that_a_page_shows_is_there() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for name in re.findall(r"docs/pictures/([\w.-]+)|\(pictures/([\w.-]+)\)", page.read_text(encoding="utf-8")):
            assert (ROOT / "docs/pictures" / "".join(name)).is_file(), (page.name, name)
