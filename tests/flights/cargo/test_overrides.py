"""A user's own cargo list: read strictly, wins over the rules, and says so."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from flights.cargo import grade_flights, judge_overrides, parse_overrides, read_overrides
from flights.cargo.grades import COLUMNS
from flights.errors import InvalidInput

HEAD = "kind,value,grade,note\n"


def _judge(text: str, **flight: object) -> pd.Series:
    names = ("icao24", "registration", "callsign", "operator", "typecode", "model")
    flights = pd.DataFrame([{name: flight.get(name) for name in names}], dtype="str")
    flights = pd.concat([flights, grade_flights(flights)], axis=1)
    return judge_overrides(flights, parse_overrides((HEAD + text).encode())).iloc[0]


@pytest.mark.parametrize(
    ("row", "flight"),
    [
        ("icao24,4D0113,certain,", {"icao24": "4d0113"}),
        ("icao24,~2a1b3c,certain,", {"icao24": "~2a1b3c"}),
        ("registration,d-aala,certain,", {"registration": "D-AALA"}),
        ("callsign,abc12,certain,", {"callsign": " ABC12 "}),
        ("operator,ABC,certain,", {"callsign": "ABC12"}),
        ("operator,ABC,certain,", {"operator": "ABC"}),
        ("Typecode, B738 , Certain ,why", {"typecode": "B738"}),
    ],
)
def test_row_of_each_kind_finds_its_flight(row: str, flight: dict) -> None:
    judged = _judge(row, **flight)
    assert judged["cargo_grade"] == "certain"
    assert judged["cargo_rule"].startswith("own list: ")
    assert "line 2" in judged["cargo_source"]
    assert judged["cargo_conflict"] == "the rules say none"


@pytest.mark.parametrize(
    ("row", "flight"),
    [
        ("callsign,ABC1,certain,", {"callsign": "ABC12"}),
        ("operator,ABC,certain,", {"callsign": "ABCMEM"}),
        ("operator,ABC,certain,", {"callsign": "DEF1", "operator": "ABC"}),
        ("typecode,B738,certain,", {"typecode": "B739"}),
        ("registration,D-AALA,certain,", {}),
    ],
)
def test_row_leaves_other_flights_as_they_are(row: str, flight: dict) -> None:
    assert _judge(row, **flight)[COLUMNS].isna().all()


def test_row_that_agrees_with_the_rules_has_no_conflict() -> None:
    judged = _judge("callsign,CLX731,likely,", callsign="CLX731")
    assert judged["cargo_conflict"] is None or pd.isna(judged["cargo_conflict"])


def test_none_takes_a_grade_away_and_keeps_saying_why() -> None:
    judged = _judge("callsign,CLX731,none,ferry flight", callsign="CLX731", typecode="B748")
    assert pd.isna(judged["cargo_grade"])
    assert judged["cargo_rule"] == "own list: callsign CLX731 is none (ferry flight)"
    assert judged["cargo_conflict"].startswith("the rules say certain: type B748")


def test_more_telling_kind_wins_and_the_other_row_is_named() -> None:
    rows = "typecode,B748,none,\noperator,CLX,none,\nicao24,4d0113,certain,\n"
    judged = _judge(rows, icao24="4d0113", callsign="CLX731", typecode="B748")
    assert judged["cargo_grade"] == "certain"
    assert "icao24 4d0113" in judged["cargo_rule"]
    assert judged["cargo_conflict"] == (
        "line 3 of the list says none; line 2 of the list says none"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the first line of a cargo list is kind,value,grade,note"),
        ("icao24,4d0113,certain,\n", "the first line"),
        (HEAD + "hex,4d0113,certain,\n", "line 2: 'hex' is not a kind"),
        (HEAD + "\nicao24,xyz,certain,\n", "line 3: 'xyz' is not an address of six hex digits"),
        (HEAD + "operator,CL,certain,\n", "'CL' is not an ICAO designator"),
        (HEAD + "typecode,B748,sure,\n", "'sure' is not a grade. Use one of certain, likely"),
        (HEAD + "callsign,=1+1,certain,\n", "is not a callsign"),
        (HEAD + "callsign,A1,certain,a,b\n", "in quotes"),
        (HEAD + "callsign\n", "a row has kind, value, grade, note"),
        (HEAD + "callsign,A1,certain," + "x" * 300 + "\n", "a note is one line"),
        (HEAD + 'callsign,A1,certain,"a\nb"\n', "a note is one line"),
        (HEAD + "callsign,A1,none,\ncallsign,a1,certain,\n", "line 3: .* already in line 2"),
        (HEAD + 'callsign,A1,none,"open\n', "line 2: unexpected end"),
        (HEAD + "callsign,A1,none,\n" * 20_000, "more than 10000|already in line"),
        ("x" * (2 << 20), "larger than 1 MB"),
    ],
)
def test_file_that_is_no_list_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        parse_overrides(text.encode(), "mine.csv")


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(InvalidInput, match="UTF-8"):
        parse_overrides(b"kind,value,grade,note\ncallsign,A\xff,none,\n")


def test_list_knows_its_name_its_hash_and_its_text(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(b"\xef\xbb\xbfkind,value,grade,note\r\ncallsign,A1,none\r\n\r\n")
    own = read_overrides(path)
    assert own.name == "mine.csv"
    assert own.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert own.text.encode() == path.read_bytes()
    assert [row.value for row in own.rows] == ["A1"]
    assert own.describe().startswith("mine.csv (1 row, SHA-256 ")
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_overrides(tmp_path / "other.csv")


def test_lists_of_the_same_bytes_are_equal_whatever_their_names() -> None:
    one, two = (parse_overrides(HEAD.encode(), name) for name in ("a.csv", "b.csv"))
    assert one == two
    assert hash(one) == hash(two)
    assert one != parse_overrides((HEAD + "callsign,A1,none,\n").encode(), "a.csv")
