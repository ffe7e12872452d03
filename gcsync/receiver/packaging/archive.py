"""A zip whose bytes depend on its files alone: sorted, of one time, with the rights that Lambda needs. No I/O."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Final

# The earliest moment that a zip can tell.
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_FILE = 0o100644
"""Lambda runs the code as a user of its own, who must be able to read it."""


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The zip of these files, each by its path with forward slashes."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.create_system = _UNIX
            entry.external_attr = _FILE << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name], compresslevel=9)
    return held.getvalue()
