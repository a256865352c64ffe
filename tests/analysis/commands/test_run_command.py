"""`python -m analysis run`: an answer on standard output, files in a folder, days to pull."""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import made_results as made
import pytest

from analysis.__main__ import main
from analysis.event_study import run_study
from analysis.reports import missing_days
from analysis.study import question as studies
from flights import CONTENTS_SENTENCE
from flights.planning.commands import SHOWN
from flights.records import LedgerEntry

pytestmark = pytest.mark.slow

STUDIES = Path(studies.__file__).parent / "studies"
CLAIM = STUDIES / "2025-06-china-iran.toml"


def at(day: int):  # type: ignore[no-untyped-def]
    return lambda: datetime(2050, 12, day, tzinfo=UTC)


def test_claim_without_data_says_which_days_to_pull(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "nothing here"
    arguments = ["run", str(CLAIM), "--out", str(tmp_path / "out"), "--archive", str(archive)]
    assert main(arguments, clock=at(1)) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("NO VERDICT (history)")
    assert "Pull 158 more days before 13 Jun 2025." in captured.out
    assert captured.out.rstrip().endswith(CONTENTS_SENTENCE)
    assert "212 of 212 days of this study are missing (212 not asked)" in captured.err
    command = "python -m flights pull adsblol --archive '{}' --from {} --to {}"
    assert command.format(archive, "2025-01-01", "2025-07-31") in captured.err


def test_same_study_twice_gives_the_same_bytes_but_for_the_time_stamp(tmp_path: Path) -> None:
    archive = str(tmp_path / "archive")
    folders = tmp_path / "a", tmp_path / "b"
    for day, folder in enumerate(folders, start=1):
        arguments = ["run", str(CLAIM), "--out", str(folder), "--archive", archive]
        assert main(arguments, clock=at(day)) == 0
    names = sorted(path.name for path in folders[0].iterdir())
    assert {"result.json", "report.html", "chart.png", "chart.svg"} <= set(names)
    for name in names:
        first, second = ((folder / name).read_bytes() for folder in folders)
        assert first.replace(b"2050-12-01", b"") == second.replace(b"2050-12-02", b""), name
    plain = json.loads((folders[0] / "result.json").read_text("utf-8"))
    assert plain["made_at"].startswith("2050-12-01T00:00:00")
    assert plain["study"]["origin"] == "country:CN"


def test_simulated_study_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "study.toml"
    text = CLAIM.read_text("utf-8").replace('"adsblol"', '"simulated"').replace("2025-", "2050-")
    path.write_text(text, "utf-8")
    arguments = ["run", str(path), "--out", str(tmp_path), "--archive", str(tmp_path / "none")]
    assert main(arguments, clock=at(1)) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("SIMULATED")
    assert "python -m flights pull simulated --archive" in captured.err
    assert "--path" not in captured.err


@pytest.mark.parametrize(
    ("text", "said"),
    [("windw = 14", "'windw' (line 1)"), ("= nonsense", "not a valid TOML file")],
)
def test_study_with_a_typo_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    path = tmp_path / "study.toml"
    path.write_text(text, "utf-8")
    assert main(["run", str(path), "--out", str(tmp_path / "out")]) == 2
    captured = capsys.readouterr()
    assert said in captured.err and captured.out == ""
    assert not (tmp_path / "out").exists()


def test_folder_that_cannot_be_written_is_a_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    assert main(["run", str(CLAIM), "--out", str(tmp_path / "file")], clock=at(1)) == 1
    captured = capsys.readouterr()
    assert "cannot be written" in captured.err


def test_days_to_pull_are_grouped_and_many_runs_cut() -> None:
    story = made.Story(missing=tuple(range(0, 60, 3)))
    study = made.make_study(source="readsb")
    result = run_study(study, made.make_evidence(story, study=study), spec=made.SPEC)
    lines = missing_days.describe_missing(result)
    assert lines[0] == "20 of 300 days of this study are missing (20 not asked). Pull:"
    assert lines[1].endswith("--from 2050-01-01 --to 2050-01-01")
    assert len(lines) == 3 + SHOWN and "12 more runs" in lines[-2]
    assert lines[-1].endswith("python -m analysis plan STUDY.toml")


def test_commands_of_a_narrowed_series_filed_by_arrival_ask_for_the_same_and_a_day_more() -> None:
    study = made.make_study(source="readsb.mine")
    story = made.Story(missing=(3,))
    result = run_study(study, made.make_evidence(story, study=study), spec=made.SPEC)
    entry = LedgerEntry(
        "readsb.mine", made.FIRST, "complete", scope="aircraft:it's", filed_by="lastseen"
    )
    lines = missing_days.describe_missing(result, ledger=(entry,))
    assert "pull readsb --path PATH --aircraft" in lines[1] and "'it'" in lines[1]
    assert lines[1].endswith("--from 2050-01-04 --to 2050-01-05")


def test_study_that_begins_too_late_says_when_to_begin() -> None:
    study = made.make_study(first=made.EVENT.replace(month=4), source="readsb")
    result = run_study(study, made.make_evidence(made.Story(), study=study), spec=made.SPEC)
    lines = missing_days.describe_missing(result)
    assert "set first = 2050-02-12" in lines[0]
    assert lines[1].endswith("--from 2050-02-12 --to 2050-04-19")
    assert missing_days.describe_missing(made.make_result("null")) == []


def test_window_beyond_the_last_day_says_when_to_end() -> None:
    study = made.make_study(last=made.EVENT + timedelta(days=9), source="readsb")
    result = run_study(study, made.make_evidence(made.Story(), study=study), spec=made.SPEC)
    assert result.verdict.kind == "no verdict (history)"
    lines = missing_days.describe_missing(result)
    assert "set last = 2050-08-02" in lines[0]
    assert lines[1].endswith("--from 2050-07-30 --to 2050-08-02")


def test_run_counts_one_try(tmp_path: Path) -> None:
    archive = ["--archive", str(tmp_path / "none")]
    assert main(["run", str(CLAIM), "--out", str(tmp_path / "out"), *archive], clock=at(1)) == 0
    plain = json.loads((tmp_path / "out" / "result.json").read_text("utf-8"))
    assert plain["tries"] == {"windows": 1, "grades": 1, "regions": 1, "dates": 1}
    report = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "windows: 1, grades: 1, regions: 1, dates: 1" in report


def test_several_studies_give_a_folder_each_and_a_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other study.toml"
    text = CLAIM.read_text("utf-8").replace("country:IR", "country:TR")
    other.write_text(text.replace('title = "', 'title = "=1+1 '), "utf-8")
    out = tmp_path / "out"
    arguments = ["run", str(CLAIM), str(other), "--out", str(out)]
    assert main([*arguments, "--archive", str(tmp_path / "none")], clock=at(1)) == 0
    captured = capsys.readouterr()
    names = ["01-2025-06-china-iran", "02-other-study"]
    assert sorted(path.name for path in out.iterdir()) == [*names, "list.json", "summary.csv"]
    for name in names:
        assert f"== {name}" in captured.out and (out / name / "report.html").exists()
        assert f"{name}: 212 of 212 days" in captured.err
    assert captured.out.count(CONTENTS_SENTENCE) == 1
    plain = json.loads((out / "list.json").read_text("utf-8"))
    assert len(plain["results"]) == len(plain["family"]["members"]) == 2
    assert plain["results"][0]["tries"]["regions"] == 2 and plain["note"] == CONTENTS_SENTENCE
    with (out / "summary.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["folder"] for row in rows] == names
    assert {row["verdict"] for row in rows} == {"no verdict (history)"}
    assert rows[1]["study"].startswith("'=1+1")
    assert all(CONTENTS_SENTENCE in row.values() for row in rows)


def test_one_bad_study_of_several_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.toml").write_text("windw = 14", "utf-8")
    arguments = ["run", str(CLAIM), str(tmp_path / "bad.toml"), "--out", str(tmp_path / "out")]
    assert main(arguments, clock=at(1)) == 2
    assert "bad.toml" in capsys.readouterr().err and not (tmp_path / "out").exists()
