"""Control routes: countries where enough of them are flown to, else airports."""

from dataclasses import replace
from datetime import timedelta

import made_results as made
import numpy as np
import pandas as pd
import pytest

from analysis.event_study import run_study
from analysis.event_study.controls import LEAST_CONTROLS, group_controls
from flights.reference.airports import load_airports
from flights.routes import RouteEvidence
from flights.sources import find_spec

DAYS = 112


def evidence_with(flights: dict[str, float]) -> RouteEvidence:
    """A record whose controls are flown so many times a day, in even steps."""
    study = made.make_study(first=made.EVENT - timedelta(days=84), last=made.EVENT + timedelta(27))
    evidence = made.make_evidence(made.Story(), study=study)
    steps = np.arange(DAYS + 1)
    counts = {code: np.diff(np.floor(steps * rate)) for code, rate in flights.items()}
    days = [evidence.first + timedelta(days=n) for n in range(DAYS)]
    controls = pd.DataFrame(counts, index=pd.Index(days, name="day", dtype=object))
    controls.iloc[5] = np.nan
    return replace(evidence, controls=controls)


def airports_of_countries(count: int) -> dict[str, list[str]]:
    """Two airports of each of so many countries."""
    by_country = load_airports().groupby("country").groups
    large = sorted(code for code, airports in by_country.items() if len(airports) > 5)
    return {code: sorted(by_country[code])[:2] for code in large[:count]}


def test_countries_are_controls_where_enough_of_them_are_flown_to() -> None:
    places = airports_of_countries(LEAST_CONTROLS)
    rates = {code: 0.25 for codes in places.values() for code in codes}
    found = group_controls(evidence_with(rates))
    assert len(found) == LEAST_CONTROLS
    assert not any("(" in control.label for control in found)
    for control in found:
        assert np.nansum(control.counts) == pytest.approx(2 * 0.25 * DAYS, abs=2)
        assert len(control.counts) == DAYS and np.isnan(control.counts[5])
        assert np.isfinite(np.delete(control.counts, 5)).all()


def test_airports_stand_in_where_countries_are_too_few() -> None:
    places = airports_of_countries(LEAST_CONTROLS - 1)
    rates = {code: 0.25 for codes in places.values() for code in codes}
    found = group_controls(evidence_with(rates))
    assert len(found) == 2 * (LEAST_CONTROLS - 1)
    assert all(control.label.endswith(")") for control in found)
    assert len({control.label for control in found}) == len(found)


def test_countries_flown_to_now_and_then_do_not_count_towards_enough() -> None:
    places = airports_of_countries(LEAST_CONTROLS)
    rates = {codes[0]: 0.25 for codes in places.values()}
    first = next(iter(places.values()))[0]
    assert len(group_controls(evidence_with(rates))) == LEAST_CONTROLS
    found = group_controls(evidence_with({**rates, first: 0.15}))  # 0.15 is often for 28 days
    assert len(found) == LEAST_CONTROLS and all("(" in control.label for control in found)


def test_places_flown_to_too_rarely_for_any_window_are_left_out() -> None:
    found = group_controls(evidence_with({"ELLX": 1.0, "EDDF": 3.0, "UTAA": 0.05}))
    assert [control.label.rpartition(" ")[2] for control in found] == ["(EDDF)", "(ELLX)"]


def test_source_that_cannot_tell_has_no_controls() -> None:
    assert group_controls(replace(evidence_with({"ELLX": 1.0}), controls=pd.DataFrame())) == ()


def test_code_of_no_known_airport_keeps_its_own_name() -> None:
    found = group_controls(evidence_with({"ZZZZ": 1.0}))
    assert [control.label for control in found] == ["ZZZZ"]


def test_study_measures_its_controls_and_says_how_many_are_lacking() -> None:
    evidence = evidence_with({"ELLX": 1.0, "EDDF": 3.0})
    study = made.make_study(first=evidence.first, last=evidence.last)
    result = run_study(study, evidence, spec=find_spec(study.source))
    assert [effect.label[-6:] for effect in result.controls] == ["(EDDF)", "(ELLX)"]
    check = next(check for check in result.checks if check.name == "control_routes")
    assert check.outcome == "not applicable"
