"""The result of a study as frozen data: all numbers that charts, reports and pages show."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

SCHEMA_VERSION = 2
"""Version of the keys in result.json; it grows when a key is removed or changes its meaning."""

VERDICTS = (
    "change",
    "no detectable change",
    "too thin",
    "no verdict (coverage)",
    "no verdict (history)",
    "no verdict (source)",
)
"""Kinds of verdict. The last is for a source whose days cannot be compared with one another."""


@dataclass(frozen=True)
class CountSeries:
    """Flights per UTC day, one element for each consecutive day.

    A day whose ledger status is not `complete` has None in every count and exposure: missing is
    never zero. `upper` counts the flights of `lower` and those whose unknown ends may be in the
    regions; `neither_end` counts those of them with neither end known. `exposure` is other
    flights heard: the geometric mean of both regions where both are known.
    `outage` is True on complete days on which the receivers heard so little (below 15 % of the
    weeks around) that no sum uses the day; empty means none.
    `overhead_origin` and `overhead_destination` are positions received per aircraft-hour of
    traffic at cruising height over each region, which do not depend on the route's own traffic;
    empty where the source has no reception data.
    """

    days: tuple[date, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    exposure: tuple[float | None, ...]
    exposure_origin: tuple[float | None, ...]
    exposure_destination: tuple[float | None, ...]
    neither_end: tuple[float | None, ...]
    status: tuple[str, ...]
    reason: tuple[str, ...]
    reader: tuple[str, ...]
    outage: tuple[bool, ...] = ()
    overhead_origin: tuple[float | None, ...] = ()
    overhead_destination: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Placebo:
    """One comparable date: its signed statistic and rate ratio."""

    day: date
    s: float
    rr: float


@dataclass(frozen=True)
class Effect:
    """The rate ratio of one series at one event and window, with its calibration.

    Symbols as on the method page: N1, N0 flights after and before; M1, M0 the weights of those
    days from exposure and weekday; X = N0*M1/M0 expected; s the signed root deviance; n, r, p the
    number of placebo dates, of those at least as large, and the calibrated p; q their quantile
    and phi = (q/1.96)², at least 1, the dispersion. `rr_by_power` is the ratio with exposure to
    the power 0, 1 and 2, `raw_ratio` that of flights a day without any adjustment.

    `coverage` is exposure after over before, `coverage_worst` that of the proxy that changed
    most, and `kappa` = max(coverage_worst, 1/coverage_worst). `volatility` is the variance around
    the event over that of the whole record; `era_p`, `era_lo`, `era_hi` use that variance.
    `p_smooth` is p from Student's t instead of ranks, for questions about several dates or
    routes, where ranks are too coarse to be divided among them.
    `n_controls` is the number of other routes from the same origin that r, p, q and phi come from
    where the record is too short for comparable dates; 0 where they come from dates.
    `mde_up` and `mde_down` are the smallest increase and the largest decrease whose interval
    would, with probability 0.8, be beyond `kappa`; `mde_up` is infinite where no increase can be
    given as a ratio, `mde_down` NaN where not even a stop would be noticed. `rr` is NaN where
    there are no flights in either period.
    """

    bound: str
    event: date
    window: int
    baseline: int
    n1: float
    n0: float
    m1: float
    m0: float
    expected: float
    rr: float
    lo: float
    hi: float
    s: float
    n_placebo: int
    needed_placebo: int
    r: int
    p: float
    q: float
    phi: float
    coverage: float
    kappa: float
    mde_up: float
    mde_down: float
    weekday_factors: tuple[float, ...]
    rr_by_power: tuple[float, float, float]
    raw_ratio: float
    missing_exposure_share: float
    expected_per_day: tuple[float | None, ...] = ()
    placebos: tuple[Placebo, ...] = ()
    coverage_worst: float = math.nan
    volatility: float = 1.0
    era_p: float = 1.0
    era_lo: float = 0.0
    era_hi: float = math.inf
    p_smooth: float = 1.0
    n_controls: int = 0

    @property
    def n_compared(self) -> int:
        """Number of comparable dates, or of other routes, that `r` is a part of."""
        return self.n_controls or self.n_placebo

    @property
    def is_short(self) -> bool:
        """True where there are neither enough comparable dates nor enough other routes."""
        return not self.n_controls and self.n_placebo < self.needed_placebo

    @property
    def compared_with(self) -> str:
        """What `r` is a part of, in words."""
        return "other routes in the same days" if self.n_controls else "other dates"


@dataclass(frozen=True)
class Verdict:
    """A kind from `VERDICTS`, the sentence of the closed list, and badges.

    `bound_note` says which bound gives which verdict where lower and upper differ. `direction` is
    `increase` or `decrease` for a change, else empty.
    """

    kind: str
    sentence: str
    direction: str = ""
    bound_note: str = ""
    badges: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckResult:
    """One robustness check: `passed`, `failed` or `not applicable`, a table, a sentence."""

    name: str
    title: str
    outcome: str
    sentence: str
    table: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Sensitivity:
    """The same question at another window; never a verdict of its own."""

    window: int
    lower: Effect
    upper: Effect
    kind: str


@dataclass(frozen=True)
class SourceNote:
    """A source, its licence, and the attribution that it asks for."""

    key: str
    title: str
    licence: str
    attribution: str


@dataclass(frozen=True)
class EventAnswer:
    """The answer to one of the later events of a study with several."""

    event: date
    event_name: str
    verdict: Verdict
    lower: Effect | None
    upper: Effect | None


@dataclass(frozen=True)
class ControlEffect:
    """The change of another route from the same origin on the same days.

    `label` is its destination; symbols as in `Effect`.
    """

    label: str
    n1: float
    n0: float
    expected: float
    rr: float
    s: float


@dataclass(frozen=True)
class Shape:
    """Quasi-Poisson regression of a bound's days on the event, weekday and exposure.

    A diagnostic, never a verdict: `rr` with its 95 % interval; the same next to a linear trend;
    `dispersion`, Pearson's chi-square over its degrees of freedom, without trend; `weekday_rates`
    relative to the mean weekday, Monday first, NaN on weekdays without flights.
    """

    bound: str
    rr: float
    lo: float
    hi: float
    dispersion: float
    weekday_rates: tuple[float, ...]
    rr_trend: float = math.nan
    lo_trend: float = math.nan
    hi_trend: float = math.nan


@dataclass(frozen=True)
class Stack:
    """Several events of one kind together, for one bound.

    `z` is the stacked statistic, `sets` the number of random sets of as many comparable dates
    that it is ranked among, `r` the number of those at least as large; `n1`, `expected`, `rr`,
    `lo`, `hi`, `n_placebo`, `mde_up` and `mde_down` as in `Effect`; `kappa` the largest of the
    events. `room` windows fit into the comparable dates without overlap, `needed_room` must; with
    fewer, `sets` is 0 and p is 1.
    """

    bound: str
    events: tuple[date, ...]
    n1: float
    expected: float
    rr: float
    lo: float
    hi: float
    z: float
    sets: int
    r: int
    p: float
    n_placebo: int = 0
    room: int = 0
    needed_room: int = 0
    kappa: float = 1.0
    mde_up: float = math.inf
    mde_down: float = math.nan


@dataclass(frozen=True)
class StackAnswer:
    """The verdict of several events of one kind together, and both bounds."""

    verdict: Verdict
    lower: Stack | None
    upper: Stack | None


@dataclass(frozen=True)
class FamilyMember:
    """One date or route of a question about several: its p, and p adjusted for the others.

    `p` is the larger of both bounds, and 1 where there is no verdict. `p_adjusted` takes the
    number of dates or routes into account; `holds` is True where it is at most 0.05.
    """

    label: str
    p: float
    p_adjusted: float
    holds: bool


@dataclass(frozen=True)
class Family:
    """All dates or routes of one question; `method` is "Holm" or "Benjamini-Hochberg"."""

    method: str
    members: tuple[FamilyMember, ...]


@dataclass(frozen=True)
class Shift:
    """A day from which the series has another level; exploratory, never a verdict.

    `rate_before` and `rate_after` are flights a day of the levels on both sides.
    """

    day: date
    rate_before: float
    rate_after: float


@dataclass(frozen=True)
class StudyResult:
    """The answer to one study. `made_at` is the only field that differs between two equal runs.

    `flights_neither_end` are those of `flights_upper` with neither end known. `excluded` counts,
    by reason, the flights with an unknown end that cannot have been in the region; they are in
    neither bound. `cargo_list` is the text of the user's own cargo list, "" without one.
    `controls` are other routes from the same origin on the same days. `shapes` and `shifts` are
    diagnostics that give no verdict; `shifts` are those of exploratory studies only. `stack` is
    the answer to three or more events together, and `family` the p of several dates, each
    adjusted for the others.
    """

    study: Mapping[str, Any]
    study_hash: str
    verdict: Verdict
    event: date
    event_name: str
    origin_label: str
    destination_label: str
    cargo_rule: str
    series: CountSeries
    lower: Effect | None
    upper: Effect | None
    sensitivity: tuple[Sensitivity, ...]
    checks: tuple[CheckResult, ...]
    flights_lower: int
    flights_upper: int
    flights_neither_end: int
    days_used: int
    days_missing: tuple[tuple[date, str, str], ...]
    sources: tuple[SourceNote, ...]
    input_hash: str
    tries: Mapping[str, int]
    simulated: bool
    program_version: str
    contents_sentence: str
    made_at: str = ""
    schema_version: int = SCHEMA_VERSION
    notes: tuple[str, ...] = field(default_factory=tuple)
    others: tuple[EventAnswer, ...] = ()
    excluded: tuple[tuple[str, int], ...] = ()
    cargo_list: str = ""
    controls: tuple[ControlEffect, ...] = ()
    shapes: tuple[Shape, ...] = ()
    stack: StackAnswer | None = None
    family: Family | None = None
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True)
class ListResult:
    """Several studies together; a CHANGE of one is corrected for the number of all."""

    results: tuple[StudyResult, ...]
    family: Family
    contents_sentence: str
    schema_version: int = SCHEMA_VERSION

    @property
    def simulated(self) -> bool:
        """True where any of the studies is of made-up data."""
        return any(result.simulated for result in self.results)


def to_json(result: StudyResult | ListResult) -> dict[str, Any]:
    """The result as plain JSON values; infinities become the strings "inf" and "-inf"."""
    plain: dict[str, Any] = _plain(asdict(result))
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, float) and math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return value
