from __future__ import annotations

from importlib import metadata

from gcsync.doctor.tool import check_versions
from gcsync.model.check import CheckStatus


def test_versions_of_the_tool_of_python_and_of_every_library_that_is_needed() -> None:
    versions, libraries = check_versions()
    assert (versions.status, libraries.status) == (CheckStatus.OK, CheckStatus.OK)
    assert versions.message.startswith("gcsync ")
    assert ", Python 3." in versions.message
    assert f"requests {metadata.version('requests')}" in libraries.message
    assert "pytest" not in libraries.message


def test_a_library_that_is_older_than_needed_or_lacks_is_named() -> None:
    def version_of(name: str) -> str:
        if name == "urllib3":
            raise metadata.PackageNotFoundError(name)
        return {"requests": "2.9.1"}.get(name, "999.1rc2")

    _, libraries = check_versions(version_of)
    assert (libraries.status, libraries.code) == (CheckStatus.FAIL, "GC690")
    parts = libraries.message.split(", ")
    assert "urllib3 is not installed" in parts
    assert any(part.startswith("requests 2.9.1 is older than 2.") for part in parts)
    assert len(parts) == 2
