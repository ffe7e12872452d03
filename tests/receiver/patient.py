"""`python -m tests.receiver.patient`: gcsync, with all the time that a slow machine needs to send its last spans."""

from __future__ import annotations

from gcsync.__main__ import main
from gcsync.receiver import telemetry

if __name__ == "__main__":
    telemetry.END_SECONDS = 180.0  # type: ignore[misc]
    main()
