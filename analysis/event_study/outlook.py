"""Before any day is pulled: which change could a route with this number of flights a week show?

The variance of the counts is not known before there are any, so that every answer names its
assumption, and is also given for a more variable route.
"""

import math
from dataclasses import dataclass

from analysis.numerics import find_detectable_changes
from analysis.study import StudyResult, format_count, format_ratio
from flights.planning.needed_days import (
    BASELINES,
    DAYS_LIKE_EVENT,
    DEFAULT_BASELINE,
    DEFAULT_WINDOW,
    WINDOWS,
    count_needed_days,
)

MORE_VARIABLE = 2.0
"""Variance of the second route in every answer, over the variance assumed.

A choice: it shows how much the answer depends on the assumed variance.
"""

MOST_PER_WEEK = 10_000.0
"""More flights a week than any route has: the end of the search, and the largest input."""


@dataclass(frozen=True)
class Windows:
    """Days from an event on (`window`), and days before it that they are compared with."""

    window: int = DEFAULT_WINDOW
    baseline: int = DEFAULT_BASELINE

    @property
    def days(self) -> int:
        """Complete days that a verdict needs, with those for the comparable dates."""
        return count_needed_days(self.window, self.baseline) + self.window

    @property
    def usual(self) -> bool:
        """True for the default windows, which give the headline."""
        return (self.window, self.baseline) == (DEFAULT_WINDOW, DEFAULT_BASELINE)


@dataclass(frozen=True)
class Usual:
    """The usual traffic of a route, from the days of a record outside the event's own.

    `days` is the number of complete days; `phi` is None where there are too few comparable dates.
    """

    per_week: float
    days: int
    phi: float | None


@dataclass(frozen=True)
class Outlook:
    """The changes that a route of `per_week` flights could show.

    `up` is the smallest increase that would be noticed with probability 0.8 (infinite: none),
    `down` the largest decrease (NaN: not even a stop), `variable_up` as `up` where the variance
    is `MORE_VARIABLE` times as large. `enough` are the allowed windows with the fewest days in
    which the increase `notice` would be noticed, None if there are none; `enough_per_week` is the
    least rate at which some windows would do, `asked_per_week` that at which `asked` would.
    """

    per_week: float
    asked: Windows
    phi: float
    notice: float
    up: float
    down: float
    variable_up: float
    enough: Windows | None
    enough_per_week: float
    asked_per_week: float


USUAL = Windows()


def estimate_outlook(
    per_week: float, *, windows: Windows = USUAL, phi: float = 1.0, notice: float = 1.5
) -> Outlook:
    """The changes that a route with this number of flights a week could show.

    Parameters
    ----------
    per_week
        Usual flights a week, 0 or more.
    phi
        Assumed variance over mean of the counts: 1 is chance alone.
    notice
        Ratio of the increase that should be noticed, above 1.
    """
    up, down = find_noticeable(per_week, windows, phi=phi)
    return Outlook(
        per_week=per_week,
        asked=windows,
        phi=phi,
        notice=notice,
        up=up,
        down=down,
        variable_up=find_noticeable(per_week, windows, phi=phi * MORE_VARIABLE)[0],
        enough=windows if up <= notice else find_windows(per_week, notice, phi=phi),
        enough_per_week=find_rate(notice, Windows(WINDOWS[-1], BASELINES[-1]), phi=phi),
        asked_per_week=find_rate(notice, windows, phi=phi),
    )


def find_noticeable(per_week: float, windows: Windows, *, phi: float) -> tuple[float, float]:
    """Smallest increase and largest decrease that would be noticed with probability 0.8."""
    before = per_week / 7 * windows.baseline
    return find_detectable_changes(before, m1=windows.window, m0=windows.baseline, phi=phi)


def find_windows(per_week: float, notice: float, *, phi: float) -> Windows | None:
    """The allowed windows with the fewest days that would notice the increase; None without any."""
    allowed = [Windows(window, baseline) for window in WINDOWS for baseline in BASELINES]
    for windows in sorted(allowed, key=lambda each: each.days):
        if find_noticeable(per_week, windows, phi=phi)[0] <= notice:
            return windows
    return None


def find_rate(notice: float, windows: Windows, *, phi: float) -> float:
    """Least flights a week at which these windows would notice it; infinite where no rate would."""
    from scipy.optimize import brentq

    def lacks(log: float) -> float:
        return min(find_noticeable(math.exp(log), windows, phi=phi)[0], 1e4) - notice

    least, most = math.log(0.01), math.log(MOST_PER_WEEK)
    if lacks(most) > 0:
        return math.inf
    return math.exp(brentq(lacks, least, most, xtol=1e-3)) if lacks(least) > 0 else 0.01


def measure_usual(result: StudyResult) -> Usual:
    """Flights a week of the lower bound on complete days, without the event's own days."""
    series, first = result.series, result.series.days[0]
    at = (result.event - first).days
    own = range(at, at + max(int(result.study["window"]), DAYS_LIKE_EVENT))
    outage = series.outage or (False,) * len(series.days)
    counts = [
        count
        for place, (count, out) in enumerate(zip(series.lower, outage, strict=True))
        if count is not None and not out and place not in own
    ]
    lower = result.lower
    known = lower is not None and lower.n_placebo >= lower.needed_placebo
    return Usual(
        per_week=7 * sum(counts) / len(counts) if counts else math.nan,
        days=len(counts),
        phi=lower.phi if lower is not None and known else None,
    )


def describe_outlook(found: Outlook, *, held: int | None = None) -> list[str]:
    """The answer in sentences; `held` days are already complete (None: all that `asked` needs)."""
    windows = found.asked
    have = windows.days if held is None else held
    days = f"{windows.window} days from the event on against {windows.baseline} before"
    return [
        f"With the usual {format_rate(found.per_week)} a week of this route, you could notice "
        f"{_format_noticeable(found.up, found.down)} ({days}; {windows.days} days in all).",
        _describe_wish(found, have),
        _describe_scatter(found),
    ]


def format_rate(per_week: float) -> str:
    """Flights a week.

    >>> format_rate(3), format_rate(1), format_rate(2.35), format_rate(0.04)
    ('3 flights', '1 flight', '2.4 flights', '0.04 flights')
    """
    shown = f"{per_week:,.1f}" if per_week >= 0.95 else f"{per_week:.2g}"
    shown = shown.removesuffix(".0")
    return f"{shown} flight" + ("" if shown == "1" else "s")


def _format_noticeable(up: float, down: float) -> str:
    if math.isinf(up):
        return "no increase of any size"
    fall = "" if math.isnan(down) else f", or a fall to {format_ratio(down)} or less"
    return f"{format_ratio(up)} or more{fall}"


def _describe_wish(found: Outlook, have: int) -> str:
    wish, enough = format_ratio(found.notice), found.enough
    if enough is None:
        return _describe_refusal(found)
    more = max(enough.days - have, 0)
    lack = f"you would need {format_count(more)} more days" if more else "you have enough days"
    if enough == found.asked:
        return f"For {wish} {lack}."
    lasting = (
        f"{enough.window} days from the event on against {enough.baseline} before, "
        f"{enough.days} days in all"
    )
    label = "" if enough.usual else ", and the answer is exploratory"
    return (
        f"For {wish} {lack}: {lasting}. The change must then last {enough.window} days"
        f"{label}; choose this window before you look at the data."
    )


def _describe_refusal(found: Outlook) -> str:
    wish, longest = format_ratio(found.notice), Windows(WINDOWS[-1], BASELINES[-1])
    said = (
        f"For {wish} no number of days is enough at this rate: {longest.window} days against "
        f"{longest.baseline} before, the longest windows of the method, are not enough, and more "
        "days before them only add comparable dates."
    )
    if math.isinf(found.enough_per_week):
        return f"{said} No rate is enough."
    rates = f"They are enough from about {_round_up(found.enough_per_week)} a week"
    if math.isfinite(found.asked_per_week) and found.asked != longest:
        rates += f", and the chosen windows from about {_round_up(found.asked_per_week)}"
    return f"{said} {rates}."


def _describe_scatter(found: Outlook) -> str:
    usual = "as by chance alone (φ = 1)" if found.phi == 1 else f"with φ = {found.phi:.2g}"
    variable = found.phi * MORE_VARIABLE
    return (
        f"This assumes that counts vary {usual}. On a more variable route (φ = {variable:.2g}) it "
        f"is {_format_noticeable(found.variable_up, math.nan)}. The variance is estimated from the "
        "route's own days."
    )


def _round_up(per_week: float) -> str:
    step = 1.0 if per_week >= 10 else 0.1
    return format_rate(math.ceil(per_week / step) * step)
