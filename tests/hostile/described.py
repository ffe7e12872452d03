"""What schemathesis makes of the OpenAPI document: requests as described, and others, with all of its checks."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.e2e.workplace import clean_environment
from tests.hostile.judge import DOCUMENT
from tests.receiver.serving import SECRET, Served


def program() -> str | None:
    """schemathesis beside this Python, which only `make test-full` installs."""
    return shutil.which("schemathesis", path=str(Path(sys.executable).parent))


def described(
    running: Served, examples: int, seed: int, document: dict[str, Any] = DOCUMENT, secret: str = SECRET
) -> tuple[int, list[str]]:
    """How many requests were sent, and what is wrong with the answers."""
    chosen = program()
    assert chosen, "schemathesis is not installed: pip install -e '.[test-full]'"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "document.json").write_text(json.dumps(document))
        line = [chosen, "run", "document.json", "--url", running.url.rpartition("/")[0], "--checks", "all"]
        line += ["--header", f"X-Api-Key: {secret}", "--max-examples", str(examples), "--seed", str(seed)]
        line += ["--continue-on-failure", "--report-json-path", "report.json", "--generation-database", "none"]
        # A machine that is busy with something else is slow to answer, and slow to draw.
        line += ["--request-timeout", "180", "--suppress-health-check", "too_slow"]
        ended = subprocess.run(line, cwd=folder, env=clean_environment(), capture_output=True, text=True)
        file = Path(folder, "report.json")
        if not file.exists():
            return 0, [ended.stdout + ended.stderr]
        report = json.loads(file.read_text())
    said = [json.dumps(one)[:500] for one in [*report["failures"], *report["errors"]]]
    if ended.returncode and not said:
        said.append(ended.stdout)
    return report["test_cases"]["generated"], said
