from __future__ import annotations

import json

from gcsync.model.drift import Owned
from gcsync.views.json_list import render_json_list


def test_the_objects_stand_on_one_line_by_owner_and_address() -> None:
    rows = [
        Owned("stream", "2", "b\n", "shop", "stream.b", False),
        Owned("stream", "1", "a", "shop", "stream.a", True, "cut"),
    ]
    text = render_json_list(rows)
    first = {"kind": "stream", "id": "1", "name": "a", "owner": "shop", "address": "stream.a"}
    second = {"kind": "stream", "id": "2", "name": "b\n", "owner": "shop", "address": "stream.b"}
    assert text.count("\n") == 1
    assert json.loads(text) == {
        "objects": [first | {"declared": True, "problem": "cut"}, second | {"declared": False, "problem": ""}]
    }
