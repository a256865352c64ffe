"""A file is there whole or not at all."""

from pathlib import Path

import pytest

from flights.records.atomic_files import replace_whole, write_whole


def test_file_appears_with_all_its_content(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.json", b"{}")
    assert (tmp_path / "a.json").read_bytes() == b"{}"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_error_while_writing_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.json", b"old")
    with pytest.raises(ValueError), replace_whole(tmp_path / "a.json") as stream:
        stream.write(b"half of the n")
        raise ValueError
    assert (tmp_path / "a.json").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_readers_see_the_old_file_until_the_new_one_is_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.json", b"old")
    with replace_whole(tmp_path / "a.json") as stream:
        stream.write(b"new")
        stream.flush()
        assert (tmp_path / "a.json").read_bytes() == b"old"
    assert (tmp_path / "a.json").read_bytes() == b"new"
