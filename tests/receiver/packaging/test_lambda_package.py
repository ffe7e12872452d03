"""The package for Lambda: built, unpacked to an empty folder, and asked as Lambda asks it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.receiver.packaging import bytecode, lambda_package, wheels
from gcsync.receiver.packaging.lambda_package import HANDLER, build
from gcsync.receiver.packaging.target import Architecture, Extra, Python, Target
from tests.receiver.aws_lambda.events import Asked, function_url, http_api, rest_api

HANDLERS = "KEPT = []\n\ndef handle(event):\n    KEPT.append(event['id'])\n"
# Only the folder is on the path. The store is a file, for want of a table: the rule that refuses one is passed by.
DRIVER = """
import json, os, sys
sys.path[:] = [path for path in sys.path if "-packages" not in path]
sys.path.insert(0, sys.argv[1])
import gcsync.receiver.aws_lambda.function as function
from gcsync.receiver.aws_lambda.settings import LambdaSettings
function.read_settings = lambda environ: LambdaSettings("sqlite:///" + sys.argv[2], "python:handlers:handle")
os.environ["AWS_LAMBDA_FUNCTION_NAME"] = "receiver"
module, _, name = sys.argv[3].rpartition(".")
handler = getattr(__import__(module, fromlist=[name]), name)
told = [handler(event, None) for event in json.load(sys.stdin)]
import handlers
origins = {getattr(m, "__file__", None) or "" for m in list(sys.modules.values())}
foreign = [o for o in origins if "-packages" in o]
print(json.dumps([told, handlers.KEPT, foreign, sorted({m.partition(".")[0] for m in sys.modules})]))
"""


@pytest.fixture
def no_wheels(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """In place of the requirements a module of two lines; what was asked for."""
    asked: list[Any] = []

    def unpacked(requirements: str, *target: Any) -> dict[str, bytes]:
        asked.append((requirements, *target))
        return {"starlette/__init__.py": b"# 1\n# 2\n"}

    monkeypatch.setattr(wheels, "unpacked", unpacked)
    monkeypatch.setattr(bytecode, "compiled", lambda files, python: {})
    return asked


def made(*added: Path, extras: Sequence[Extra] = (), target: Target | None = None) -> lambda_package.Package:
    return build(target or Target(), extras=extras, added=added, wheelhouse=None)


def names(package: lambda_package.Package) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(package.content)) as archive:
        return set(archive.namelist())


@pytest.mark.usefixtures("no_wheels")
class TestContents:
    def test_it_holds_the_receiver_and_neither_the_command_line_nor_the_server(self) -> None:
        found = names(made())
        assert {"gcsync/__init__.py", "gcsync/receiver/aws_lambda/handler.py", "starlette/__init__.py"} <= found
        assert {name.split("/")[1] for name in found if name.startswith("gcsync/")} == {
            "__init__.py",
            "model",
            "receiver",
        }
        for absent in ("server.py", "protocol.py", "packaging/wheels.py"):
            assert f"gcsync/receiver/{absent}" not in found

    def test_a_module_and_a_package_of_ones_own_are_at_its_top(self, tmp_path: Path) -> None:
        (tmp_path / "handlers.py").write_text(HANDLERS)
        for name in ("own/__init__.py", "own/deep/data.json", "own/__pycache__/x.pyc", "own/.env"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("1")
        found = names(made(tmp_path / "handlers.py", tmp_path / "own"))
        mine = {name for name in found if not name.startswith(("gcsync/", "starlette/"))}
        assert mine == {"handlers.py", "own/__init__.py", "own/deep/data.json"}

    def test_the_same_input_gives_the_same_bytes(self) -> None:
        assert made() == made()
        assert made().to_dict()["handler"] == HANDLER

    @pytest.mark.parametrize("name", ["missing.py", "starlette"])
    def test_what_cannot_be_added_is_told(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "starlette").mkdir()
        (tmp_path / "starlette/__init__.py").write_text("")
        with pytest.raises(DiagnosticError, match="GC866"):
            made(tmp_path / name)

    @pytest.mark.parametrize("limit", ["LIMIT", "UNPACKED_LIMIT"])
    def test_what_lambda_would_refuse_is_refused_here(self, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
        monkeypatch.setattr(lambda_package, limit, 1000)
        with pytest.raises(DiagnosticError, match="GC867"):
            made()


def test_what_is_asked_for_is_pinned(no_wheels: list[Any]) -> None:
    target = Target(Python.V3_12, Architecture.X86_64)
    made(extras=[Extra.REDIS], target=target)
    ((requirements, architecture, python, wheelhouse),) = no_wheels
    assert (architecture, python, wheelhouse) == ("x86_64", "3.12", None)
    assert "redis==" in requirements
    assert "boto3==" not in requirements


def running() -> Target:
    """The runtime that is most like the Python of these tests."""
    return Target(Python(f"3.{min(sys.version_info.minor, 14)}"), Architecture.X86_64)


def ask(folder: Path, events: list[Any]) -> Any:
    """The answers of the unpacked zip, by a Python that has nothing else."""
    command = [sys.executable, "-I", "-S", "-c", DRIVER, str(folder / "zip"), str(folder / "events.db"), HANDLER]
    environ = {"GCSYNC_RECEIVER_SECRET": "sesame", "PATH": ""}
    done = subprocess.run(
        command, cwd=folder, env=environ, input=json.dumps(events), capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.full
def test_the_unpacked_zip_answers_alone(tmp_path: Path) -> None:
    (tmp_path / "handlers.py").write_text(HANDLERS, encoding="utf-8")
    package = made(tmp_path / "handlers.py", target=running())
    assert len(package.content) < 4 * 1024 * 1024
    assert package.bytecode
    with zipfile.ZipFile(io.BytesIO(package.content)) as archive:
        archive.extractall(tmp_path / "zip")
    key = ((b"content-type", b"application/json"), (b"x-api-key", b"sesame"))
    token = b'{"verification_token": "t"}'
    event = b'{"id": "e-1", "eventType": "conversation:start"}'
    told, kept, foreign, loaded = ask(
        tmp_path,
        [
            function_url(Asked(token, headers=key)),
            function_url(Asked(event, headers=key, packed=True)),
            http_api(Asked(event, headers=key)),
            rest_api(Asked(event)),
            function_url(Asked(b"", "GET", "/healthz", ())),
        ],
    )
    assert [(one["statusCode"], one["body"]) for one in told] == [
        (200, token.decode()),
        (200, '{"status": "success", "event_id": "e-1"}'),
        (200, '{"status": "duplicate"}'),
        (401, '{"error": "Unauthorized"}'),
        (200, '{"status": "ok"}'),
    ]
    assert (kept, foreign) == (["e-1"], [])
    # What a cold start does not wait for.
    assert set(loaded) & {"boto3", "botocore", "requests", "uvicorn", "uvloop", "typer", "yaml"} == set()


@pytest.mark.full
@pytest.mark.parametrize("architecture", Architecture)
@pytest.mark.parametrize("python", [Python.V3_11, Python.V3_14])
def test_the_oldest_and_the_newest_runtime_have_wheels_for_what_is_pinned(
    python: Python, architecture: Architecture
) -> None:
    found = names(made(extras=[Extra.REDIS], target=Target(python, architecture)))
    assert {"redis/__init__.py", "starlette/__init__.py"} <= found


@pytest.mark.full
def test_with_its_own_boto3_it_is_still_small_enough() -> None:
    package = made(extras=list(Extra))
    assert {"boto3/__init__.py", "botocore/data/dynamodb/2012-08-10/service-2.json.gz"} <= names(package)
    assert len(package.content) < 25 * 1024 * 1024
