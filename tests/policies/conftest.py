from __future__ import annotations

from tests.e2e.conftest import offline, work

__all__ = ["offline", "work"]
