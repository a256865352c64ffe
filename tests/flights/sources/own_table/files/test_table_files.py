"""Files as they come: any encoding and divider, and nothing that fills the memory."""

import gzip
import subprocess
import sys
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flights.errors import BadPayload, InvalidInput
from flights.sources.own_table.columns.mapping import read_head
from flights.sources.own_table.files import csv_rows
from flights.sources.own_table.files.chunks import Table
from flights.sources.own_table.files.opening import NotUtf8, as_latin, open_table, read_chunks

pytestmark = pytest.mark.slow

ROWS = "hex,from,takeoff\n4d0103,ELLX,2025-06-13 14:02Z\n4d0104,ELLX,2025-06-13 14:03Z\n"


def put(tmp_path: Path, content: str | bytes, name: str = "mine.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(table: Table) -> list[tuple[int, tuple[str | None, ...]]]:
    found = []
    for chunk in read_chunks(table):
        found += [(int(n), tuple(c)) for n, c in zip(chunk.lines, chunk.cells, strict=True)]
        found += [(n, tuple(cells)) for n, cells in chunk.odd]
    return sorted(found)


WANTED = [
    (2, ("4d0103", "ELLX", "2025-06-13 14:02Z")),
    (3, ("4d0104", "ELLX", "2025-06-13 14:03Z")),
]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_divider_and_any_line_end_are_read(tmp_path: Path, delimiter: str, ending: str) -> None:
    text = ROWS.replace(",", delimiter).replace("\n", ending)
    table = open_table(put(tmp_path, text))
    assert table.columns == ("hex", "from", "takeoff")
    assert rows(table) == WANTED


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16-LE"),
        ("utf-16-be", "UTF-16-BE"),
        ("utf-32", "UTF-32"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_encoding_is_found_and_said_where_it_was_assumed(
    tmp_path: Path, encoding: str, said: str
) -> None:
    text = ROWS.replace("hex", "hex numéro").replace("4d0104", "é")
    table, head = read_head(open_table(put(tmp_path, text.encode(encoding))))
    assert table.columns[0] == "hex numéro"
    assert head.cells[1][0] == "é"
    assert said in " ".join(table.notes)
    assert bool(said) == bool(table.notes)


def test_latin_text_far_down_is_noticed_and_read_as_such(tmp_path: Path) -> None:
    path = put(tmp_path, (ROWS * 20_000).encode() + "é,ELLX,x\n".encode("cp1252"))
    table = open_table(path)
    assert table.encoding == "utf-8"
    with pytest.raises(NotUtf8):
        rows(table)
    latin = as_latin(table)
    assert rows(latin)[-1][1][0] == "é"
    assert "Windows-1252" in latin.notes[0]


def test_gzip_is_known_by_what_it_holds(tmp_path: Path) -> None:
    table = open_table(put(tmp_path, gzip.compress(ROWS.encode()), "mine.txt"))
    assert rows(table) == WANTED


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04xx", "save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0xx", "old Excel"),
        (b"BZh9xx", "bzip2"),
        (b"%PDF-1.4", "PDF"),
        (b"one column\n1\n", "only one column"),
        (b",".join([b"x"] * 501) + b"\n", "501 columns"),
    ],
)
def test_other_files_are_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        open_table(put(tmp_path, content))


def test_missing_file_and_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.csv", tmp_path):
        with pytest.raises(InvalidInput, match="cannot be read"):
            open_table(path)


def test_line_of_a_row_is_where_it_begins(tmp_path: Path) -> None:
    text = 'hex,note\n1,"a\nb\r\nc"\n2,x\n\n3,"y\n"\n4,z,more\n5,w\n'
    table = open_table(put(tmp_path, text))
    assert [(n, cells[0]) for n, cells in rows(table)] == [
        (2, "1"),
        (5, "2"),
        (7, "3"),
        (9, "4"),
        (10, "5"),
    ]


def test_lines_are_right_across_blocks_and_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_rows, "BLOCK_ROWS", 7)
    monkeypatch.setattr(csv_rows, "CHUNK_ROWS", 20)
    lines, text = [], "n,note\n"
    for n in range(300):
        lines.append(text.count("\n") + 1)
        text += f'{n},"{"a" if n % 5 else chr(10) * (n % 4)}"\n'
    found = rows(open_table(put(tmp_path, text)))
    assert [n for n, _ in found] == lines
    assert [cells[0] for _, cells in found] == [str(n) for n in range(300)]


def test_rows_with_other_numbers_of_cells_are_kept_apart(tmp_path: Path) -> None:
    table = open_table(put(tmp_path, ROWS + "a,b\nc,d,e,f\n   \n,\n"))
    chunks = list(read_chunks(table))
    assert [n for chunk in chunks for n, _ in chunk.odd] == [4, 5]
    assert sum(len(chunk.cells) for chunk in chunks) == 2


def test_heads_become_names_of_their_own(tmp_path: Path) -> None:
    table = open_table(put(tmp_path, "time,time,,\x07a\u202eb," + "x" * 200 + "\n1,2,3,4,5\n"))
    assert table.columns == ("time", "time (2)", "column 3", "ab", "x" * 80)


@pytest.mark.parametrize(
    "row",
    ['1,"open\n2,b,c\n' * 3, '1,"a"b,c\n', '1,"' + "x" * 140_000 + '",c\n'],
    ids=["open quote", "text after a quote", "huge cell"],
)
def test_broken_quotes_and_huge_cells_refuse_the_table_and_say_where(
    tmp_path: Path, row: str
) -> None:
    table = open_table(put(tmp_path, ROWS * 4_000 + row))
    with pytest.raises(BadPayload, match=r"mine.csv, line 12\d\d\d"):
        rows(table)


def test_line_without_end_is_refused(tmp_path: Path) -> None:
    for text in (ROWS + "x" * 2_000_000, ROWS + "a," * 1_000_000, "a," * 1_000_000):
        with pytest.raises((BadPayload, InvalidInput)):
            rows(open_table(put(tmp_path, text)))


def test_row_that_never_ends_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "MOST_IN_BLOCK", 100_000)
    table = open_table(put(tmp_path, ROWS + '"x\n",' * 50_000))
    with pytest.raises(BadPayload, match="too many characters"):
        rows(table)


def test_rows_unlike_the_head_are_not_counted_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_rows, "MOST_ODD", 10)
    with pytest.raises(BadPayload, match="Check that it is one table"):
        rows(open_table(put(tmp_path, ROWS + "a,b\n" * 11)))


def test_long_file_is_refused_before_it_is_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_rows, "MOST_LINES", 1000)
    table = open_table(put(tmp_path, gzip.compress(b"a,b\n" + b"\n" * 2_000_000)))
    with pytest.raises(BadPayload, match="1,000 lines"):
        rows(table)
    monkeypatch.undo()
    monkeypatch.setattr(csv_rows, "MOST_ROWS", 30_000)
    with pytest.raises(BadPayload, match="more than 30,000 rows"):
        rows(open_table(put(tmp_path, ROWS * 20_000, "rows.csv")))


@pytest.mark.parametrize("cut", [30, 200, -4])
def test_cut_or_damaged_gzip_is_refused(tmp_path: Path, cut: int) -> None:
    packed = gzip.compress((ROWS * 5000).encode())[:cut]
    with pytest.raises(BadPayload, match=r"gzip|incomplete"):
        rows(open_table(put(tmp_path, packed)))


def test_nul_bytes_are_only_strange_text(tmp_path: Path) -> None:
    found = rows(open_table(put(tmp_path, ROWS + "4d\x000103,ELLX,x\n")))
    assert found[-1][1][0] == "4d\x000103"


def test_text_that_breaks_its_own_encoding_is_refused(tmp_path: Path) -> None:
    content = (ROWS * 20_000).encode("utf-16-le") + b"\x00\xd8\x41\x00"
    table = open_table(put(tmp_path, content))
    with pytest.raises(BadPayload, match="utf-16-le"):
        rows(table)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_a_sentence(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = put(Path(folder), content)
        try:
            table, _ = read_head(open_table(path))
            rows(table)
        except (InvalidInput, BadPayload) as error:
            assert str(error)


BOMB = """
import gzip, resource, sys
from pathlib import Path
from flights.errors import FlightDataError
from flights.sources.own_table.columns.mapping import read_head
from flights.sources.own_table.files.opening import open_table, read_chunks
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    for chunk in read_chunks(read_head(open_table(Path(sys.argv[1])))[0]):
        pass
except FlightDataError as error:
    print(error)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize("fill", [b"x", b'"\n', b",", b"a,\n"])
def test_bomb_takes_no_memory(tmp_path: Path, fill: bytes) -> None:
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(ROWS.encode() + b'"' * (fill == b'"\n'))
        for _ in range(10):
            file.write(fill * (2_000_000 // len(fill)))
    done = subprocess.run(
        [sys.executable, "-c", BOMB, str(path)],
        cwd=Path(__file__).parents[5],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert int(done.stdout.split()[-1]) < 200


def write(tmp_path: Path, **columns: pa.Array) -> Path:
    pq.write_table(pa.table(columns), tmp_path / "mine.parquet")
    return tmp_path / "mine.parquet"


def test_parquet_values_become_the_text_a_csv_would_hold(tmp_path: Path) -> None:
    when = datetime(2025, 6, 13, 14, 2, tzinfo=UTC)
    columns = {
        "zoned": pa.array([when], pa.timestamp("ns", tz="Europe/Berlin")),
        "bare": pa.array([when.replace(tzinfo=None)], pa.timestamp("us")),
        "epoch": pa.array([1749823320.5]),
        "whole": pa.array([1749823320.0]),
        "day": pa.array([date(2025, 6, 13)]),
        "clock": pa.array([time(14, 2)]),
        "coded": pa.array(["CLX"]).dictionary_encode(),
        "money": pa.array([Decimal("1.50")]),
        "large": pa.array(["x"], pa.large_string()),
        "nothing": pa.array([None], pa.float64()),
    }
    (found,) = rows(open_table(write(tmp_path, **columns)))
    assert found[0] == 1
    texts = dict(zip(columns, found[1], strict=True))
    assert texts["zoned"] == "2025-06-13 16:02:00.000000+0200"
    assert texts["bare"] == "2025-06-13 14:02:00.000000"
    assert (texts["epoch"], texts["whole"]) == ("1749823320.5", "1749823320")
    assert (texts["day"], texts["clock"]) == ("2025-06-13", "14:02:00.000000")
    assert (texts["coded"], texts["money"], texts["large"]) == ("CLX", "1.50", "x")
    assert texts["nothing"] is None


def test_nested_columns_are_left_out_and_named(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        hex=pa.array(["4d0103"]),
        time=pa.array([1]),
        points=pa.array([[1, 2]]),
        more=pa.array([{"a": 1}]),
        raw=pa.array([b"x"]),
    )
    table = open_table(path)
    assert table.columns == ("hex", "time")
    assert "points, more, raw" in table.notes[0]


def test_damaged_parquet_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, a=pa.array(["x" * 50] * 5000), b=pa.array(range(5000)))
    whole = path.read_bytes()
    with pytest.raises(BadPayload, match="cannot be read as Parquet"):
        open_table(put(tmp_path, whole[:-9], "short.parquet"))
    broken = bytearray(whole)
    broken[4:60] = b"\xff" * 56
    with pytest.raises(BadPayload, match="after row 0"):
        rows(open_table(put(tmp_path, bytes(broken), "broken.parquet")))


def test_parquet_with_a_huge_cell_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, a=pa.array(["x" * 200_000]), b=pa.array([1]))
    with pytest.raises(BadPayload, match="200,000"):
        rows(open_table(path))
