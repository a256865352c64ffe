"""Changes of other routes from the same origin at an event: same days, same receivers."""

from collections.abc import Sequence

import numpy as np

from analysis.numerics import (
    ControlRoute,
    DailySeries,
    Design,
    Floats,
    divide_rates,
    signed_root,
    weigh_days,
)
from analysis.study import ControlEffect, measure_exposure

LEAST_EXPECTED = 3.0
"""Expected flights below which a route is too thin for a comparison (STATISTICS.md, section 7)."""


def measure_controls(
    routes: Sequence[ControlRoute],
    series: DailySeries,
    design: Design,
    *,
    origin: Floats | None = None,
) -> tuple[ControlEffect, ...]:
    """Effect at the event of every route with `LEAST_EXPECTED` or more expected flights.

    Parameters
    ----------
    origin
        Other flights heard per day at the origin, shape (days,); NaN = not known. It weighs the
        days, with the weekdays of each route; the exposure of `series` does where it is None or
        0 on all days.

    Returns
    -------
    tuple
        Largest expected number first. Outages of `series` are left out.
    """
    if not routes:
        return ()
    heard = series if origin is None else _use_origin(origin, series)
    sums = np.array([_sum_route(route, heard, design) for route in routes])
    there = (sums[:, 2] > 0) & (sums[:, 3] > 0)
    n1, n0, m1, m0 = sums[there].T
    rr = divide_rates(n1, n0, m1=m1, m0=m0)
    s = signed_root(n1, n0, m1=m1, m0=m0)
    labels = [route.label for route, used in zip(routes, there, strict=True) if used]
    rows = np.column_stack([n1, n0, n0 * m1 / m0, rr, s]).tolist()
    found = (ControlEffect(label, *row) for label, row in zip(labels, rows, strict=True))
    kept = [effect for effect in found if effect.expected >= LEAST_EXPECTED]
    return tuple(sorted(kept, key=lambda effect: (-effect.expected, effect.label)))


def _use_origin(origin: Floats, series: DailySeries) -> DailySeries:
    """The days of `series` with the exposure of the origin only."""
    if not np.nansum(origin) > 0:
        return series
    exposure, outage = measure_exposure(origin, np.full(len(origin), np.nan))
    return DailySeries(series.counts, exposure, series.weekday, series.outage | outage)


def _sum_route(
    route: ControlRoute, heard: DailySeries, design: Design
) -> tuple[float, float, float, float]:
    """Flights after and before the event, and the weights of those days."""
    own = DailySeries(route.counts, heard.exposure, heard.weekday, heard.outage)
    weights, _ = weigh_days(own, event=design.event, window=design.window)
    counts = np.where(own.used, own.counts, 0.0)
    after = slice(design.event, design.event + design.window)
    before = slice(max(design.event - design.baseline, 0), design.event)
    return counts[after].sum(), counts[before].sum(), weights[after].sum(), weights[before].sum()
