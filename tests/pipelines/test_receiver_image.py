"""The image of the receiver: who it runs as, what it can write to, and that it ends in order."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.house.source import ROOT
from tests.pipelines import containerfile
from tests.pipelines.test_installing import PACKAGED


def of_image(name: str) -> list[str]:
    return containerfile.of_stage("receiver", name)


def environment() -> dict[str, str]:
    """What ENV sets."""
    (line,) = of_image("ENV")
    return dict(entry.split("=", 1) for entry in shlex.split(line))


def test_it_runs_as_nobody_in_particular_and_writes_to_its_volume_alone() -> None:
    assert of_image("USER") == ["65532:65532"]
    assert of_image("VOLUME") == ['["/data"]']
    assert of_image("WORKDIR") == ["/data"]
    assert of_image("COPY") == ["--from=receiver-installed /gcsync /gcsync"]
    (run,) = of_image("RUN")
    assert [part.split()[:4] for part in run.split(" && ")] == [
        ["python", "-m", "pip", "uninstall"],
        ["install", "-d", "-o", "65532"],
    ]


def test_the_process_gets_the_signal_itself() -> None:
    assert json.loads(of_image("ENTRYPOINT")[0]) == ["/gcsync/bin/gcsync", "receiver", "serve"]
    assert of_image("STOPSIGNAL") == ["SIGTERM"]


def test_it_listens_on_every_address_of_the_container_and_asks_for_a_credential() -> None:
    assert environment()["GCSYNC_RECEIVER_HOST"] == "0.0.0.0"
    assert [name for name in environment() if "AUTH" in name or "SECRET" in name] == []


@pytest.mark.full
def test_its_steps_install_a_receiver_that_answers_is_healthy_and_ends_with_0(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for entry in (*PACKAGED, *(path.name for path in ROOT.glob("requirements*.txt"))):
        copy = shutil.copytree if (ROOT / entry).is_dir() else shutil.copy
        copy(ROOT / entry, source / entry)  # type: ignore[operator]
    for command in [*containerfile.runs("source"), *containerfile.runs("receiver-wheels")]:
        containerfile.do(command, source, tmp_path)
    for command in containerfile.runs("receiver-installed"):
        containerfile.do(command, tmp_path, tmp_path)
    assert list((tmp_path / "gcsync/lib").glob("python*/site-packages/pip")) == []
    (tmp_path / "data").mkdir()
    serve(tmp_path)
    assert {path.name.partition("-")[0] for path in (tmp_path / "data").iterdir()} >= {"events.db", "events.jsonl"}


def serve(root: Path) -> None:
    """Start it as the image does, with another port and address; deliver an event; look at its health; end it."""
    inside = {name: value.replace("/gcsync", f"{root}/gcsync") for name, value in environment().items()}
    inside |= {"GCSYNC_RECEIVER_HOST": "127.0.0.1", "GCSYNC_RECEIVER_PORT": "0", "GCSYNC_RECEIVER_SECRET": "sesame"}
    inside["PATH"] = os.environ["PATH"]
    command = [f"{root}{word}" if word.startswith("/") else word for word in json.loads(of_image("ENTRYPOINT")[0])]
    process = subprocess.Popen(command, cwd=root / "data", env=inside, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        body = b'{"id": "e-1", "eventType": "x"}'
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(url, body, {"X-Api-Key": "sesame", "Content-Type": "application/json"})
        with direct.open(request, timeout=900) as answer:
            assert answer.read() == b'{"status": "success", "event_id": "e-1"}'
        (health,) = of_image("HEALTHCHECK")
        program, *rest = json.loads(health.partition(" CMD ")[2])
        port = url.split(":")[2].partition("/")[0]
        for wanted, where in ((0, port), (1, "1")):
            ran = subprocess.run(
                [f"{root}{program}", *rest],
                env=inside | {"GCSYNC_RECEIVER_PORT": where},
                capture_output=True,
                timeout=900,
            )
            assert ran.returncode == wanted
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=900) == 0
    finally:
        process.kill()
        process.communicate()
