from __future__ import annotations

from gcsync.views.style import Style
from gcsync.views.text_list import render_list
from tests.views.golden import golden
from tests.views.scenes import owned_rows


def test_objects_stand_in_a_table_by_owner_and_address() -> None:
    assert render_list(owned_rows(), Style(width=120)) == golden("list")


def test_the_order_of_the_rows_means_nothing() -> None:
    assert render_list(owned_rows()[::-1], Style(width=120)) == golden("list")


def test_where_the_table_does_not_fit_each_object_has_its_lines() -> None:
    assert render_list(owned_rows()[:2], Style(width=60)) == (
        "contact-center  stream.conversations\n"
        "  aws-eventbridge-stream\n"
        "  0f9a\n"
        "contact-center  stream.legacy\n"
        "  日本語 stream\n"
        "  12ab\n"
        "  orphan: no stack file declares it\n"
        "\n"
        "2 objects; 1 orphan.\n"
    )


def test_no_objects() -> None:
    assert render_list([], Style()) == "No object in the organization bears a marker of gcsync.\n"
