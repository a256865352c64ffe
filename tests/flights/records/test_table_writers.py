"""Exports carry the sentence, guard spreadsheets, and keep what a machine needs."""

import csv
import io
import json
from datetime import timedelta

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import worlds
from worlds import DAY, SOURCE

from flights import CONTENTS_SENTENCE
from flights.archive import Archive
from flights.errors import InvalidInput
from flights.records import FLIGHT, Header, conform, guard_text, not_asked, open_writer

HEADER = Header(
    'a note, "quoted"',
    {"source": SOURCE},
    [worlds.entry(), worlds.entry(DAY + timedelta(days=1), "partial"), not_asked(SOURCE, DAY)],
)
KINDS = ("csv", "json", "parquet")


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    archive = Archive(tmp_path_factory.mktemp("export"))
    archive.write_day(worlds.records(12))
    return archive.load("flights", SOURCE, DAY, DAY)


def written(kind: str, *frames: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    writer = open_writer(kind, stream, HEADER)
    for frame in frames:
        writer.write(frame)
    writer.close()
    return stream.getvalue()


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"))))


def test_csv_has_every_column_and_the_note_in_each_row(flights: pd.DataFrame) -> None:
    rows = read_csv(written("csv", flights.iloc[:5], flights.iloc[5:]))
    assert len(rows) == 12
    assert list(rows[0]) == [*(column.name for column in FLIGHT), "note"]
    assert {row["note"] for row in rows} == {HEADER.note}
    assert rows[0]["firstseen"].endswith("Z")
    assert pd.Timestamp(rows[3]["firstseen"]) == flights["firstseen"].iloc[3].floor("s")
    assert rows[0]["day"] == "2050-03-10"


def test_csv_without_a_row_says_the_note_in_its_head(flights: pd.DataFrame) -> None:
    content = written("csv", flights.iloc[:0], flights.iloc[:0])
    assert read_csv(content) == []
    head = next(csv.reader(io.StringIO(content.decode("utf-8"))))
    assert head == [*(column.name for column in FLIGHT), f"note: {HEADER.note}"]
    mixed = written("csv", flights.iloc[:0], flights)
    assert mixed == written("csv", flights)


def test_json_says_what_it_is_and_which_days_it_lacks(flights: pd.DataFrame) -> None:
    told = json.loads(written("json", flights.iloc[:5], flights.iloc[5:]))
    assert told["contents"] == CONTENTS_SENTENCE
    assert told["note"] == HEADER.note
    assert told["days"] == 3
    assert [each["status"] for each in told["days_not_complete"]] == ["partial", "not asked"]
    assert len(told["flights"]) == 12
    lost = flights["origin"].isna()
    assert [row["origin"] is None for row in told["flights"]] == lost.tolist()
    assert "NaN" not in written("json", flights).decode()


def test_parquet_keeps_types_and_carries_the_sentence(flights: pd.DataFrame) -> None:
    content = written("parquet", flights.iloc[:5], flights.iloc[5:])
    table = pq.read_table(io.BytesIO(content))
    assert table.schema.metadata[b"contents"].decode() == CONTENTS_SENTENCE
    assert json.loads(table.schema.metadata[b"header"])["source"] == SOURCE
    pd.testing.assert_frame_equal(table.to_pandas(), flights)


@pytest.mark.parametrize("kind", KINDS)
def test_no_flights_still_give_a_whole_file_with_columns(kind: str, flights) -> None:
    content = written(kind, flights.iloc[:0])
    if kind == "csv":
        assert content.decode().startswith("source,day,flight_id,")
    elif kind == "json":
        assert json.loads(content)["flights"] == []
    else:
        assert pq.read_table(io.BytesIO(content)).column_names == list(flights.columns)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_from_a_radio_is_no_formula_in_a_spreadsheet(start: str, flights) -> None:
    evil = f"{start}HYPERLINK(1)"
    frame = flights.assign(callsign=evil, registration=evil)
    row = read_csv(written("csv", frame))[0]
    shown = f"'{evil}".replace("\r", " ")
    assert row["callsign"] == row["registration"] == shown
    assert float(row["first_latitude"]) == flights["first_latitude"].iloc[0]  # numbers stay
    assert json.loads(written("json", frame))["flights"][0]["callsign"] == evil


def test_guard_leaves_missing_text_missing() -> None:
    frame = pd.DataFrame({"a": ["=1", None, "x"], "n": [-1.0, None, 2.0]})
    guarded = guard_text(frame)
    assert guarded["a"].tolist()[0::2] == ["'=1", "x"]
    assert guarded["a"].isna().tolist() == [False, True, False]
    assert guarded["n"].equals(frame["n"])


def test_strange_bytes_in_text_do_not_break_a_line(flights: pd.DataFrame) -> None:
    frame = flights.assign(callsign='a"b,\nc\u2028')
    rows = read_csv(written("csv", frame))
    assert len(rows) == 12
    assert rows[0]["callsign"] == 'a"b,\nc\u2028'


def test_unknown_format_is_named() -> None:
    with pytest.raises(InvalidInput, match="'xml' is not a format"):
        open_writer("xml", io.BytesIO(), HEADER)


def test_worlds_are_in_schema() -> None:
    assert isinstance(conform("flights", worlds.flights(3)), pa.Table)
