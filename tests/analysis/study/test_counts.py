"""Counts per day: only complete days count, and exposure is what the receivers heard."""

from dataclasses import replace
from datetime import date, timedelta

import made_results as made
import numpy as np
import pandas as pd
import pytest

from analysis.study import count_days, find_outages, measure_exposure
from flights.records import LedgerEntry


def evidence_of(days: int = 20, **story: object):  # type: ignore[no-untyped-def]
    study = made.make_study(first=made.EVENT, last=made.EVENT + timedelta(days=days - 1))
    return made.make_evidence(made.Story(**story), study=study)  # type: ignore[arg-type]


def test_every_day_counts_once_and_bounds_nest() -> None:
    evidence = evidence_of()
    counts = count_days(evidence)
    assert len(counts.days) == 20 and counts.days[0] == made.EVENT
    frame = evidence.flights
    for at, day in enumerate(counts.days):
        of_day = frame[frame["day"] == day]
        assert counts.upper[at] == len(of_day)
        assert counts.lower[at] == (of_day["bound"] == "lower").sum()


@pytest.mark.parametrize("status", ["partial", "missing", "failed", "not asked"])
def test_day_that_is_not_complete_is_missing_not_zero(status: str) -> None:
    evidence = evidence_of()
    ledger = list(evidence.ledger)
    ledger[3] = LedgerEntry("simulated", ledger[3].day, status, ("Why it is so.",))
    counts = count_days(replace(evidence, ledger=tuple(ledger)))
    for values in (counts.lower, counts.upper, counts.exposure, counts.neither_end):
        assert values[3] is None and values[4] is not None
    assert (counts.status[3], counts.reason[3], counts.reader[3]) == (status, "Why it is so.", "")


def test_day_without_a_ledger_entry_was_not_asked() -> None:
    evidence = evidence_of()
    counts = count_days(replace(evidence, ledger=evidence.ledger[1:]))
    assert counts.status[0] == "not asked" and counts.lower[0] is None


def test_complete_day_without_flights_is_zero() -> None:
    evidence = evidence_of()
    empty = evidence.flights[evidence.flights["day"] != evidence.first]
    counts = count_days(replace(evidence, flights=empty))
    assert counts.lower[0] == 0 and counts.upper[0] == 0


def test_days_may_come_as_time_stamps() -> None:
    evidence = evidence_of()
    stamped = evidence.flights.assign(day=pd.to_datetime(evidence.flights["day"]))
    heard = evidence.heard.set_axis(pd.to_datetime(list(evidence.heard.index)), axis=0)
    assert count_days(replace(evidence, flights=stamped, heard=heard)) == count_days(evidence)


def test_unknown_exposure_of_a_complete_day_stays_unknown() -> None:
    evidence = evidence_of()
    heard = evidence.heard.astype("Int64")
    heard.loc[evidence.first, "origin"] = pd.NA
    counts = count_days(replace(evidence, heard=heard))
    assert counts.exposure_origin[0] is None and counts.exposure[0] is None
    assert counts.exposure_origin[1] is not None and counts.lower[0] is not None


def test_no_flight_at_all_is_no_error() -> None:
    evidence = evidence_of()
    counts = count_days(replace(evidence, flights=evidence.flights.iloc[:0]))
    assert counts.lower == (0.0,) * 20


def test_edition_and_reader_are_kept_apart() -> None:
    counts = count_days(evidence_of(editions=("reader 1", "reader 2")))
    assert set(counts.reader) == {"reader 1 · flights", "reader 2 · flights"}


def test_exposure_is_the_geometric_mean_of_both_regions() -> None:
    exposure, outage = measure_exposure(np.full(30, 400.0), np.full(30, 100.0))
    assert exposure == pytest.approx(np.full(30, 200.0)) and not outage.any()


def test_region_where_nobody_is_ever_heard_has_no_exposure() -> None:
    exposure, _ = measure_exposure(np.full(30, 400.0), np.zeros(30))
    assert exposure == pytest.approx(np.full(30, 400.0))
    nothing, _ = measure_exposure(np.zeros(30), np.zeros(30))
    assert np.isnan(nothing).all()


def test_thin_days_take_the_mean_of_their_week() -> None:
    heard = np.array([10.0, 0, 20, 0, 10, 0, 30, 0, 14])
    exposure, outage = measure_exposure(heard, heard)
    assert exposure[4] == pytest.approx(heard[1:8].mean()) and not outage.any()


def test_outage_stays_as_low_as_it_was_and_lends_nothing() -> None:
    heard = np.full(80, 200.0)
    heard[40] = 9
    exposure, outage = measure_exposure(heard, heard)
    assert outage.tolist() == [day == 40 for day in range(80)]
    assert exposure[40] == 9 and exposure[41] == 200


def test_missing_days_are_no_outage() -> None:
    heard = np.full(80, 200.0)
    heard[10:30] = np.nan
    exposure, outage = measure_exposure(heard, heard)
    assert not outage.any() and np.isnan(exposure[10:30]).all()


def test_outage_does_not_depend_on_the_unit() -> None:
    heard = np.random.default_rng(1).poisson(200, 100).astype(float)
    heard[50] = 5
    assert (find_outages(heard) == find_outages(heard / 1000)).all()
    assert find_outages(heard).sum() == 1


def test_dates_are_plain() -> None:
    assert all(type(day) is date for day in count_days(evidence_of()).days)


def test_sky_over_each_region_stands_beside_the_counts_on_complete_days() -> None:
    evidence = evidence_of(days=8)
    days = pd.Index(list(evidence.heard.index), name="day", dtype=object)
    origin = pd.Series([40.0, 41, pd.NA, 43, 44, 45, 46, 47], days, dtype="Float64")
    unknown = pd.Series([pd.NA] * 8, days, dtype="Float64")
    told = replace(evidence, overhead=pd.DataFrame({"origin": origin, "destination": unknown}))
    ledger = list(told.ledger)
    ledger[4] = LedgerEntry("simulated", ledger[4].day, "partial", ("Cut.",))
    counts = count_days(replace(told, ledger=tuple(ledger)))
    assert counts.overhead_origin == (40, 41, None, 43, None, 45, 46, 47)
    assert counts.overhead_destination == ()
    silent = count_days(evidence)
    assert silent.overhead_origin == silent.overhead_destination == ()
