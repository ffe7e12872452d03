"""The zip: the same files give the same bytes, and Lambda can read them."""

from __future__ import annotations

import io
import zipfile

from hypothesis import given, settings
from hypothesis import strategies as st

from gcsync.receiver.packaging.archive import zipped

NAMES = st.from_regex(r"[a-z]{1,5}(/[a-z]{1,5}){0,2}\.py", fullmatch=True)


@settings(max_examples=25)
@given(st.dictionaries(NAMES, st.binary(max_size=100), max_size=8), st.randoms())
def test_the_bytes_depend_on_the_files_alone(files: dict[str, bytes], random: object) -> None:
    shuffled = dict(sorted(files.items(), key=lambda _: random.random()))  # type: ignore[attr-defined]
    content = zipped(files)
    assert zipped(shuffled) == content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files
        assert archive.namelist() == sorted(files)


def test_every_file_can_be_read_by_everybody_and_is_of_one_time() -> None:
    with zipfile.ZipFile(io.BytesIO(zipped({"a.py": b"1", "b/c.py": b"2"}))) as archive:
        for entry in archive.infolist():
            assert (entry.external_attr >> 16, entry.create_system) == (0o100644, 3)
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
