"""The actions of others that the workflows use, played; and gcsync's own, run as its action.yml says."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from tests.house.source import ROOT
from tests.pipelines.expressions import fill, text
from tests.pipelines.workflows import Artifact, Step, Steps

if TYPE_CHECKING:
    from tests.pipelines.workflows import _JobRun

Inputs = Mapping[str, str]


def play(job: _JobRun, uses: str, inputs: Inputs, environ: Mapping[str, str], step: Step) -> None:
    """Play or run what a step uses; its outcome and outputs go into `step`."""
    action, _, commit = uses.partition("@")
    assert len(commit.split()[0]) == 40, f"{uses} is not pinned"
    step.outcome = "success"
    if action == "OWNER/gcsync":
        _own_action(job, inputs, environ, step)
    else:
        _PLAYED[action](job, inputs, step)


def _own_action(job: _JobRun, inputs: Inputs, environ: Mapping[str, str], step: Step) -> None:
    described = yaml.load((ROOT / "action.yml").read_text(encoding="utf-8"), yaml.BaseLoader)
    unknown = set(inputs) - set(described["inputs"])
    assert not unknown, f"action.yml has no input {unknown}"
    defaults = {name: fill(one.get("default", ""), job.contexts) for name, one in described["inputs"].items()}
    steps = Steps(
        job,
        described["runs"]["steps"],
        {**environ, "GITHUB_ACTION_PATH": str(ROOT)},
        {name: text(value) for name, value in (defaults | dict(inputs)).items()},
    )
    steps.play()
    step.log = "".join(inner.log for inner in steps.played)
    step.outcome = "failure" if steps.failed else "success"
    outputs = {name: fill(one["value"], steps.contexts) for name, one in described["outputs"].items()}
    step.outputs = {name: text(value) for name, value in outputs.items()}


def _checkout(job: _JobRun, inputs: Inputs, step: Step) -> None:
    assert inputs.get("persist-credentials") == "false"
    command = ["git", "-C", str(job.workspace)]
    subprocess.run(["git", "clone", "--quiet", str(job.github.repository), str(job.workspace)], check=True)
    subprocess.run([*command, "checkout", "--quiet", "--detach", job.run.event.sha], check=True)


def _upload(job: _JobRun, inputs: Inputs, step: Step) -> None:
    """As upload-artifact 4 and later: files keep their path below the least folder that holds them all."""
    pattern = inputs["path"]
    found = [Path(pattern)] if Path(pattern).is_absolute() else sorted(job.workspace.glob(pattern))
    if not found:
        assert inputs["if-no-files-found"] in ("error", "ignore")
        step.outcome = "failure" if inputs["if-no-files-found"] == "error" else "success"
        return
    hidden = any(part.startswith(".") for path in found if job.workspace in path.parents for part in _inner(job, path))
    assert not hidden or inputs.get("include-hidden-files") == "true", "upload-artifact leaves hidden files out"
    base = _base(pattern, job.workspace, found)
    files = {str(path.relative_to(base)): path.read_bytes() for path in found}
    head = job.run.event.payload.get("pull_request", {}).get("head", {}).get("sha", job.run.event.sha)
    artifacts = job.github.artifacts
    artifacts[:] = [one for one in artifacts if (one.run, one.name) != (job.run, inputs["name"])]
    artifacts.append(Artifact(5000 + len(artifacts), inputs["name"], job.run, head, files))


def _base(pattern: str, workspace: Path, found: list[Path]) -> Path:
    """The folder from which the names of an artefact count: that of one path, or the part before the first wildcard."""
    if "*" not in pattern:
        return found[0].parent
    return workspace / pattern.partition("*")[0].rpartition("/")[0]


def _inner(job: _JobRun, path: Path) -> tuple[str, ...]:
    return path.relative_to(job.workspace).parts


def _download(job: _JobRun, inputs: Inputs, step: Step) -> None:
    wanted = [one for one in job.github.artifacts if _is_wanted(job, one, inputs)]
    if not wanted:
        step.outcome = "failure"
        step.log = "Unable to find the artifact"
        return
    for name, content in wanted[-1].files.items():
        path = job.workspace / inputs["path"] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _is_wanted(job: _JobRun, artifact: Artifact, inputs: Inputs) -> bool:
    if artifact.expired:
        return False
    if "artifact-ids" in inputs:
        assert inputs["github-token"], "an artefact of another run needs a token"
        return [str(artifact.id), str(artifact.run.id)] == [inputs["artifact-ids"], inputs["run-id"]]
    return (artifact.run, artifact.name) == (job.run, inputs["name"])


def _upload_sarif(job: _JobRun, inputs: Inputs, step: Step) -> None:
    shutil.copy(inputs["sarif_file"], job.home / "uploaded.sarif")


def _nothing(job: _JobRun, inputs: Inputs, step: Step) -> None:
    return


_PLAYED: Mapping[str, Callable[[_JobRun, Inputs, Step], None]] = {
    "actions/checkout": _checkout,
    "actions/setup-python": _nothing,
    "actions/upload-artifact": _upload,
    "actions/download-artifact": _download,
    "github/codeql-action/upload-sarif": _upload_sarif,
}
