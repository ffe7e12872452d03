from __future__ import annotations

import json

from gcsync.model.drift import Owned
from gcsync.views.json_list import render_json_list


def test_the_objects_stand_on_one_line_by_owner_and_address() -> None:
    rows = [
        Owned("stream", "2", "b\n", "shop", "stream.b", False),
        Owned("stream", "1", "a", "shop@dev", "stream.a", None, "cut"),
        Owned("stream", "3", "c", "shop", 'stream.c["x"]', True),
    ]
    text = render_json_list(rows)
    shop = {"kind": "stream", "owner": "shop", "stack": "shop", "environment": None, "problem": ""}
    first = shop | {"id": "2", "name": "b\n", "address": "stream.b", "key": "b", "declared": False, "orphan": True}
    second = shop | {
        "id": "3",
        "name": "c",
        "address": 'stream.c["x"]',
        "key": 'c["x"]',
        "declared": True,
        "orphan": False,
    }
    third = shop | {"id": "1", "name": "a", "address": "stream.a", "key": "a", "declared": None, "orphan": None}
    third |= {"owner": "shop@dev", "environment": "dev", "problem": "cut"}
    assert text.count("\n") == 1
    assert json.loads(text) == {"objects": [first, second, third]}
