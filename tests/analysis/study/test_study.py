"""A study file: what it says comes back, and what is wrong with it is said in one sentence."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.study import Event, Study
from analysis.study import question as studies
from flights.errors import InvalidInput

GOOD = """\
title = "A made-up question"
source = "simulated"
first = 2050-01-01
last = 2050-12-31
origin = "country:CN"
destination = "country:IR"
min_grade = "likely"
window = 14

[[events]]
day = 2050-06-13
name = "Something"
"""


def test_study_file_is_read() -> None:
    study = studies.parse_study(GOOD)
    assert study == Study(
        source="simulated",
        first=date(2050, 1, 1),
        last=date(2050, 12, 31),
        origin="country:CN",
        destination="country:IR",
        events=(Event(date(2050, 6, 13), "Something"),),
        title="A made-up question",
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("window = 14", "windw = 14", r"'windw' \(line 8\); did you mean 'window'\?"),
        ("name =", "nam =", r"'nam' in \[\[events\]\] \(line 12\); did you mean 'name'"),
        ("min_grade =", "zzz =", r"no key 'zzz' \(line 7\); known keys are"),
        ("window = 14", "window = 10", "7, 14 or 28 days, not 10"),
        ("window = 14", 'window = "14"', r"'window' \(line 8\) is a whole number"),
        ("window = 14", "window = true", "is a whole number, not True"),
        ("window = 14", "baseline = 50", "whole number of weeks"),
        ("window = 14", "exploratory = 1", "true or false, not 1"),
        ("first = 2050-01-01", 'first = "2050-02-30"', r"\(line 3\) is a date like"),
        ("first = 2050-01-01", "first = 2050-02-30", "not a valid TOML file"),
        ("first = 2050-01-01", "first = 2050-01-01T00:00:00", "is a date like"),
        ("first = 2050-01-01", "first = 2051-01-01", "ends on 2050-12-31, before it begins"),
        ("first = 2050-01-01\n", "", "The study has no 'first'"),
        ("day = 2050-06-13", "day = 2051-06-13", "2051-06-13 is outside the days"),
        ("day = 2050-06-13", "", r"events\[0\] \(line 10\) has no day"),
        ('"likely"', '"likley"', "no cargo grade 'likley'; did you mean 'likely'"),
        ('"simulated"', '"simulate"', "no source 'simulate'; did you mean 'simulated'"),
        ('"country:IR"', '"country:XX"', "destination of this study is not a region"),
        ('"country:CN"', '"contry:CN"', "origin of this study is not a region"),
        ("[[events]]", "[[events]]\nday = 2050-06-13\n[[events]]", "listed twice"),
        ("[[events]]", "[events]", "tables headed"),
        ("window = 14", 'window = 14\nevents = ["2050-06-13"]', "not a valid TOML file"),
        (
            "day = 2050-06-13",
            "day = 13",
            r"'events\[0\].day' \(line 11\) is a date like .*, not 13",
        ),
        (
            'name = "Something"',
            'name = "Something"\n[[events]]\nday = "soon"',
            r"'events\[1\].day' \(line 14\) is a date like",
        ),
        (
            'name = "Something"',
            "name = 'x'\n[[events]]\nnam = 'y'",
            r"no key 'nam' in \[\[events\]\] \(line 14\)",
        ),
        ("[[events]]\nday = 2050-06-13\nname = ", "note = ", "has no event"),
    ],
)
def test_what_is_wrong_is_said(old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(InvalidInput, match=said) as error:
        studies.parse_study(GOOD.replace(old, new))
    assert "\n" not in str(error.value)


def test_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"nowhere\.toml cannot be read"):
        studies.read_study(tmp_path / "nowhere.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidInput, match="UTF-8"):
        studies.read_study(tmp_path / "binary.toml")
    (tmp_path / "typo.toml").write_text(GOOD.replace("window", "windw"), "utf-8")
    with pytest.raises(InvalidInput, match=r"typo\.toml: There is no key 'windw'"):
        studies.read_study(tmp_path / "typo.toml")


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
days = st.dates(date(2050, 1, 1), date(2050, 12, 31))


@st.composite
def made_studies(draw: st.DrawFn) -> Study:
    events = draw(st.lists(days, min_size=1, max_size=3, unique=True))
    return Study(
        source="simulated",
        first=date(2050, 1, 1),
        last=date(2050, 12, 31),
        origin="country:CN",
        destination="world:",
        events=tuple(Event(day, draw(texts).strip()) for day in events),
        min_grade=draw(st.sampled_from((*studies.GRADES, ""))),
        window=draw(st.sampled_from(studies.WINDOWS)),
        baseline=draw(st.sampled_from(studies.BASELINES)),
        title=draw(texts),
        note=draw(texts),
        seed=draw(st.integers(0, 2**31)),
        exploratory=draw(st.booleans()),
        **draw(st.sampled_from([{}, {"cargo": "cargo.csv", "cargo_sha256": "ab" * 32}])),
    )


@given(study=made_studies())
@settings(max_examples=60, deadline=None, database=None)
def test_file_and_address_give_the_study_back(study: Study) -> None:
    assert studies.parse_study(studies.format_study(study)) == study
    assert studies.from_query(studies.to_query(study)) == study


def test_address_is_short_and_ignores_what_is_not_of_the_study() -> None:
    study = studies.parse_study(GOOD)
    query = studies.to_query(study)
    assert set(query) == {"source", "first", "last", "origin", "destination", "events", "title"}
    assert all(isinstance(value, str) for value in query.values())
    assert studies.from_query(query | {"flight": "4d0103"}) == study


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"window": "fourteen"}, "'window' in this address is a whole number"),
        ({"first": "yesterday"}, "'first' in this address is a date"),
        ({"events": "someday"}, r"'events\[0\].day' in this address is a date"),
        ({"events": ""}, "has no event"),
        ({"origin": "nowhere"}, "origin of this study is not a region"),
    ],
)
def test_address_that_cannot_be_followed(changes: dict[str, str], said: str) -> None:
    query = studies.to_query(studies.parse_study(GOOD)) | changes
    with pytest.raises(InvalidInput, match=said):
        studies.from_query(query)


def test_hash_is_of_the_question_and_not_of_its_title() -> None:
    study = studies.parse_study(GOOD)
    renamed = replace(study, title="Other", note="n", events=(Event(date(2050, 6, 13), "x"),))
    assert studies.study_hash(renamed) == studies.study_hash(study)
    assert studies.study_hash(replace(study, window=28)) != studies.study_hash(study)
    assert studies.study_hash(replace(study, min_grade="certain")) != studies.study_hash(study)


def test_hash_is_of_what_a_cargo_list_holds_and_not_of_its_name() -> None:
    study = studies.parse_study(GOOD)
    one = replace(study, cargo="a.csv", cargo_sha256="ab" * 32)
    assert studies.study_hash(one) != studies.study_hash(study)
    assert studies.study_hash(replace(one, cargo="b/c.csv")) == studies.study_hash(one)
    assert studies.study_hash(replace(one, cargo_sha256="cd" * 32)) != studies.study_hash(one)


def test_address_names_a_cargo_list_by_its_hash_and_never_a_file() -> None:
    study = replace(studies.parse_study(GOOD), cargo="/etc/passwd", cargo_sha256="ab" * 32)
    query = studies.to_query(study)
    assert "cargo" not in query
    assert studies.from_query(query | {"cargo": "/etc/passwd"}).cargo == studies.LIST_FILE
    with pytest.raises(InvalidInput, match="64 hex digits"):
        studies.from_query(query | {"cargo_sha256": "../x"})


@pytest.mark.parametrize(
    "path", sorted((Path(studies.__file__).parent / "studies").glob("*.toml")), ids=lambda p: p.stem
)
def test_studies_that_come_with_the_program_are_valid(path: Path) -> None:
    from analysis.numerics import Design

    study = studies.read_study(path)
    before = (study.events[0].day - study.first).days
    assert before >= Design(before, study.window, study.baseline).needed_days
