from __future__ import annotations

from gcsync.views.markdown_failure import LONGEST, render_markdown_failure

SAID = (
    "error[GC107]: stacks/a.yaml:3:5: unknown key\n  hint: none\n\n::error file=stacks/a.yaml,line=3::unknown key\n\n"
)


def test_says_which_job_has_no_plan_and_why() -> None:
    assert render_markdown_failure("stacks/ prod", SAID) == (
        "### 🔴 `stacks/ prod`: no plan of this commit\n\n"
        "> [!CAUTION]\n"
        "> `gcsync plan` failed. A plan above is of an earlier push, and not what a merge would apply.\n\n"
        "```text\nerror[GC107]: stacks/a.yaml:3:5: unknown key\n  hint: none\n```\n"
    )


def test_nothing_that_was_said_ends_the_block_or_reaches_a_terminal() -> None:
    text = render_markdown_failure("`a`|<b>@all", "```\n</details>\x1b[31m @octocat\n")
    assert "`` `a`|<b>@all ``" in text
    assert "\n````text\n```\n</details>\\x1b[31m @octocat\n````\n" in text


def test_of_a_long_text_the_end_stays() -> None:
    text = render_markdown_failure("plan", "\n".join(f"line {number}" for number in range(9_999)))
    assert len(text) < LONGEST + 500
    assert "line 9998\n```\n" in text
    assert "\nThe last 2" in text
    assert " of 9999 lines:\n" in text
    assert len(render_markdown_failure("plan", "x" * 99_999)) < LONGEST + 500


def test_silence_is_told_too() -> None:
    assert render_markdown_failure("plan", "\n \n").endswith("It said nothing; the job's log may tell more.\n")
