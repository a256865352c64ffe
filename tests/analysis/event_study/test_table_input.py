"""A table of counts per day goes through the same rule as the archive."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.event_study import read_counts
from flights.errors import InvalidInput

VECTOR = Path(__file__).parents[1] / "made_vector.csv"


def write(folder: Path, text: str) -> Path:
    path = folder / "counts.csv"
    path.write_text(text, "utf-8")
    return path


def test_blank_count_and_day_without_a_row_are_missing(tmp_path: Path) -> None:
    text = "day,count,exposure\n2050-01-01,3,200\n2050-01-02,,210\n2050-01-04,0,190\n"
    counts = read_counts(write(tmp_path, text))
    assert counts.lower == (3.0, None, None, 0.0) == counts.upper
    assert counts.exposure == (200.0, None, None, 190.0)
    assert counts.status == ("complete", "missing", "missing", "complete")


def test_columns_are_found_by_name_or_by_place(tmp_path: Path) -> None:
    named = read_counts(write(tmp_path, "E,Flights,DATE\n200,3,2050-01-01\n"))
    placed = read_counts(write(tmp_path, "2050-01-01,3,200\n"))
    assert named == placed
    alone = read_counts(write(tmp_path, "2050-01-01,3\n2050-01-02,4\n"))
    assert alone.exposure == (1.0, 1.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "contains no day"),
        ("day,count\n", "contains no day"),
        ("when,count\n2050-01-01,1\n", "no column day"),
        ("day,count\n2050-01-02,1\n2050-01-01,1\n", "row 3: 2050-01-01 is before"),
        ("day,count\n2050-01-01,1\n2050-01-01,1\n", "row 3: 2050-01-01 is listed twice"),
        ("day,count\n\n2050-01-01,1\n\n\n2050-01-02,x\n", "row 6, count: 'x' is not a number"),
        ("day,count\n2050-01-01,1\n2500-01-01,1\n", "row 3: .* check the year"),
        ("day,count\n0001-01-01,1\n9999-12-31,1\n", "row 3: .* check the year"),
        ("day,count\n2050-01-01,1e300\n", "row 2, count: 1e300 is not between 0 and"),
        ("day,count\n2050-01-01,inf\n", "row 2, count: inf is not between 0 and"),
        ("day,count\n,1\n", "row 2: '' is not a date"),
        ("day;count\n2050-01-01;1,5\n", "row 2: a count is a whole number, not '1,5'"),
        ("day,number\n2050-01-01,1\n", "row 1: there is no column count"),
        ("just words", "row 1: there is no column day or count"),
        ("day,count\n2050-13-01,1\n", "row 2: '2050-13-01' is not a date"),
        ("day,count\n2050-01-01,one\n", "row 2, count: 'one' is not a number"),
        ("day,count\n2050-01-01,-1\n", "row 2, count: -1 is not between 0 and"),
        ("day,count\n2050-01-01,nan\n", "is not between 0 and"),
        ("day,count\n2050-01-01,1.5\n", "row 2: a count is a whole number"),
    ],
)
def test_table_that_cannot_be_followed(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_counts(write(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffday,count,exposure\r\n2050-01-01,3,200\r\n2050-01-02,,\r\n2050-01-03,0,190.5\r\n",
        "Date;Flights;E\n2050-01-01;3;200\n2050-01-02;;\n2050-01-03;0;190,5\n",
        "day\tcount\theard\n2050-01-01\t3\t200\n2050-01-02\t\t\n2050-01-03\t0\t190.5\n",
        '"Day" , "Count" ,"Exposure"\n\n"2050-01-01", 3 ,200\n2050-01-03,0.0,190.5\n\n',
        "exposure,count,remarks,day\n200,3,x,2050-01-01\n190.5,0,y,2050-01-03\n",
    ],
    ids=["windows", "semicolons", "tabs", "quotes and blank lines", "another order"],
)
def test_sloppy_tables_are_read(tmp_path: Path, text: str) -> None:
    counts = read_counts(write(tmp_path, text))
    assert counts.lower == (3.0, None, 0.0)
    assert counts.exposure == (200.0, None, 190.5)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("day,count\n2050-01-01,1\n".encode("utf-16"), "not a text file in UTF-8"),
        (b"day,count\n2050-01-01,\xff\n", "not a text file in UTF-8"),
        (b"day,count\n2050-01-01," + b"9" * 200_000 + b"\n", "cannot be read: field larger"),
    ],
)
def test_file_that_is_no_table(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "counts.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=said):
        read_counts(path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_counts(tmp_path / "none.csv")
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_counts(tmp_path)


def test_huge_table_is_left_unread_beyond_what_can_be_followed(tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    with path.open("w") as file:
        file.write("day,count\n")
        for day in pd.date_range("1900-01-01", periods=40_500).strftime("%Y-%m-%d"):
            file.write(f"{day},1\n")
        file.write("nonsense\n")
    with pytest.raises(InvalidInput, match=r"row 40003: .* more than 40,000 days after"):
        read_counts(path)


def test_table_of_one_row_is_answered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "day,count\n2050-01-01,3\n")
    assert main(["series", str(path), "--event", "2050-01-01"]) == 0
    assert capsys.readouterr().out.startswith("NO VERDICT (history)")


def test_table_without_exposure_says_that_it_is_taken_as_heard_alike(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, "day,count\n2050-01-01,3\n2050-01-02,\n")
    assert main(["series", str(path), "--event", "2050-01-01"]) == 0
    assert "the same reception is assumed on all days" in capsys.readouterr().out
    assert main(["series", str(VECTOR), "--event", "2050-09-08"]) == 0
    assert "heard alike" not in capsys.readouterr().out


def test_several_events_are_told_each_and_together(capsys: pytest.CaptureFixture[str]) -> None:
    days = ("2050-06-01", "2050-09-08", "2050-10-20")
    arguments = [word for day in days for word in ("--event", day)]
    assert main(["series", str(VECTOR), *arguments]) == 0
    out = capsys.readouterr().out
    assert "3 dates together: NO" in out and "Allowing for all 3 (Holm):" in out
    assert [line for line in out.splitlines() if line.startswith("From ")] == [
        "From 1 Jun 2050:",
        "From 8 Sep 2050:",
        "From 20 Oct 2050:",
    ]
    assert main(["series", str(VECTOR), *arguments, "--json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert len(plain["others"]) == 2 and len(plain["family"]["members"]) == 3
    assert plain["stack"]["verdict"]["kind"].startswith("no ")


def test_several_tables_are_a_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.csv"
    other.write_bytes(VECTOR.read_bytes())
    assert main(["series", str(VECTOR), str(other), "--event", "2050-09-08"]) == 0
    out = capsys.readouterr().out
    assert f"== {VECTOR}" in out and f"== {other}" in out
    assert "Allowing for all 2 (Benjamini-Hochberg):" in out
    assert out.count("What it carried cannot be inferred") == 1
    assert main(["series", str(VECTOR), str(other), "--event", "2050-09-08", "--json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert [each["study"]["title"] for each in plain["results"]] == [VECTOR.name, "other.csv"]
    assert plain["family"]["method"] == "Benjamini-Hochberg"
    assert plain["schema_version"] == plain["results"][0]["schema_version"]


def test_event_outside_one_of_the_tables_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    short = write(tmp_path, "day,count\n2050-01-01,3\n")
    assert main(["series", str(VECTOR), str(short), "--event", "2050-09-08"]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and f"{short}: The event of 2050-09-08 is outside" in captured.err


def test_windows_other_than_the_usual_are_exploratory(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["series", str(VECTOR), "--event", "2050-09-08", "--baseline", "28"]) == 0
    out = capsys.readouterr().out
    assert "exploratory]" in out.splitlines()[0]
    assert "The baseline of 28 days is not the default of 56" in out
    assert main(["series", str(VECTOR), "--event", "2050-09-08"]) == 0
    assert "exploratory" not in capsys.readouterr().out


def test_series_prints_the_whole_result(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["series", str(VECTOR), "--event", "2050-09-08", "--json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    effect = plain["lower"]
    assert effect["n1"] + effect["n0"] > 0 and len(effect["placebos"]) == effect["n_placebo"]
    # Its exposure rose by a third with the season, which the interval does not clear.
    assert plain["verdict"]["kind"] == "no verdict (coverage)"
    assert effect["p"] < 0.05 and effect["lo"] > 1 > effect["lo"] / effect["kappa"]
    assert plain["checks"] and not plain["simulated"]


def test_series_prints_verdict_numbers_and_the_contents_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["series", str(VECTOR), "--event", "2050-09-08", "--window", "7"]) == 0
    out = capsys.readouterr().out
    assert "MDE up" in out and "What it carried cannot be inferred" in out
    assert "SIMULATED" not in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--event", "someday"], "--event is a date"),
        (["--event", "2060-01-01"], "is outside the days"),
        (["--event", "2050-09-08", "--window", "9"], "7, 14 or 28"),
    ],
)
def test_series_refuses_with_a_sentence(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["series", str(VECTOR), *arguments]) == 2
    captured = capsys.readouterr()
    assert said in captured.err and captured.out == ""


@pytest.mark.parametrize("case", ["A_increase", "B_null", "C_thin"])
def test_series_reproduces_the_golden_vectors(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    folder = shared / "statistics"
    expected = json.loads((folder / "golden_expected.json").read_text())[case]
    frame = pd.read_csv(folder / f"golden_{case}.csv")
    days = pd.date_range("2050-01-03", periods=len(frame)).strftime("%Y-%m-%d")  # a Monday
    path = tmp_path / "golden.csv"
    pd.DataFrame({"day": days, "count": frame["y"], "exposure": frame["E"]}).to_csv(
        path, index=False
    )
    event = days[expected["event_index"]]
    arguments = ["series", str(path), "--event", event, "--window", str(expected["W"]), "--json"]
    assert main(arguments) == 0
    effect = json.loads(capsys.readouterr().out)["lower"]
    names = {"n1": "N1", "n0": "N0", "rr": "RR", "n_placebo": "n_placebo", "coverage": "C"}
    for ours, theirs in (names | {each: each for each in ("lo", "hi", "s", "r", "p", "q")}).items():
        assert effect[ours] == pytest.approx(expected[theirs], abs=1e-6), ours


def judge(tmp_path: Path, counts: np.ndarray, capsys: pytest.CaptureFixture[str]) -> dict:
    """The result of a series from 2048 on, event at 500 days."""
    days = pd.date_range("2048-01-01", periods=len(counts)).strftime("%Y-%m-%d")
    rows = "".join(f"{day},{count},500\n" for day, count in zip(days, counts, strict=True))
    path = write(tmp_path, "day,count,exposure\n" + rows)
    assert main(["series", str(path), "--event", days[500], "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_counts_cut_at_a_limit_a_day_stay_as_given_and_give_no_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    true = np.random.default_rng(8).poisson(60, 730)
    cut = np.where(np.arange(730) < 500, true, np.minimum(true, 35))
    result = judge(tmp_path, cut, capsys)
    assert result["verdict"]["kind"] == "no verdict (coverage)"
    assert "looks cut at a limit of rows" in result["verdict"]["sentence"]
    assert result["lower"]["n1"] == cut[500:514].sum()
    assert any("leave these counts blank" in note for note in result["notes"])
    whole = judge(tmp_path, true, capsys)
    assert whole["verdict"]["kind"] == "no detectable change"
    assert not any("leave these counts blank" in note for note in whole["notes"])


def test_table_that_ends_at_a_round_number_of_rows_gives_no_change_where_it_ends(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = np.random.default_rng(9).poisson(20, 730)
    cut = np.diff(np.minimum(np.cumsum(counts), 10_000), prepend=0)
    assert cut.sum() == 10_000 and cut[-1] == 0
    result = judge(tmp_path, cut, capsys)
    assert result["verdict"]["kind"] == "no verdict (coverage)"
    assert result["series"]["status"] == ["complete"] * 730


def test_steady_timetable_is_no_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counts = np.where(np.arange(730) % 7 < 5, 12, 10)
    result = judge(tmp_path, counts, capsys)
    assert not any("leave these counts blank" in note for note in result["notes"])
