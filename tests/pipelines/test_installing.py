"""Every way to install gcsync: the image, the wheelhouse, the action's script, the pre-commit hook."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.house.source import ROOT
from tests.pipelines import containerfile
from tests.pipelines.project import Project
from tests.pipelines.workflows import install

HOOKS = ROOT / ".pre-commit-hooks.yaml"
BASE = re.compile(r"PYTHON=python:3\.\d+-slim@sha256:[0-9a-f]{64}")
PACKAGED = ("gcsync", "schemas", "ci", "LICENSE", "README.md", "pyproject.toml")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What .dockerignore lets into a build."""
    folder = tmp_path_factory.mktemp("image") / "source"
    folder.mkdir()
    for entry in (*PACKAGED, *(path.name for path in ROOT.glob("requirements*.txt"))):
        if (ROOT / entry).is_dir():
            # Other tests write bytecode meanwhile, by way of files that are gone again.
            shutil.copytree(ROOT / entry, folder / entry, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / entry, folder / entry)
    return folder


@pytest.fixture(scope="module")
def wheels(checkout: Path) -> Path:
    """The wheelhouse, as the first stage of the image makes it: with ci/wheelhouse.sh, as `make wheelhouse` does."""
    for command in [*containerfile.runs("source"), *containerfile.runs("wheels")]:
        containerfile.do(command, checkout, checkout.parent)
    return checkout.parent / "wheels"


def of_image(name: str) -> list[str]:
    return containerfile.of_stage("", name)


class TestContainerfile:
    def test_every_stage_has_one_base_that_is_pinned_by_its_digest(self) -> None:
        found = list(containerfile.instructions())
        assert BASE.fullmatch(found[0].value)
        assert {one.value.partition(" ")[0] for one in found if one.name == "FROM"} == {"${PYTHON}", "source"}

    def test_the_image_is_run_by_nobody_in_particular_and_has_no_pip(self) -> None:
        assert of_image("USER") == ["65532:65532"]
        assert of_image("ENTRYPOINT") == ['["/gcsync/bin/gcsync"]']
        assert [run.partition(" --")[0] for run in of_image("RUN")] == ["python -m pip uninstall"]
        assert of_image("COPY") == ["--from=installed /gcsync /gcsync"]
        assert of_image("HEALTHCHECK") == ["NONE"]

    def test_only_what_the_wheel_is_made_of_is_sent_to_the_build(self) -> None:
        lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
        assert sorted(line[1:] for line in lines) == sorted([*PACKAGED, "requirements*.txt"])

    @pytest.mark.full
    def test_hadolint_finds_nothing(self) -> None:
        hadolint = Path(sys.executable).parent / "hadolint"
        ran = subprocess.run([str(hadolint), str(containerfile.FILE)], capture_output=True, text=True, timeout=900)
        assert (ran.returncode, ran.stdout) == (0, "")

    @pytest.mark.full
    def test_its_steps_install_a_gcsync_that_works_from_wheels_alone(self, wheels: Path) -> None:
        root = wheels.parent
        (command,) = containerfile.runs("installed")
        assert "gcsync 0." in containerfile.do(command, root, root)
        assert list((root / "gcsync/lib").glob("python*/site-packages/pip")) == []
        works(root / "gcsync/bin/gcsync", root)


@pytest.mark.full
def test_the_wheelhouse_installs_without_any_registry(wheels: Path, tmp_path: Path) -> None:
    house = Path(shutil.copytree(wheels, tmp_path / "wheelhouse"))
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "fresh")], check=True, timeout=900)
    pip = [str(tmp_path / "fresh/bin/python"), "-m", "pip", "install", "--quiet", "--no-index", "-f", str(house)]
    alone = {"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull}
    locked = [*pip, "--require-hashes", "-r", str(house / "requirements.txt")]
    subprocess.run(locked, env=alone, check=True, timeout=900)
    works(tmp_path / "fresh/bin/gcsync", tmp_path)
    next(house.glob("gcsync-*.whl")).write_bytes(b"another")
    spoilt = subprocess.run([*locked, "--force-reinstall"], env=alone, capture_output=True, text=True, timeout=900)
    assert spoilt.returncode != 0


@pytest.mark.full
def test_the_actions_script_installs_what_is_pinned(checkout: Path, tmp_path: Path) -> None:
    command = [str(checkout / "ci/install.sh"), str(tmp_path / "gcsync")]
    environ = {**os.environ, "PYTHON": sys.executable}
    subprocess.run(command, env=environ, check=True, timeout=900)
    works(tmp_path / "gcsync/bin/gcsync", tmp_path)
    unknown = subprocess.run([*command, "everything"], env=environ, capture_output=True, text=True, timeout=900)
    assert (unknown.returncode, 'no extra "everything"' in unknown.stderr) == (1, True)


def works(program: Path, folder: Path) -> None:
    """It validates and plans the example against its own emulator, and writes to the current folder alone."""
    stacks = ROOT / "stacks/event-stream.yaml"
    environ = {"AWS_EVENTBRIDGE_ENDPOINT_URL": "https://events.example.com", "XDG_STATE_HOME": str(folder / "state")}
    for command in ("validate", "plan"):
        arguments = [command, str(stacks), *(["--emulator"] if command == "plan" else [])]
        ran = subprocess.run([str(program), *arguments], cwd=folder, env=environ, capture_output=True, timeout=900)
        assert ran.returncode == 0, ran.stderr


class TestPreCommit:
    def test_the_hook_checks_the_whole_folder_with_the_command_that_needs_no_credentials(self) -> None:
        (hook,) = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
        chosen = {name: hook[name] for name in ("id", "entry", "language", "pass_filenames")}
        wanted = {"id": "gcsync-validate", "entry": "gcsync validate", "language": "python", "pass_filenames": False}
        assert chosen == wanted

    def test_the_example_names_the_hook(self) -> None:
        example = yaml.safe_load((ROOT / "docs/ci/pre-commit-config.yaml").read_text(encoding="utf-8"))
        assert [hook["id"] for repository in example["repos"] for hook in repository["hooks"]] == ["gcsync-validate"]

    @pytest.mark.full
    def test_pre_commit_lets_a_good_stack_pass_and_stops_a_bad_one(self, tmp_path: Path) -> None:
        """With `language: system`, so that no environment is built; the rest is the hook as users get it."""
        (hook,) = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
        config = {"repos": [{"repo": "local", "hooks": [hook | {"language": "system"}]}]}
        project = Project.begin(tmp_path / "repository")
        project.commit({".pre-commit-config.yaml": yaml.safe_dump(config)})
        install(tmp_path / "bin")
        passed = pre_commit(project, tmp_path)
        assert (passed.returncode, "Passed" in passed.stdout) == (0, True), passed.stdout
        project.commit({"stacks/contact-center.yaml": "version: 1\nstack: contact-center\nstreems: {}\n"})
        stopped = pre_commit(project, tmp_path)
        assert (stopped.returncode, "stacks/contact-center.yaml:3:1" in stopped.stdout) == (1, True), stopped.stdout


def pre_commit(project: Project, folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "pre-commit"
    environ = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "PRE_COMMIT_HOME": str(folder / "cache")}
    return subprocess.run(
        [str(program), "run", "--all-files", "--color=never"],
        cwd=project.folder,
        env=environ | {"HOME": str(folder), "GIT_CONFIG_GLOBAL": os.devnull},
        capture_output=True,
        text=True,
        timeout=900,
    )
