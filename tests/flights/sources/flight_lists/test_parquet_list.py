"""OPDI's Parquet lists: their two forms, their odd texts, and files that are something else."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_lists import opdi_bytes

from flights.errors import BadPayload
from flights.sources.flight_lists import parquet_list
from flights.sources.flight_lists.parquet_list import read_parquet_list

SEEN = {"first_seen": "2024-03-05 23:50:00", "last_seen": "2024-03-06 01:30:00"}


def read(tmp_path, body: bytes) -> list[dict]:
    path = tmp_path / "flight_list_202403.parquet"
    path.write_bytes(body)
    return pa.concat_tables([batch.rows for batch in read_parquet_list(path)]).to_pylist()


def rewrite(tmp_path, change, **options):
    """A list whose table was changed, as bytes."""
    table = change(pq.read_table(pa.BufferReader(opdi_bytes([SEEN, SEEN]))))
    path = tmp_path / "changed.parquet"
    pq.write_table(table, path, **options)
    return path.read_bytes()


@pytest.mark.parametrize("times", ["text", "stamp", "zoned"])
@pytest.mark.parametrize("ids", ["number", "text"])
def test_every_form_gives_the_same_row(tmp_path, times, ids):
    (flight,) = read(tmp_path, opdi_bytes([SEEN], times=times, ids=ids))
    assert flight["firstseen"].isoformat() == "2024-03-05T23:50:00+00:00"
    assert flight["day"] == date(2024, 3, 5), "filed by the day it began"
    assert (flight["callsign"], flight["operator"], flight["model"]) == (
        "CLX9TK",
        "CLX",
        "747-8R7F",
    )
    assert flight["first_latitude"] is None and flight["last_altitude_ft"] is None


def test_blank_is_unknown_and_other_guesses_are_no_second_choice(tmp_path):
    given = {"adep": "", "ades": "  ", "adep_p": "EBLG", "ades_p": "LTAC", "flt_id": " "}
    (flight,) = read(tmp_path, opdi_bytes([{**SEEN, **given, "registration": ""}]))
    unknown = ("origin", "destination", "callsign", "registration")
    assert [flight[name] for name in unknown] == [None] * 4


def test_column_without_any_value_is_unknown(tmp_path):
    def without_airports(table):
        at = table.schema.get_field_index("adep")
        return table.set_column(at, "adep", pa.nulls(len(table)))

    assert read(tmp_path, rewrite(tmp_path, without_airports))[0]["origin"] is None


def test_names_in_capitals_and_codes_as_dictionaries_are_read(tmp_path):
    def shout(table):
        at = table.schema.get_field_index("adep")
        table = table.set_column(at, "adep", table["adep"].dictionary_encode())
        return table.rename_columns([name.upper() for name in table.column_names])

    assert read(tmp_path, rewrite(tmp_path, shout))[0]["origin"] == "ELLX"


def test_rows_come_in_pieces_over_many_row_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet_list, "ROWS_AT_ONCE", 7)
    path = tmp_path / "list.parquet"
    table = pq.read_table(pa.BufferReader(opdi_bytes([SEEN] * 50)))
    pq.write_table(table, path, row_group_size=20)
    batches = list(read_parquet_list(path))
    assert max(batch.rows.num_rows for batch in batches) <= 7
    assert sum(batch.rows.num_rows for batch in batches) == 50
    assert batches[-1].share == 1.0


def test_list_without_a_needed_column_is_refused_by_name(tmp_path):
    body = rewrite(tmp_path, lambda table: table.drop_columns(["adep", "last_seen"]))
    with pytest.raises(BadPayload, match=r"not an OPDI flight list.*missing: adep, last_seen"):
        read(tmp_path, body)


def test_column_that_stands_there_twice_is_refused(tmp_path):
    body = rewrite(tmp_path, lambda table: table.append_column("ADEP", table["adep"]))
    with pytest.raises(BadPayload, match="not an OPDI flight list"):
        read(tmp_path, body)


def test_times_of_another_kind_are_refused(tmp_path):
    def as_numbers(table):
        at = table.schema.get_field_index("first_seen")
        return table.set_column(at, "first_seen", pa.array([1_709_682_600] * len(table)))

    with pytest.raises(BadPayload, match="int64"):
        read(tmp_path, rewrite(tmp_path, as_numbers))


@pytest.mark.parametrize("place", [0.2, 0.5, 0.8])
def test_noise_inside_the_file_is_refused_or_shows_in_the_rows(tmp_path, place):
    body = bytearray(opdi_bytes([SEEN] * 500))
    at = int(len(body) * place)
    body[at : at + 60] = b"\xa5" * 60
    try:
        rows = read(tmp_path, bytes(body))
    except BadPayload as error:
        assert "flight_list_202403.parquet" in str(error)
    else:
        assert len(rows) == 500


def test_file_that_claims_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet_list, "MOST_ROWS", 1)
    with pytest.raises(BadPayload, match="has 2 rows; the limit"):
        read(tmp_path, opdi_bytes([SEEN, SEEN]))
    monkeypatch.setattr(parquet_list, "MOST_ROWS", 10)
    monkeypatch.setattr(parquet_list, "MOST_UNPACKED", 10)
    with pytest.raises(BadPayload, match="unpacks to"):
        read(tmp_path, opdi_bytes([SEEN, SEEN]))
