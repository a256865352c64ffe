"""What other routes from the same origin did at an event: same days, same receivers."""

from collections.abc import Sequence

import numpy as np

from analysis.numerics import (
    ControlRoute,
    DailySeries,
    Design,
    divide_rates,
    signed_root,
    weigh_days,
)
from analysis.study import ControlEffect, measure_exposure

LEAST_EXPECTED = 3.0
"""Expected flights below which a route is too thin to be compared with."""


def measure_controls(
    routes: Sequence[ControlRoute],
    series: DailySeries,
    design: Design,
    *,
    origin: np.ndarray | None = None,
) -> tuple[ControlEffect, ...]:
    """Effect at the event of every route with `LEAST_EXPECTED` flights or more to expect.

    Each is weighed by its own weekdays and by what was heard at the origin a day (by the exposure
    of `series` where that is not known), without the outages of `series`. Largest first.
    """
    if not routes:
        return ()
    heard = series if origin is None else _hear_origin(origin, series)
    sums = np.array([_sum_route(route, heard, design) for route in routes])
    there = (sums[:, 2] > 0) & (sums[:, 3] > 0)
    n1, n0, m1, m0 = sums[there].T
    rr = divide_rates(n1, n0, m1=m1, m0=m0)
    s = signed_root(n1, n0, m1=m1, m0=m0)
    labels = [route.label for route, held in zip(routes, there, strict=True) if held]
    rows = np.column_stack([n1, n0, n0 * m1 / m0, rr, s]).tolist()
    found = (ControlEffect(label, *row) for label, row in zip(labels, rows, strict=True))
    kept = [effect for effect in found if effect.expected >= LEAST_EXPECTED]
    return tuple(sorted(kept, key=lambda effect: (-effect.expected, effect.label)))


def _hear_origin(origin: np.ndarray, series: DailySeries) -> DailySeries:
    """The days of `series` with the exposure of the origin alone."""
    if not np.nansum(origin) > 0:
        return series
    exposure, outage = measure_exposure(origin, np.full(len(origin), np.nan))
    return DailySeries(series.counts, exposure, series.weekday, series.outage | outage)


def _sum_route(
    route: ControlRoute, heard: DailySeries, design: Design
) -> tuple[float, float, float, float]:
    """Flights after and before the event, and what they are counted against."""
    own = DailySeries(route.counts, heard.exposure, heard.weekday, heard.outage)
    weights, _ = weigh_days(own, event=design.event, window=design.window)
    counts = np.where(own.used, own.counts, 0.0)
    after = slice(design.event, design.event + design.window)
    before = slice(max(design.event - design.baseline, 0), design.event)
    return counts[after].sum(), counts[before].sum(), weights[after].sum(), weights[before].sum()
