"""Places in stack files as readers outside gcsync want them: relative paths, and relative URIs."""

from __future__ import annotations

import os
from urllib.parse import quote


def relative_path(file: str, folder: str, root: str = "") -> str:
    """`file`, a path from `folder`, as a path from `root`: with slashes, and never absolute where that can be.

    `folder` and `root` are absolute; without `root` it is `folder`. Without both, a relative path stays as it is.
    """
    root = root or folder
    if not root:
        return file.replace(os.sep, "/")
    try:
        return os.path.relpath(os.path.join(folder, file), root).replace(os.sep, "/")
    except ValueError:
        # Another drive of Windows: there is no way from here to there.
        return file.replace(os.sep, "/")


def relative_uri(file: str, folder: str) -> str:
    """The same as a URI reference (RFC 3986): what is not allowed in one is percent-encoded."""
    return quote(relative_path(file, folder).encode("utf-8", "surrogatepass"))
