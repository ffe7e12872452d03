"""gcsync against a server that makes its answers up: each is read, or refused with a clear error, never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.contract import document, prism
from tests.contract.journeys import declare
from tests.contract.strict_server import Manner, Organization, serve
from tests.e2e.workplace import Ran, Workplace, credentials_for

pytestmark = pytest.mark.full

STATIC: tuple[str, ...] = ()
SEEDS = [("--dynamic", "--seed", str(seed)) for seed in (1, 2, 3)]
COMMANDS = ("plan", "drift", "list")


@contextmanager
def made_up(work: Workplace, described: dict[str, Any], *options: str) -> Iterator[None]:
    """Commands of `work` speak to Prism's mock of a document; at the end all that they asked agrees with it."""
    declare(work)
    with serve(Organization(Manner())) as login, prism.mock(work.folder.parent, described, *options) as mock:
        work.environ |= credentials_for(login) | {"GENESYS_CLOUD_API_URL": mock.url}
        yield
        assert [line for line in mock.violations() if not _is_expected(line)] == []
        assert f"get {document.LISTING}" in mock.requests()


def _is_expected(line: str) -> bool:
    """What Prism makes up does not always agree with the document itself, and it says that too. The kinds that the
    document does not have are asked for all the same: there may be objects of the stack whose section left the file."""
    if "Violation: response" in line:
        return True
    return "NO_PATH_MATCHED" in line and any(f"get {path} " in line for path in _OTHER_KINDS)


_OTHER_KINDS = ("/api/v2/integrations", "/api/v2/processautomation/triggers")


def assert_clearly_refused(ran: Ran) -> None:
    assert (ran.code, ran.err.count("error[GC3"), ran.err.count("hint: ")) == (1, 1, 1), ran.out + ran.err


@pytest.mark.parametrize("options", [STATIC, *SEEDS], ids=["static", "seed 1", "seed 2", "seed 3"])
def test_a_listing_with_made_up_page_numbers_is_refused(work: Workplace, options: tuple[str, ...]) -> None:
    with made_up(work, document.with_the_organization(), *options):
        for command in COMMANDS:
            assert_clearly_refused(work.gcsync(command))


@pytest.mark.parametrize("options", SEEDS, ids=["seed 1", "seed 2", "seed 3"])
def test_made_up_objects_are_read(work: Workplace, options: tuple[str, ...]) -> None:
    with made_up(work, document.with_a_single_page(), *options):
        plan = work.gcsync("plan")
        assert (plan.code, "3 to create" in plan.last_line) == (0, True), plan.err
        assert work.gcsync("drift").last_line.startswith("Drift: 0 drifted, 3 missing, ")
        assert work.gcsync("list").code == 0


def test_the_documents_own_example_is_adopted_by_its_name(work: Workplace) -> None:
    with made_up(work, document.with_a_single_page()):
        work.write("stacks/one.yaml", (work.folder / "stacks/one.yaml").read_text().replace("Silent", "string"))
        plan = work.gcsync("plan")
        assert (plan.code, "2 to create" in plan.last_line, "1 to adopt" in plan.last_line) == (0, True, True), plan.err
