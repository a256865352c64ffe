"""From day series to the arrays of the estimators, and from estimates to results."""

from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from analysis.estimators.change_scan import scan_levels
from analysis.estimators.placebo_rate_ratio import divide_at_event
from analysis.estimators.quasi_poisson import estimate_shape
from analysis.numerics import DailySeries, Design, Floats, RateRatio, find_placebo_dates, weigh_days
from analysis.study import CountSeries, Effect, Placebo, Shape, Shift

SCANNED_DAYS = 730
"""Days before and after an event that are scanned for levels.

A choice: the scan takes time with the square of the days, and older levels say nothing of the
event.
"""


@dataclass(frozen=True)
class Lacking:
    """Complete days that are missing for a verdict; `inside` if some of them are in the record."""

    days: int
    inside: bool


def build_series(counts: CountSeries, bound: str) -> DailySeries:
    """The arrays of one bound; None becomes NaN."""
    flights = counts.lower if bound == "lower" else counts.upper
    first = counts.days[0].weekday()
    heard = counts.exposure_origin, counts.exposure_destination
    proxies = [
        _to_array(each) for each in (*heard, counts.overhead_origin, counts.overhead_destination)
    ]
    return DailySeries(
        counts=_to_array(flights),
        exposure=_to_array(counts.exposure),
        weekday=(first + np.arange(len(counts.days))) % 7,
        outage=np.array(counts.outage or (False,) * len(counts.days), dtype=bool),
        proxies=tuple(each for each in proxies if len(each) and np.nansum(each) > 0),
    )


def count_lacking_days(series: DailySeries, design: Design) -> Lacking:
    """Complete days that the record lacks before the event for enough comparable dates."""
    dates = find_placebo_dates(series, design)
    lacking = design.needed_placebos - len(dates)
    if lacking <= 0:
        return Lacking(0, inside=False)
    later = int(np.sum(dates > design.event))
    span = design.needed_days - later
    reach = min(span, design.event)
    complete = np.isfinite(series.counts)[design.event - reach : design.event]
    days = span - int(complete.sum())
    if days <= 0:  # enough days, but too many of their windows have holes
        return Lacking(lacking, inside=False)
    return Lacking(days, inside=not complete.all())


def build_effect(
    ratio: RateRatio | None,
    series: DailySeries,
    design: Design,
    days: tuple[date, ...],
    *,
    bound: str,
    drawn: bool = True,
) -> Effect | None:
    """The estimate as a result; None where there is none.

    `drawn` adds the expectation per day and the placebo dates, which charts draw. Placebo dates
    are left out where other routes calibrate the estimate.
    """
    if ratio is None:
        return None
    raw, over = (divide_at_event(series, design, power=power) for power in (0, 2))
    return Effect(
        bound=bound,
        event=days[design.event],
        window=design.window,
        baseline=design.baseline,
        **{name: getattr(ratio, name) for name in _SAME},
        n_placebo=len(ratio.placebo_s),
        needed_placebo=design.needed_placebos,
        coverage=ratio.coverage.ratio,
        coverage_worst=ratio.coverage.worst,
        kappa=ratio.coverage.kappa,
        weekday_factors=tuple(ratio.weekday_factors.tolist()),
        rr_by_power=(raw, ratio.rr, over),
        raw_ratio=ratio.coverage.raw,
        missing_exposure_share=ratio.coverage.missing_share,
        expected_per_day=_expect_per_day(ratio, series) if drawn else (),
        placebos=_list_placebos(ratio, days) if drawn and not ratio.n_controls else (),
    )


def build_shape(series: DailySeries, design: Design, *, bound: str) -> Shape | None:
    """The regression of one bound as a result; None where it has no finite ratio."""
    fit = estimate_shape(series, design)
    if fit is None:
        return None
    plain = asdict(fit) | {"weekday_rates": tuple(fit.weekday_rates.tolist())}
    return Shape(bound=bound, **plain)


def find_shifts(counts: CountSeries, *, around: int, bound: str = "lower") -> tuple[Shift, ...]:
    """Days from which the series has another level; exploratory, for no verdict.

    Only the days within `SCANNED_DAYS` of the index `around` are scanned.
    """
    series = build_series(counts, bound)
    # No event: weekday factors come from all days.
    weights, _ = weigh_days(series, event=len(series), window=0)
    flown = np.where(series.used, np.nan_to_num(series.counts), 0.0)
    first, stop = max(around - SCANNED_DAYS, 0), min(around + SCANNED_DAYS, len(series))
    places = scan_levels(flown[first:stop], weights[first:stop])
    edges = [first, *(first + place for place in places), stop]
    rates = [flown[a:b].sum() / max(series.used[a:b].sum(), 1) for a, b in pairwise(edges)]
    levels = zip(edges[1:-1], pairwise(rates), strict=True)
    return tuple(Shift(counts.days[at], float(a), float(b)) for at, (a, b) in levels)


def _expect_per_day(ratio: RateRatio, series: DailySeries) -> tuple[float | None, ...]:
    per_day = ratio.weights * (ratio.n0 / ratio.m0)
    pairs = zip(per_day.tolist(), series.used.tolist(), strict=True)
    return tuple(value if used else None for value, used in pairs)


def _list_placebos(ratio: RateRatio, days: tuple[date, ...]) -> tuple[Placebo, ...]:
    columns = (ratio.placebo_dates, ratio.placebo_s, ratio.placebo_rr)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return tuple(Placebo(days[at], s, rr) for at, s, rr in rows)


_SAME = (  # fields that `RateRatio` and `Effect` share
    *("n1", "n0", "m1", "m0", "expected", "rr", "lo", "hi", "s", "r", "p", "q", "phi"),
    *("mde_up", "mde_down", "volatility", "era_p", "era_lo", "era_hi", "p_smooth"),
    "n_controls",
)


def _to_array(values: tuple[float | None, ...]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=float)
