"""Results in which one check fails, for tests of the checks."""

from dataclasses import replace
from datetime import date, timedelta

import made_results as made
import numpy as np
import pandas as pd

from analysis.event_study import judge_counts, run_study
from analysis.event_study.run import Subject
from analysis.numerics import ControlRoute
from analysis.study import CheckResult, Event, Study, StudyResult, count_days
from flights.routes import RouteEvidence


def check_of(result: StudyResult, name: str) -> CheckResult:
    """The check of this name."""
    return next(check for check in result.checks if check.name == name)


def run(evidence: RouteEvidence, **changes: object) -> StudyResult:
    """The made study, with changes, answered from this evidence."""
    study = made.make_study(**changes)  # type: ignore[arg-type]
    return run_study(study, evidence, spec=made.SPEC)


def overhead_of(evidence: RouteEvidence, *, step: float) -> RouteEvidence:
    """The record with a sky over both regions; over the origin it jumps at the event."""
    later = [step if day >= made.EVENT else 1.0 for day in evidence.heard.index]
    columns = {"origin": [40 * each for each in later], "destination": [30.0] * len(later)}
    overhead = pd.DataFrame(columns, evidence.heard.index, dtype="Float64")
    return replace(evidence, overhead=overhead)


def with_burst(evidence: RouteEvidence, flights: int, **same: object) -> RouteEvidence:
    """The record with so many more flights in the window; `same` sets columns of all of them."""
    rows = evidence.flights.iloc[:flights].assign(bound="lower").reset_index(drop=True)
    days = [made.EVENT + timedelta(days=n % 14) for n in range(len(rows))]
    rows["day"] = days
    for column, value in same.items():
        rows[column] = value
    flights_now = evidence.flights.reset_index(drop=True)
    return replace(evidence, flights=pd.concat([flights_now, rows], ignore_index=True))


def judge_two_years(*, effect_before: float) -> StudyResult:
    """Two years in which the event triples flights, and so did the same date a year before."""
    study = made.make_study(last=date(2051, 12, 31), events=(Event(date(2051, 7, 20)),))
    evidence = made.make_evidence(made.Story(effect=3.5), study=study)
    rng = np.random.default_rng(4)
    extra = int(rng.poisson(21 * (effect_before - 1)))
    day = [date(2050, 7, 20) + timedelta(days=n % 14) for n in range(extra)]
    rows = evidence.flights.iloc[:extra].assign(bound="lower", day=day)
    flights = pd.concat([evidence.flights, rows], ignore_index=True)
    return run_study(study, replace(evidence, flights=flights), spec=made.SPEC)


def judge_volatile_era(*, burst: int = 3) -> StudyResult:
    """Months of varying traffic around the event, and `burst` flights a day more from it on."""
    rng = np.random.default_rng(8)
    study = made.make_study(last=date(2052, 6, 30), events=(Event(date(2052, 1, 10)),))
    evidence = made.make_evidence(made.Story(), study=study)
    days = [study.first + timedelta(days=n) for n in range((study.last - study.first).days + 1)]
    varied = [
        d for d in days if 0 < (study.events[0].day - d).days < 150 and d.toordinal() % 40 < 20
    ]
    extra = 3 * varied + burst * [study.events[0].day + timedelta(days=n) for n in range(14)]
    at = rng.choice(len(evidence.flights), len(extra))
    rows = evidence.flights.iloc[at].assign(bound="lower", day=extra)
    flights = pd.concat([evidence.flights, rows], ignore_index=True)
    return run_study(study, replace(evidence, flights=flights), spec=made.SPEC)


def make_routes(
    days: int, event: int, *, number: int = 25, effect: float = 1.0, rate: float = 2.0
) -> tuple[ControlRoute, ...]:
    """Other routes from the same origin; `effect` is their ratio in two weeks from `event` on."""
    rng = np.random.default_rng(8)
    at = np.arange(days)
    mean = rate * np.where((at >= event) & (at < event + 14), effect, 1.0)
    return tuple(
        ControlRoute(f"QQ{number:02d}", rng.poisson(mean).astype(float)) for number in range(number)
    )


def judge_with_routes(
    story: made.Story, *, study: Study | None = None, **routes: float
) -> StudyResult:
    """A made record judged next to other routes; `routes` go to `make_routes`."""
    study = study or made.make_study(first=made.FIRST + timedelta(days=made.DAYS - story.days))
    evidence = made.make_evidence(story, study=study)
    counts = count_days(evidence)
    event = (study.events[0].day - counts.days[0]).days
    subject = Subject(
        origin_label="China",
        destination_label="Iran",
        flights=evidence.flights,
        spec=made.SPEC,
        input_hash="0" * 64,
        controls=make_routes(len(counts.days), event, **routes),  # type: ignore[arg-type]
    )
    return judge_counts(study, counts, subject)
