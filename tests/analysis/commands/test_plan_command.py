"""`python -m analysis plan`: the study read, the plan in words and as JSON."""

import json
from pathlib import Path

import made_sources as made
import pytest

from analysis.__main__ import main
from flights import CONTENTS_SENTENCE
from flights.planning import ways

CLAIM = Path(__file__).parents[3] / "analysis/study/studies/2025-06-china-iran.toml"


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """The made-up sources in the place of the public ones."""
    monkeypatch.setattr(ways, "SOURCES", made.SPECS)
    monkeypatch.setattr("flights.sources.SOURCES", made.SPECS)
    monkeypatch.setattr(ways, "find_spec", lambda key: made.SPECS[key.partition(".")[0]])


def _run(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["plan", *words]) == 0
    return capsys.readouterr().out


@pytest.mark.usefixtures("sources")
def test_plan_says_what_is_lacking_and_each_way_with_its_price(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = _run(capsys, str(made.write_study(tmp_path)))
    said = " ".join(out.split())
    assert "A verdict needs about 172 complete days of one source, 2025-01-06 to" in said
    assert "lacks 172 of its 172 days" in said
    assert "172 not asked: 2025-01-06 to 2025-06-26. This day was never pulled." in said
    assert "1,380 credits of 4,000 a day, about 5 min (assumed)" in said
    assert "172 days to pull, about 120 GB, about 6 h 41 min (assumed)" in said
    assert "account: on application" in said and "account: a free one" in said
    assert "- A list of Europe: China is outside the area" in said
    assert "its counts are not added" in said
    assert "two weeks around the event, 2025-06-06 to 2025-06-19, from “Heatmaps" in said
    assert 'then set in the study: source = "airports.regions-airport-ellx-' in said
    assert out.rstrip().endswith(CONTENTS_SENTENCE)
    prose = [line for line in out.splitlines() if "python -m" not in line]
    assert max(map(len, prose)) <= 100


@pytest.mark.usefixtures("sources")
def test_plan_as_json_holds_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = json.loads(_run(capsys, str(made.write_study(tmp_path)), "--format", "json"))
    assert plain["contents"] == CONTENTS_SENTENCE
    assert plain["needed"] == {"first": "2025-01-06", "last": "2025-06-26"}
    by_title = {way["title"]: way for way in plain["ways"]}
    assert by_title["Heatmaps of the world"]["bytes"] == 120_400_000_000
    assert by_title["Samples"]["fit"] == "no"
    assert len(plain["story"]["days"]) == 14
    assert plain["lacking"][0]["days"][0] == "2025-01-06"


@pytest.mark.usefixtures("sources")
def test_made_up_study_says_simulated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "SIMULATED" in _run(capsys, str(made.write_study(tmp_path, source="made-up")))


def test_shipped_study_is_planned_among_the_real_sources(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = _run(capsys, str(CLAIM), "--archive", str(tmp_path / "an archive"))
    assert "lacks 212 of its 212 days" in " ".join(out.split())
    assert f"--archive '{tmp_path}/an archive' --from 2025-01-01 --to 2025-07-31" in out
    assert "SIMULATED" not in out
    assert not (tmp_path / "an archive").exists()


@pytest.mark.usefixtures("sources")
@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ('source = "own"', "", "has no 'source'"),
        ("first = 2025-01-06", "first = 5", "'first' (line 4) is a date"),
        ("first = 2025-01-06", 'first = "soon"', "'first' (line 4) is a date"),
        ("first = 2025-01-06", "first = 2026-01-06", "before it begins"),
        ("window = 14", "window = 15", "window"),
        ("window = 14", 'window = "14"', "whole number"),
        ('origin = "country:CN"', 'origin = "China"', "China"),
        ("[[events]]\nday = 2025-06-13", "", "has no event"),
        ("[[events]]\nday = 2025-06-13", "events = 3", "headed [[events]]"),
        ('source = "own"', 'source = "radar"', "no source 'radar'"),
        ("day = 2025-06-13", "", "events[0] (line 10) has no day"),
        ('source = "own"', "source = own", "TOML"),
    ],
)
def test_study_that_cannot_be_followed_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], was: str, now: str, says: str
) -> None:
    path = made.write_study(tmp_path)
    text = path.read_text("utf-8")
    assert was in text
    path.write_text(text.replace(was, now), "utf-8")
    assert main(["plan", str(path)]) == 2
    captured = capsys.readouterr()
    assert says in captured.err and captured.out == ""


def test_file_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "no-such-study.toml"]) == 2
    assert "no-such-study.toml cannot be read" in capsys.readouterr().err
