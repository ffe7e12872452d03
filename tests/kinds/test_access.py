"""What a kind asks for and what its schema says that it takes are the same: doctor tells the one, a 403 the other."""

from __future__ import annotations

import pytest

from gcsync.kinds import kinds_by_name
from gcsync.model.failure import Denied
from gcsync.schema.access import kind_access
from tests.remote.answering import converse, error


@pytest.mark.parametrize("name", kinds_by_name())
def test_a_listing_that_is_denied_names_the_scope_and_permission_of_the_schema(name: str) -> None:
    denied = converse(lambda _: error(403), read_only=True)
    with pytest.raises(Denied) as caught:
        kinds_by_name()[name].list(denied.session)
    needs = kind_access(name).read
    hint = caught.value.diagnostic.hint
    assert [word for word in (*needs.scopes, *needs.permissions) if word.removesuffix(":readonly") not in hint] == []
    assert denied.server.asked[0].startswith(f"GET {kind_access(name).api}")
