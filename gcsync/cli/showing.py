"""How plans are shown: the plan where the result belongs, warnings on stderr."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

from gcsync.cli import output

if TYPE_CHECKING:
    from gcsync.cli.options import Common
    from gcsync.model.diagnostic import Diagnostic
    from gcsync.model.plan import Plan


def show(plans: Sequence[Plan], common: Common, stream: TextIO) -> None:
    """The plans as text. What is wrong with them is a part of it; a warning is not, and goes to stderr."""
    from gcsync.views.text_plan import render_plan

    tell_warnings(plans, common)
    style = output.style_of(stream, no_color=common.no_color)
    output.write(f"\n{render_plan([without_warnings(plan) for plan in plans], style)}", stream)
    if stream is sys.stdout:
        _tell_codes(plans)


def _tell_codes(plans: Sequence[Plan]) -> None:
    """On stderr, in a line, that the plan has errors or is refused: whoever reads stderr alone must learn of it."""
    errors = {found.code for plan in plans for found in plan.diagnostics if not _is_warning(found)}
    refusals = {found.code for plan in plans for found in plan.refusals}
    for codes, said in ((errors, "The plan has errors"), (refusals, "apply refuses this plan")):
        if codes:
            output.notice(f"{said}: {', '.join(sorted(codes))}; the plan tells more.")


def show_json(plans: Sequence[Plan], common: Common) -> None:
    """The plans as one JSON document on stdout; all that is to be said about them on stderr too."""
    from gcsync.views.json_plan import render_json_plan

    tell_diagnostics(plans, common)
    output.result(render_json_plan(plans))


def tell_diagnostics(plans: Sequence[Plan], common: Common) -> None:
    """All that is to be said about plans, on stderr."""
    found = [diagnostic for plan in plans for diagnostic in (*plan.diagnostics, *plan.refusals)]
    output.report(found, output.style_of(sys.stderr, no_color=common.no_color))


def tell_warnings(plans: Sequence[Plan], common: Common) -> None:
    """The warnings of plans, on stderr."""
    found = [diagnostic for plan in plans for diagnostic in plan.diagnostics if _is_warning(diagnostic)]
    output.report(found, output.style_of(sys.stderr, no_color=common.no_color))


def without_warnings(plan: Plan) -> Plan:
    """The plan with its errors alone."""
    return replace(plan, diagnostics=tuple(found for found in plan.diagnostics if not _is_warning(found)))


def _is_warning(diagnostic: Diagnostic) -> bool:
    from gcsync.model.diagnostic import Severity

    return diagnostic.severity is Severity.WARNING
