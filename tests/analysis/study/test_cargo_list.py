"""A study's own cargo list: found, recorded, refused when it is gone or has changed."""

import json
from dataclasses import replace
from pathlib import Path

import made_results as made
import pytest

from analysis.__main__ import main
from analysis.blocks.flight.facts import list_facts
from analysis.event_study import run_study
from analysis.reports import write_outputs
from analysis.study import find_list, read_study
from analysis.study import question as studies
from flights.cargo import parse_overrides
from flights.errors import InvalidInput

pytestmark = pytest.mark.slow

LIST = "kind,value,grade,note\noperator,QQX,none,ferry flights\n"
OTHER = "kind,value,grade,note\n"
CLAIM = Path(studies.__file__).parent / "studies" / "2025-06-china-iran.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A study beside its list, another list elsewhere."""
    (tmp_path / "own.csv").write_text(LIST, "utf-8")
    (tmp_path / "other.csv").write_text(OTHER, "utf-8")
    text = CLAIM.read_text("utf-8").replace("[[events]]", 'cargo = "own.csv"\n\n[[events]]', 1)
    (tmp_path / "study.toml").write_text(text, "utf-8")
    return tmp_path


def test_list_lies_beside_the_study_and_is_recorded(folder: Path) -> None:
    study, own = find_list(read_study(folder / "study.toml"), folder)
    assert own is not None
    assert own.text == LIST
    assert study.cargo_sha256 == own.sha256
    assert find_list(study, folder) == (study, own)


def test_chosen_list_goes_first_and_the_usual_one_last(folder: Path) -> None:
    named = read_study(folder / "study.toml")
    plain = replace(named, cargo="")
    other = folder / "other.csv"
    assert find_list(named, folder, chosen=other)[1].text == OTHER
    assert find_list(named, folder, usual=other)[1].text == LIST
    assert find_list(plain, folder, usual=other)[1].text == OTHER
    assert find_list(plain, folder) == (plain, None)


def test_list_that_is_gone_or_has_changed_is_refused(folder: Path) -> None:
    study, _ = find_list(read_study(folder / "study.toml"), folder)
    (folder / "own.csv").write_text(LIST + "callsign,A1,none,\n", "utf-8")
    with pytest.raises(InvalidInput, match="has changed since the study was written"):
        find_list(study, folder)
    (folder / "own.csv").unlink()
    with pytest.raises(InvalidInput, match=r"own\.csv cannot be read"):
        find_list(study, folder)
    with pytest.raises(InvalidInput, match="does not name its file"):
        find_list(replace(study, cargo=""), folder)


def test_result_carries_the_list_and_its_files_run_again(tmp_path: Path) -> None:
    own = parse_overrides(LIST.encode(), "mine.csv")
    evidence = made.make_evidence(made.Story())
    evidence = replace(evidence, route=replace(evidence.route, overrides=own))
    result = run_study(made.make_study(), evidence, spec=made.SPEC)
    assert "mine.csv (1 row, SHA-256" in result.cargo_rule
    assert any("Your own cargo list is used" in note for note in result.notes)
    assert any(f"0 of the {len(evidence.flights)} flights counted" in n for n in result.notes)
    assert (
        result.study_hash
        != run_study(made.make_study(), made.make_evidence(made.Story()), spec=made.SPEC).study_hash
    )
    names = {path.name for path in write_outputs(result, evidence.flights, tmp_path)}
    assert "cargo.csv" in names
    assert own.sha256 in (tmp_path / "study.toml").read_text("utf-8")
    assert "mine.csv" in (tmp_path / "report.html").read_text("utf-8")
    study, again = find_list(read_study(tmp_path / "study.toml"), tmp_path)
    assert again == own
    assert studies.study_hash(study) == result.study_hash


def test_result_without_a_list_says_nothing_of_one(tmp_path: Path) -> None:
    result = run_study(made.make_study(), made.make_evidence(made.Story()), spec=made.SPEC)
    write_outputs(result, made.make_evidence(made.Story()).flights, tmp_path)
    assert not (tmp_path / "cargo.csv").exists()
    assert "cargo_sha256" not in (tmp_path / "study.toml").read_text("utf-8")
    assert not any("list" in note for note in result.notes)


def test_run_takes_the_list_of_the_command_line_the_study_or_the_environment(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    arguments = ["run", str(folder / "study.toml"), "--archive", str(tmp_path / "none")]

    def sha256(out: str, *more: str, code: int = 0) -> str:
        assert main([*arguments, "--out", str(tmp_path / out), *more]) == code
        return json.loads((tmp_path / out / "result.json").read_text("utf-8"))["study"][
            "cargo_sha256"
        ]

    mine, other = (parse_overrides(text.encode()).sha256 for text in (LIST, OTHER))
    monkeypatch.setenv("FLIGHTS_CARGO", str(folder / "other.csv"))
    assert sha256("a") == mine
    assert "own.csv (1 row, SHA-256" in capsys.readouterr().out
    assert sha256("b", "--cargo", str(folder / "other.csv")) == other
    assert main([*arguments, "--out", str(tmp_path / "c"), "--cargo", "gone.csv"]) == 2
    assert "gone.csv cannot be read" in capsys.readouterr().err
    (folder / "own.csv").unlink()
    assert main([*arguments, "--out", str(tmp_path / "d")]) == 2
    assert not (tmp_path / "d").exists()


def test_facts_of_a_flight_heed_the_list() -> None:
    flight = made.make_evidence(made.Story()).flights.iloc[0]
    own = parse_overrides(f"kind,value,grade,note\nicao24,{flight['icao24']},none,\n".encode())
    facts = {name: value for name, value, _ in list_facts(flight, own)}
    assert facts["cargo_rule"] == f"own list: icao24 {flight['icao24']} is none"
    assert "cargo_grade" not in facts
    assert {name: value for name, value, _ in list_facts(flight)}["cargo_grade"] == "possible"
