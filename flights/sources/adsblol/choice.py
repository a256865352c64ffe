"""Which of a day's releases to take, and what to say of the choice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from flights.sources.adsblol.listings import Listings, Release, repositories

MUCH_SMALLER = 0.9
"""A release below this share of a rival's size lacks part of the day."""
CUT_SHORT = 0.5
"""Below this share of the days around it a day is told to be short."""
AROUND_DAYS = 7
PODS = ("prod-0", "staging-0", "prod-0tmp", "staging-0tmp")
EARLY_PODS = (*PODS, "test-0", "staging-1")
LAST_EARLY_YEAR = 2023


@dataclass(frozen=True)
class Choice:
    """Releases of one day, the one to take first. `suffixes` are those the preferred listing
    names for it, `problem` a sentence where the choice is worth telling, `deficit` one where the
    day is so small that it cannot be whole."""

    day: date
    ranked: tuple[Release, ...]
    suffixes: tuple[str, ...] = ()
    problem: str = ""
    deficit: str = ""


def choose(day: date, listings: Listings) -> Choice:
    """The preferred release unless a rival is much larger; none where no size is listed."""
    rivals = [each for each in listings.sized.get(day, ()) if not each.is_mlat_only]
    if not rivals:
        return Choice(day, ())
    named = name_preferred(day, listings)
    rivals.sort(key=lambda each: (-(each.size_mib or 0), key(each) not in named, -each.year))
    taken, told = _prefer(rivals, named)
    ranked = (taken, *(each for each in rivals if each != taken))
    problem = f"{told} {_short_rivals(ranked)}".strip()
    return Choice(day, ranked, named.get(key(taken), ()), problem, tell_short_day(taken, listings))


def _prefer(
    rivals: list[Release], named: Mapping[tuple[int, str], tuple[str, ...]]
) -> tuple[Release, str]:
    """The one to take of `rivals`, the largest first; and a sentence if it is not the preferred."""
    largest = rivals[0]
    preferred = next((each for each in rivals if key(each) in named), largest)
    if (preferred.size_mib or 0) >= MUCH_SMALLER * (largest.size_mib or 0):
        return preferred, ""
    told = (
        f"The publisher prefers {preferred.pod} with {_mib(preferred)}; {largest.pod} holds "
        f"{_mib(largest)} and was taken."
    )
    return largest, told


def candidates(day: date, named: Iterable[tuple[int, str]] = ()) -> tuple[Release, ...]:
    """Releases a day whose sizes no listing gives may have; to be asked for one by one.

    `named` are keys of releases the publisher prefers: they come first.
    """
    pods = EARLY_PODS if day.year <= LAST_EARLY_YEAR else PODS
    usual = ((year, pod) for year in repositories(day) for pod in pods)
    return tuple(Release(day, pod, year) for year, pod in dict.fromkeys((*named, *usual)))


def name_preferred(day: date, listings: Listings) -> dict[tuple[int, str], tuple[str, ...]]:
    """Key of what the publisher prefers, and its assets' suffixes; a release of
    multilateration only is no choice."""
    entries = listings.preferred.get(day, ())
    return {key(release): own for release, own in entries if not release.is_mlat_only}


def key(release: Release) -> tuple[int, str]:
    """What tells the releases of one day apart."""
    return release.year, release.pod


def _short_rivals(ranked: tuple[Release, ...]) -> str:
    """Releases of the same day that are a fraction of the one taken: a trap for others."""
    taken = ranked[0].size_mib or 0
    short = [each for each in ranked[1:] if each.size_mib and each.size_mib < CUT_SHORT * taken]
    if not short:
        return ""
    told = ", ".join(f"{each.pod} ({_mib(each)})" for each in short)
    return f"Cut short and not taken: {told}; {ranked[0].pod} holds {_mib(ranked[0])}."


def tell_short_day(taken: Release, listings: Listings) -> str:
    """A sentence where the day is much smaller than those around it, "" where it is not."""
    around = []
    for distance in range(-AROUND_DAYS, AROUND_DAYS + 1):
        day = taken.day + timedelta(days=distance)
        sizes = [r.size_mib or 0 for r in listings.sized.get(day, ()) if not r.is_mlat_only]
        around += [max(sizes)] if sizes and distance else []
    usual = median(around) if around else 0
    if taken.size_mib is None or taken.size_mib >= CUT_SHORT * usual:
        return ""
    return (
        f"The largest release of this day holds {_mib(taken)}, the days around it "
        f"{usual:,.0f} MiB: part of the day must be missing."
    )


def _mib(release: Release) -> str:
    return "an unlisted size" if release.size_mib is None else f"{release.size_mib:,} MiB"
