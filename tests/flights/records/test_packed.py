"""Large tables that wait packed, and are written without ever lying there whole."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
import worlds
from hypothesis import given
from hypothesis import strategies as st
from worlds import DAY, SOURCE

from flights.archive import Archive
from flights.errors import BadPayload
from flights.records import PackedTable, conform, pack

SCHEMA = pa.schema([("key", pa.string()), ("number", pa.int64())])


def packed(*batches: list[tuple[str, int]]) -> PackedTable:
    tables = [
        pa.table({"key": [k for k, _ in b], "number": [n for _, n in b]}, schema=SCHEMA)
        for b in batches
    ]
    return PackedTable(SCHEMA, tuple(map(pack, tables)), sum(map(len, tables)))


@given(st.lists(st.integers(0, 9), max_size=6), st.integers(1, 12))
def test_pieces_are_all_rows_in_order_and_of_one_size(sizes: list[int], rows: int) -> None:
    numbers = iter(range(100))
    table = packed(*([("a", next(numbers)) for _ in range(size)] for size in sizes))
    pieces = list(table.pieces(rows))
    assert [n for piece in pieces for n in piece["number"].to_pylist()] == list(range(sum(sizes)))
    assert all(len(piece) == rows for piece in pieces[:-1])
    assert all(column.num_chunks == 1 for piece in pieces for column in piece.columns)
    assert table.whole()["number"].to_pylist() == list(range(sum(sizes)))


@pytest.mark.parametrize(
    "batches,ordered",
    [
        (([("a", 1), ("a", 2)], [], [("a", 2), ("b", 1)]), True),
        (([("a", 1), ("a", 0)],), False),
        (([("a", 1)], [("b", 1)], [("a", 2)]), False),
        (([("a", 5)], [("a", 4)]), False),
        ((), True),
    ],
)
def test_order_is_seen_inside_pieces_and_between_them(batches, ordered) -> None:
    assert packed(*batches).is_in_order(("key", "number")) is ordered


def test_rows_of_others_are_counted() -> None:
    table = packed([("a", 1), ("b", 1)], [("a", 1), ("a", 2)])
    assert table.count_rows_where({"key": "a", "number": 1}) == 2


def as_packed(table: pa.Table, at: int) -> PackedTable:
    parts = (table.slice(0, at), table.slice(at))
    return PackedTable(table.schema, tuple(map(pack, parts)), len(table))


def test_packed_table_is_stored_as_the_same_bytes(tmp_path: Path) -> None:
    day = worlds.records(6, seed=1)
    plain = Archive(tmp_path / "plain").write_day(day)
    tracks = conform("tracks", day.tracks).sort_by(
        [("icao24", "ascending"), ("seen_at", "ascending")]
    )
    for at in (0, 5, len(tracks)):
        given_packed = replace(day, tracks=as_packed(tracks, at))
        stored = Archive(tmp_path / str(at)).write_day(given_packed)
        assert stored.tables == plain.tables


def test_packed_table_out_of_order_is_put_in_order(tmp_path: Path) -> None:
    day = worlds.records(6, seed=1)
    plain = Archive(tmp_path / "plain").write_day(day)
    tracks = conform("tracks", day.tracks)
    backwards = tracks.take(list(reversed(range(len(tracks)))))
    stored = Archive(tmp_path / "b").write_day(replace(day, tracks=as_packed(backwards, 4)))
    assert stored.tables == plain.tables


def test_packed_rows_of_another_day_are_refused(tmp_path: Path) -> None:
    day, other = worlds.records(4, seed=1), worlds.records(4, seed=1)
    tracks = conform("tracks", other.tracks)
    index = tracks.schema.get_field_index("source")
    strange = tracks.set_column(index, "source", pa.array(["elsewhere"] * len(tracks)))
    archive = Archive(tmp_path)
    with pytest.raises(BadPayload, match="are of another source or day"):
        archive.write_day(replace(day, tracks=as_packed(strange, 3)))
    assert archive.entry(SOURCE, DAY).status == "not asked"
