"""A table of counts per day goes through the same rule as the archive."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.table_input import read_counts
from flights.errors import InvalidInput

VECTOR = Path(__file__).with_name("made_vector.csv")


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
        ("", "holds no day"),
        ("day,count\n", "holds no day"),
        ("when,count\n2050-01-01,1\n", "no column day"),
        ("day,count\n2050-01-02,1\n2050-01-01,1\n", "row 3: 2050-01-01 does not follow"),
        ("day,count\n2050-01-01,1\n2050-01-01,1\n", "row 3: 2050-01-01 does not follow"),
        ("day,count\n2050-13-01,1\n", "row 2: '2050-13-01' is no date"),
        ("day,count\n2050-01-01,one\n", "row 2, count: 'one' is no number"),
        ("day,count\n2050-01-01,-1\n", "row 2, count: -1 is not a number from 0 on"),
        ("day,count\n2050-01-01,nan\n", "is not a number from 0 on"),
        ("day,count\n2050-01-01,1.5\n", "row 2: a count is a whole number"),
    ],
)
def test_table_that_cannot_be_followed(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_counts(write(tmp_path, text))


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
        (["--event", "2060-01-01"], "lies outside the days"),
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


def test_counts_cut_at_a_limit_a_day_are_partial_and_never_a_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    true = np.random.default_rng(8).poisson(60, 730)
    cut = np.where(np.arange(730) < 500, true, np.minimum(true, 35))
    result = judge(tmp_path, cut, capsys)
    assert result["verdict"]["kind"] == "no verdict (history)"
    assert result["series"]["status"][505] == "partial"
    assert "cut at a limit" in result["series"]["reason"][505]
    assert result["series"]["lower"][505] is None
    assert set(result["series"]["status"][:490]) == {"complete"}
    assert judge(tmp_path, true, capsys)["verdict"]["kind"] == "no detectable change"


def test_counts_that_add_up_to_a_round_number_are_all_partial(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = np.random.default_rng(9).poisson(15, 730)
    cut = np.diff(np.minimum(np.cumsum(counts), 10_000), prepend=0)
    assert cut.sum() == 10_000 and cut[-1] == 0
    result = judge(tmp_path, cut, capsys)
    assert result["verdict"]["kind"] == "no verdict (history)"
    assert set(result["series"]["status"]) == {"partial"}
    assert "ends at exactly 10,000 rows" in result["series"]["reason"][0]
