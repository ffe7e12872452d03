from __future__ import annotations

from gcsync.model.acceptance import Acceptance, Hunk, LineKind, Rewritten, Taken
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.views.style import Style
from gcsync.views.text_accept import render_acceptance

LINES = (
    (LineKind.KEPT, "  a:"),
    (LineKind.REMOVED, "    enabled: true"),
    (LineKind.ADDED, "    enabled: \x1b[31mfalse"),
    (LineKind.ADDED, "    name: b"),
)
FILE = Rewritten("stacks/main.yaml", (Hunk(4, 4, LINES),), (Taken(Address("stream", "a"), "enabled"),))
REFUSED = Diagnostic("GC732", "the value is sensitive")

PLAIN = """\
--- stacks/main.yaml
+++ stacks/main.yaml
@@ -4,2 +4,3 @@
   a:
-    enabled: true
+    enabled: \\x1b[31mfalse
+    name: b

Pending, and left as it is declared: 2 resources.
Accepted 1 attribute in 1 file, 1 refused.
"""


def test_a_unified_diff_and_what_came_of_it() -> None:
    assert render_acceptance(Acceptance((FILE,), (REFUSED,), pending=2), Style()) == PLAIN


def test_colours_tell_what_goes_from_what_comes() -> None:
    text = render_acceptance(Acceptance((FILE,)), Style(color=True))
    assert "\x1b[31m-    enabled: true\x1b[0m" in text
    assert "\x1b[32m+    name: b\x1b[0m" in text


def test_the_closing_line_says_what_was_not_done() -> None:
    assert render_acceptance(Acceptance(), Style()) == "Nothing to accept: nothing was changed outside gcsync.\n"
    assert render_acceptance(Acceptance(refused=(REFUSED,)), Style()) == "Nothing was accepted, 1 refused.\n"
    dry = render_acceptance(Acceptance((FILE,)), Style(), dry_run=True)
    assert dry.splitlines()[-1] == "Would accept 1 attribute in 1 file. Nothing was written: --dry-run."
