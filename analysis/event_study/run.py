"""The answer to one study: count, estimate, check, conclude; no clock, no files, a fixed seed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from analysis.checks import CHECKS
from analysis.checks.base import Case
from analysis.checks.source_change import list_editions
from analysis.estimators.placebo_rate_ratio import compare_coverage, estimate_rate_ratio
from analysis.estimators.space_rate_ratio import calibrate_in_space
from analysis.event_study import families, sentences, stacks, verdicts
from analysis.event_study.control_effects import measure_controls
from analysis.event_study.controls import group_controls
from analysis.event_study.effects import (
    build_effect,
    build_series,
    build_shape,
    count_lacking_days,
    find_shifts,
)
from analysis.event_study.provenance import (
    count_flights,
    describe_notes,
    describe_own_list,
    format_cargo_rule,
    hash_inputs,
    list_missing,
)
from analysis.numerics import ControlRoute, DailySeries, Design, find_placebo_dates
from analysis.study import (
    CheckResult,
    ControlEffect,
    CountSeries,
    Effect,
    EventAnswer,
    Sensitivity,
    Shape,
    SourceNote,
    StackAnswer,
    Study,
    StudyResult,
    Verdict,
    count_days,
    numbers,
)
from analysis.study import question as studies
from flights import CONTENTS_SENTENCE, __version__
from flights.cargo import Overrides
from flights.errors import InvalidInput
from flights.evidence import count_exclusions
from flights.planning.needed_days import DEFAULT_BASELINE, DEFAULT_WINDOW, WINDOWS
from flights.routes import RouteEvidence
from flights.sources import SourceSpec


@dataclass(frozen=True)
class _Answer:
    """The answer to one event at one window."""

    verdict: Verdict
    lower: Effect | None
    upper: Effect | None
    case: Case
    bound: str = "lower"
    facts: Mapping[str, verdicts.Facts] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """The subject of the counts: the names of the places, the flights, their source.

    `flights` have the columns `day`, `bound`, `icao24` and `operator`, or none at all. `notes`
    and `frequency` are as in `RouteEvidence`, `excluded` as in `StudyResult`. `controls` are other
    routes from the same origin on the same days.
    """

    origin_label: str
    destination_label: str
    flights: pd.DataFrame
    spec: SourceSpec
    input_hash: str
    notes: tuple[str, ...] = ()
    frequency: str = ""
    excluded: tuple[tuple[str, int], ...] = ()
    overrides: Overrides | None = None
    controls: tuple[ControlRoute, ...] = ()

    @property
    def refusal(self) -> str:
        """Why the days of these flights cannot be compared with one another; "" where they can."""
        if self.spec.serves_frequency:
            return self.frequency
        return sentences.SOURCE.format(source=self.spec.title)


def run_study(
    study: Study,
    evidence: RouteEvidence,
    *,
    spec: SourceSpec,
    tries: Mapping[str, int] | None = None,
    made_at: str = "",
) -> StudyResult:
    """The whole answer to a study; the same evidence gives the same answer.

    The first event is the headline; the others are in `StudyResult.others`, and all of them
    together in `StudyResult.stack`. `tries` counts the windows, grades, regions and dates that
    this session has looked at; without it this study is the only try.

    Raises
    ------
    InvalidInput
        The study contradicts itself, or an event is outside the days of the evidence.
    """
    route = evidence.route
    study = studies.record_list(study, route.overrides)
    subject = Subject(
        origin_label=route.origin.label,
        destination_label=route.destination.label,
        flights=evidence.flights,
        spec=spec,
        input_hash=hash_inputs(evidence),
        notes=evidence.notes + describe_own_list(route.overrides, evidence.flights),
        frequency=evidence.frequency,
        excluded=_class_excluded(evidence),
        overrides=route.overrides,
        controls=group_controls(evidence),
    )
    return judge_counts(study, count_days(evidence), subject, tries=tries, made_at=made_at)


def _class_excluded(evidence: RouteEvidence) -> tuple[tuple[str, int], ...]:
    labels = evidence.route.origin.label, evidence.route.destination.label
    return tuple(count_exclusions(evidence.excluded, *labels).items())


def judge_counts(
    study: Study,
    counts: CountSeries,
    subject: Subject,
    *,
    tries: Mapping[str, int] | None = None,
    made_at: str = "",
) -> StudyResult:
    """As `run_study`, from counts per day of any origin."""
    studies.validate_design(study)
    places = [_place_event(event.day, counts) for event in study.events]
    head, *rest = answers = _answer_events(counts, places, study, subject)
    family, (verdict, *later) = families.judge_dates(
        [event.day for event in study.events],
        [(each.verdict, each.lower, each.upper) for each in answers],
    )
    flights = _flights_of(subject.flights, counts, head.bound)
    case = replace(head.case, flights=flights)
    frequent = not subject.refusal
    checks, badges = _run_checks(case) if frequent else ((), [])
    exploratory = _is_exploratory(study)
    badges += ["exploratory"] if exploratory else []
    spec = subject.spec
    return StudyResult(
        study=studies.to_plain(study),
        study_hash=studies.study_hash(study),
        verdict=replace(verdict, badges=tuple(badges)),
        event=study.events[0].day,
        event_name=study.events[0].name,
        origin_label=subject.origin_label,
        destination_label=subject.destination_label,
        cargo_rule=format_cargo_rule(study.min_grade, subject.overrides),
        series=counts,
        lower=head.lower,
        upper=head.upper,
        sensitivity=_try_windows(counts, places, study, subject) if frequent else (),
        checks=checks,
        flights_lower=count_flights(counts.lower),
        flights_upper=count_flights(counts.upper),
        flights_neither_end=count_flights(counts.neither_end),
        days_used=int(head.case.series.used.sum()),
        days_missing=list_missing(counts),
        sources=(SourceNote(spec.key, spec.title, spec.licence, spec.attribution),),
        input_hash=subject.input_hash,
        tries=dict(tries or studies.count_tries(study)),
        simulated=spec.simulated,
        program_version=__version__,
        contents_sentence=CONTENTS_SENTENCE,
        made_at=made_at,
        notes=subject.notes + describe_notes(study, counts),
        excluded=subject.excluded,
        cargo_list=subject.overrides.text if subject.overrides else "",
        shapes=_fit_shapes(counts, head.case.design) if frequent else (),
        controls=head.case.control_effects,
        others=tuple(
            EventAnswer(event.day, event.name, said, answer.lower, answer.upper)
            for event, said, answer in zip(study.events[1:], later, rest, strict=True)
        ),
        stack=_stack_events(counts, answers, study) if frequent else None,
        family=family if frequent else None,
        shifts=find_shifts(counts, around=places[0]) if frequent and exploratory else (),
    )


def _place_event(day: date, counts: CountSeries) -> int:
    place = (day - counts.days[0]).days
    if not 0 <= place < len(counts.days):
        raise InvalidInput(
            f"The event of {numbers.format_date(day)} is outside the days of the record "
            f"({numbers.format_date(counts.days[0])} to {numbers.format_date(counts.days[-1])}). "
            "Change the event or the days."
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


def _answer_events(
    counts: CountSeries, places: list[int], study: Study, subject: Subject
) -> list[_Answer]:
    """One answer per event; days that cannot be compared with one another give no numbers."""
    designs = _design_events(places, study)
    if not subject.refusal:
        return [_answer(counts, design, subject) for design in designs]
    verdict = Verdict(verdicts.SOURCE, subject.refusal)
    series = build_series(counts, "lower")
    return [_Answer(verdict, None, None, Case(counts, series, each, None)) for each in designs]


def _stack_events(counts: CountSeries, answers: list[_Answer], study: Study) -> StackAnswer | None:
    return stacks.answer_stack(
        stacks.StackCase(
            days=counts.days,
            series={bound: build_series(counts, bound) for bound in stacks.BOUNDS},
            designs=tuple(answer.case.design for answer in answers),
            facts={bound: [each.facts[bound] for each in answers] for bound in stacks.BOUNDS},
            seed=study.seed,
        )
    )


def _answer(
    counts: CountSeries, design: Design, subject: Subject, *, drawn: bool = True
) -> _Answer:
    """Both bounds of one event at one window through the rule."""
    series = {bound: build_series(counts, bound) for bound in ("lower", "upper")}
    start, stop = design.event - design.baseline, design.event + design.window
    editions = tuple(list_editions(counts, start, stop))
    origin = np.array(counts.exposure_origin, dtype=float)
    controls = measure_controls(subject.controls, series["lower"], design, origin=origin)
    facts = {bound: _gather(series[bound], design, editions, controls) for bound in series}
    lacking = count_lacking_days(series["lower"], design)
    place = verdicts.EventContext(
        event=counts.days[design.event],
        design=design,
        lacking_days=lacking.days,
        lacking_before=counts.days[design.event if lacking.inside else 0],
        origin=subject.origin_label,
    )
    verdict = verdicts.conclude(facts["lower"], facts["upper"], place)
    kinds = verdicts.decide(facts["lower"], design), verdicts.decide(facts["upper"], design)
    bound = verdicts.pick_bound(*kinds)
    case = Case(
        counts,
        series[bound],
        design,
        facts[bound].ratio,
        control_effects=controls,
        origin=subject.origin_label,
    )
    effects = {
        bound: build_effect(
            facts[bound].ratio, series[bound], design, counts.days, bound=bound, drawn=drawn
        )
        for bound in series
    }
    return _Answer(verdict, effects["lower"], effects["upper"], case, bound, facts)


def _gather(
    series: DailySeries,
    design: Design,
    editions: tuple[str, ...],
    controls: tuple[ControlEffect, ...],
) -> verdicts.Facts:
    """The input of the rule; where comparable dates are too few, other routes calibrate it."""
    ratio = estimate_rate_ratio(series, design)
    if ratio is not None and len(ratio.placebo_dates) < design.needed_placebos:
        others = np.array([effect.s for effect in controls])
        ratio = calibrate_in_space(ratio, series, design, others=others) or ratio
    dates = find_placebo_dates(series, design) if ratio is None else ratio.placebo_dates
    return verdicts.Facts(
        coverage=compare_coverage(series, design) if ratio is None else ratio.coverage,
        ratio=ratio,
        placebos=len(dates),
        heard=bool(series.known.any() or not np.isfinite(series.counts).any()),
        editions=editions,
    )


def _flights_of(flights: pd.DataFrame, counts: CountSeries, bound: str) -> pd.DataFrame:
    """Flights of a bound with the index of their day, for checks that leave some out."""
    if flights.empty:
        return pd.DataFrame()
    first = np.datetime64(counts.days[0], "D")
    at = (flights["day"].to_numpy().astype("datetime64[D]") - first).astype(int)
    chosen = (at >= 0) & (at < len(counts.days))
    if bound == "lower":
        chosen &= (flights["bound"] == "lower").to_numpy(bool)
    return flights[["icao24", "operator"]].assign(at=at)[chosen]


def _run_checks(case: Case) -> tuple[tuple[CheckResult, ...], list[str]]:
    checks = tuple(check.run_check(case) for check in CHECKS)
    badges = {check.NAME: check.BADGE for check in CHECKS}
    ratio = case.ratio
    enough = ratio is not None and len(ratio.placebo_s) >= case.design.needed_placebos
    return checks, verdicts.list_badges(ratio, checks, badges, enough=enough)


def _fit_shapes(counts: CountSeries, design: Design) -> tuple[Shape, ...]:
    bounds = ("lower", "upper")
    fits = (build_shape(build_series(counts, bound), design, bound=bound) for bound in bounds)
    return tuple(filter(None, fits))


def _try_windows(
    counts: CountSeries, places: list[int], study: Study, subject: Subject
) -> tuple[Sensitivity, ...]:
    """The first event at the other windows."""
    found = []
    for window in WINDOWS:
        if window == study.window:
            continue
        design = _design_events(places, study, window)[0]
        answer = _answer(counts, design, subject, drawn=False)
        if answer.lower is not None and answer.upper is not None:
            kind = answer.verdict.kind
            found.append(Sensitivity(window, answer.lower, answer.upper, kind))
    return tuple(found)


def _is_exploratory(study: Study) -> bool:
    defaults = (DEFAULT_WINDOW, DEFAULT_BASELINE)
    return study.exploratory or (study.window, study.baseline) != defaults
