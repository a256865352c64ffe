"""One study, answered: count, estimate, check, conclude. Pure: no clock, no files, no chance."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from analysis import study as studies
from analysis import verdicts, wording
from analysis.checks import CHECKS
from analysis.checks.base import Case
from analysis.checks.source_change import list_editions
from analysis.counts import OUTAGE_REASON, count_days
from analysis.effects import build_effect, build_series, count_lacking_days
from analysis.estimators.base import DailySeries, Design
from analysis.estimators.placebo_rate_ratio import (
    compare_coverage,
    estimate_rate_ratio,
    find_placebo_dates,
)
from analysis.results import (
    CheckResult,
    CountSeries,
    Effect,
    EventAnswer,
    Sensitivity,
    SourceNote,
    StudyResult,
    Verdict,
)
from analysis.study import WINDOWS, Study
from flights import CONTENTS_SENTENCE, __version__
from flights.errors import InvalidInput
from flights.routes import RouteEvidence
from flights.sources.base import SourceSpec

DEFAULT_WINDOW, DEFAULT_BASELINE = 14, 56


@dataclass(frozen=True)
class _Answer:
    """One event, judged at one window."""

    verdict: Verdict
    lower: Effect | None
    upper: Effect | None
    case: Case


def run_study(
    study: Study,
    evidence: RouteEvidence,
    *,
    spec: SourceSpec,
    tries: Mapping[str, int] | None = None,
    made_at: str = "",
) -> StudyResult:
    """The whole answer to a study; the same evidence gives the same answer.

    The first event is the headline; the others stand in `StudyResult.others`. `tries` counts
    what this session has looked at before (windows, grades, regions, dates).

    Raises
    ------
    InvalidInput
        The study contradicts itself, or an event lies outside the days of the evidence.
    """
    studies.validate_design(study)
    counts = count_days(evidence)
    places = [_place_event(event.day, counts) for event in study.events]
    frequent = spec.serves_frequency
    answers = [
        _answer(counts, evidence.flights, design)
        for design in _design_events(places, study)
        if frequent
    ]
    head = answers[0] if answers else _refuse(counts, evidence.flights, places[0], study, spec)
    checks, badges = _run_checks(head.case) if answers else ((), [])
    badges += ["exploratory"] if _is_exploratory(study) else []
    return StudyResult(
        study=studies.to_plain(study),
        study_hash=studies.study_hash(study),
        verdict=replace(head.verdict, badges=tuple(badges)),
        event=study.events[0].day,
        event_name=study.events[0].name,
        origin_label=evidence.route.origin.label,
        destination_label=evidence.route.destination.label,
        cargo_rule=_name_cargo_rule(study.min_grade),
        series=counts,
        lower=head.lower,
        upper=head.upper,
        sensitivity=_try_windows(counts, evidence.flights, places, study) if answers else (),
        checks=checks,
        flights_lower=_total(counts.lower),
        flights_upper=_total(counts.upper),
        flights_neither_end=_total(counts.neither_end),
        days_used=int(head.case.series.used.sum()),
        days_missing=_list_missing(counts),
        sources=(SourceNote(spec.key, spec.title, spec.licence, spec.attribution),),
        input_hash=hash_inputs(evidence),
        tries=dict(tries or {}),
        simulated=spec.simulated,
        program_version=__version__,
        contents_sentence=CONTENTS_SENTENCE,
        made_at=made_at,
        notes=_write_notes(study, counts),
        others=tuple(
            EventAnswer(event.day, event.name, answer.verdict, answer.lower, answer.upper)
            for event, answer in zip(study.events[1:], answers[1:], strict=False)
        ),
    )


def hash_inputs(evidence: RouteEvidence) -> str:
    """Hash of the ledger entries of the days looked at: which files, read by whom."""
    known = [
        (
            entry.source,
            entry.day.isoformat(),
            entry.status,
            entry.reader,
            [(each.name, each.size, each.sha256) for each in entry.inputs],
            sorted((name, str(table.get("sha256"))) for name, table in entry.tables.items()),
        )
        for entry in sorted(evidence.ledger, key=lambda entry: (entry.source, entry.day))
    ]
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()


def _place_event(day: date, counts: CountSeries) -> int:
    place = (day - counts.days[0]).days
    if not 0 <= place < len(counts.days):
        raise InvalidInput(
            f"The event of {wording.write_date(day)} lies outside the days looked at "
            f"({wording.write_date(counts.days[0])} to {wording.write_date(counts.days[-1])}). "
            "Move the event or widen the days."
        )
    return place


def _design_events(places: list[int], study: Study, window: int | None = None) -> list[Design]:
    return [
        Design(
            event=place,
            window=window or study.window,
            baseline=study.baseline,
            others=tuple(other for other in places if other != place),
        )
        for place in places
    ]


def _answer(counts: CountSeries, flights: pd.DataFrame, design: Design) -> _Answer:
    """Both bounds of one event at one window through the rule."""
    series = {bound: build_series(counts, bound) for bound in ("lower", "upper")}
    start, stop = design.event - design.baseline, design.event + design.window
    editions = tuple(list_editions(counts, start, stop))
    facts = {bound: _gather(series[bound], design, editions) for bound in series}
    lacking = count_lacking_days(series["lower"], design)
    place = verdicts.Place(
        event=counts.days[design.event],
        design=design,
        lacking_days=lacking.days,
        lacking_before=counts.days[design.event if lacking.inside else 0],
    )
    verdict = verdicts.conclude(facts["lower"], facts["upper"], place)
    kinds = verdicts.decide(facts["lower"], design), verdicts.decide(facts["upper"], design)
    bound = verdicts.pick_bound(*kinds)
    case = Case(
        counts=counts,
        series=series[bound],
        design=design,
        ratio=facts[bound].ratio,
        flights=_flights_of(flights, counts, bound),
    )
    effects = {
        bound: build_effect(facts[bound].ratio, series[bound], design, counts.days, bound=bound)
        for bound in series
    }
    return _Answer(verdict, effects["lower"], effects["upper"], case)


def _gather(series: DailySeries, design: Design, editions: tuple[str, ...]) -> verdicts.Facts:
    return verdicts.Facts(
        coverage=compare_coverage(series, design),
        ratio=estimate_rate_ratio(series, design),
        placebos=len(find_placebo_dates(series, design)),
        heard=bool(series.known.any() or not np.isfinite(series.counts).any()),
        editions=editions,
    )


def _flights_of(flights: pd.DataFrame, counts: CountSeries, bound: str) -> pd.DataFrame:
    """Flights of a bound with the index of their day, for leaving some out."""
    chosen = flights if bound == "upper" else flights[flights["bound"] == "lower"]
    first = np.datetime64(counts.days[0], "D")
    at = (pd.to_datetime(chosen["day"]).to_numpy().astype("datetime64[D]") - first).astype(int)
    inside = (at >= 0) & (at < len(counts.days))
    return chosen[["icao24", "operator"]].assign(at=at)[inside]


def _refuse(
    counts: CountSeries, flights: pd.DataFrame, place: int, study: Study, spec: SourceSpec
) -> _Answer:
    """The answer of a source that cannot serve frequency: flights, and no numbers about them."""
    sentence = wording.SOURCE.format(source=spec.title)
    design = Design(place, study.window, study.baseline)
    case = Case(counts, build_series(counts, "lower"), design, None, flights)
    return _Answer(Verdict(verdicts.SOURCE, sentence), None, None, case)


def _run_checks(case: Case) -> tuple[tuple[CheckResult, ...], list[str]]:
    checks = tuple(check.run_check(case) for check in CHECKS)
    badges = {check.NAME: check.BADGE for check in CHECKS}
    ratio = case.ratio
    enough = ratio is not None and len(ratio.placebo_s) >= case.design.needed_placebos
    return checks, verdicts.list_badges(ratio, checks, badges, enough=enough)


def _try_windows(
    counts: CountSeries, flights: pd.DataFrame, places: list[int], study: Study
) -> tuple[Sensitivity, ...]:
    """The first event at the other windows."""
    found = []
    for window in WINDOWS:
        if window == study.window:
            continue
        answer = _answer(counts, flights, _design_events(places, study, window)[0])
        if answer.lower is None or answer.upper is None:
            continue
        lower = replace(answer.lower, placebos=(), expected_per_day=())
        upper = replace(answer.upper, placebos=(), expected_per_day=())
        found.append(Sensitivity(window, lower, upper, answer.verdict.kind))
    return tuple(found)


def _is_exploratory(study: Study) -> bool:
    defaults = (DEFAULT_WINDOW, DEFAULT_BASELINE)
    return study.exploratory or (study.window, study.baseline) != defaults


def _name_cargo_rule(grade: str) -> str:
    return {"certain": "cargo grade certain"}.get(grade, f"cargo grade {grade} or better")


def _total(values: tuple[float | None, ...]) -> int:
    return int(sum(value for value in values if value is not None))


def _list_missing(counts: CountSeries) -> tuple[tuple[date, str, str], ...]:
    outage = counts.outage or (False,) * len(counts.days)
    return tuple(
        (day, "outage", OUTAGE_REASON) if out else (day, status, reason)
        for day, status, reason, out in zip(
            counts.days, counts.status, counts.reason, outage, strict=True
        )
        if status != "complete" or out
    )


def _write_notes(study: Study, counts: CountSeries) -> tuple[str, ...]:
    notes = []
    if study.window != DEFAULT_WINDOW:
        notes.append(
            f"The window of {study.window} days is not the default of {DEFAULT_WINDOW}: "
            "this answer is exploratory."
        )
    if len(study.events) > 1:
        notes.append(
            f"{len(study.events)} dates were asked about, each judged by itself: the more "
            "dates, the easier one of them stands out by chance."
        )
    complete = sum(status == "complete" for status in counts.status)
    unheard = complete - sum(each is not None for each in counts.exposure)
    if unheard:
        notes.append(
            f"On {unheard} complete days nothing says how much the receivers heard; these days "
            "are left out."
        )
    return tuple(notes)
