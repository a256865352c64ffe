"""Chooses one of the releases of a day, and describes the choice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from flights.sources.adsblol.listings import Listings, Release, repositories

MUCH_SMALLER = 0.9
"""A release below this share of another one's size lacks part of the day. Our choice."""
CUT_SHORT = 0.5
"""Below this share of the median of the days around it, a day is incomplete. Our choice:
sizes of neighbouring days differ by far less."""
AROUND_DAYS = 7
PODS = ("prod-0", "staging-0", "prod-0tmp", "staging-0tmp")
EARLY_PODS = (*PODS, "test-0", "staging-1")
LAST_EARLY_YEAR = 2023


@dataclass(frozen=True)
class Choice:
    """Releases of one day, the best first.

    `suffixes` are those of its files in the list of preferred releases, `problem` a sentence if
    the choice is unusual, `deficit` a sentence if the day is too small to be complete.
    """

    day: date
    ranked: tuple[Release, ...]
    suffixes: tuple[str, ...] = ()
    problem: str = ""
    deficit: str = ""


def choose(day: date, listings: Listings) -> Choice:
    """The preferred release unless another one is much larger; none if no size is listed."""
    rivals = [each for each in listings.sized.get(day, ()) if not each.is_mlat_only]
    if not rivals:
        return Choice(day, ())
    named = find_preferred(day, listings)
    rivals.sort(key=lambda each: (-(each.size_mib or 0), key(each) not in named, -each.year))
    taken, reason = _prefer(rivals, named)
    ranked = (taken, *(each for each in rivals if each != taken))
    problem = f"{reason} {_short_rivals(ranked)}".strip()
    return Choice(
        day, ranked, named.get(key(taken), ()), problem, describe_short_day(taken, listings)
    )


def _prefer(
    rivals: list[Release], named: Mapping[tuple[int, str], tuple[str, ...]]
) -> tuple[Release, str]:
    """The best of `rivals` (largest first), and a sentence if it is not the preferred one."""
    largest = rivals[0]
    preferred = next((each for each in rivals if key(each) in named), largest)
    if (preferred.size_mib or 0) >= MUCH_SMALLER * (largest.size_mib or 0):
        return preferred, ""
    reason = (
        f"The publisher prefers {preferred.pod} with {_mib(preferred)}; {largest.pod} has "
        f"{_mib(largest)} and was used."
    )
    return largest, reason


def candidates(day: date, named: Iterable[tuple[int, str]] = ()) -> tuple[Release, ...]:
    """Possible releases of a day without listed sizes; each needs a request.

    `named` are keys of releases that the publisher prefers: they come first.
    """
    pods = EARLY_PODS if day.year <= LAST_EARLY_YEAR else PODS
    usual = ((year, pod) for year in repositories(day) for pod in pods)
    return tuple(Release(day, pod, year) for year, pod in dict.fromkeys((*named, *usual)))


def find_preferred(day: date, listings: Listings) -> dict[tuple[int, str], tuple[str, ...]]:
    """Keys of the preferred releases and the suffixes of their files, without those of
    multilateration only."""
    entries = listings.preferred.get(day, ())
    return {key(release): own for release, own in entries if not release.is_mlat_only}


def key(release: Release) -> tuple[int, str]:
    """Identifies a release among those of one day."""
    return release.year, release.pod


def _short_rivals(ranked: tuple[Release, ...]) -> str:
    """A sentence on releases of the same day that are much smaller, "" if there are none."""
    taken = ranked[0].size_mib or 0
    short = [each for each in ranked[1:] if each.size_mib and each.size_mib < CUT_SHORT * taken]
    if not short:
        return ""
    pods = ", ".join(f"{each.pod} ({_mib(each)})" for each in short)
    return f"Incomplete and not used: {pods}; {ranked[0].pod} has {_mib(ranked[0])}."


def describe_short_day(taken: Release, listings: Listings) -> str:
    """A sentence if the day is much smaller than the days around it, else ""."""
    around = []
    for distance in range(-AROUND_DAYS, AROUND_DAYS + 1):
        day = taken.day + timedelta(days=distance)
        sizes = [r.size_mib or 0 for r in listings.sized.get(day, ()) if not r.is_mlat_only]
        around += [max(sizes)] if sizes and distance else []
    usual = median(around) if around else 0
    if taken.size_mib is None or taken.size_mib >= CUT_SHORT * usual:
        return ""
    return (
        f"The largest release of this day has {_mib(taken)}, the days around it have about "
        f"{usual:,.0f} MiB: part of the day is missing."
    )


def _mib(release: Release) -> str:
    return "an unlisted size" if release.size_mib is None else f"{release.size_mib:,} MiB"
