from __future__ import annotations

import json

from gcsync.model.topic import Topic
from gcsync.views.json_topics import render_json_topics


def test_what_is_not_known_is_null_and_what_is_none_is_empty() -> None:
    text = render_json_topics([Topic("v2.a", "An a", ("All",), (), "Public", True), Topic("v2.b")], shipped=False)
    assert text.count("\n") == 1
    assert json.loads(text) == {
        "source": "organization",
        "topics": [
            {
                "id": "v2.a",
                "description": "An a",
                "transports": ["All"],
                "triggers": True,
                "permissions": [],
                "visibility": "Public",
                "source": None,
            },
            {
                "id": "v2.b",
                "description": None,
                "transports": None,
                "triggers": None,
                "permissions": None,
                "visibility": None,
                "source": None,
            },
        ],
    }


def test_the_shipped_list_says_that_it_is_that() -> None:
    assert json.loads(render_json_topics([], shipped=True)) == {"source": "shipped", "topics": []}
