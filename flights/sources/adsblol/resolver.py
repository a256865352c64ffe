"""Finds the release files of days: reads the lists, chooses, and asks the server."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flights.errors import FlightDataError, RangesRefused, RateLimited, SourceUnavailable
from flights.sources.adsblol.choice import (
    MUCH_SMALLER,
    Choice,
    candidates,
    choose,
    describe_short_day,
    find_preferred,
    key,
)
from flights.sources.adsblol.listings import (
    LIMIT_BYTES,
    Listings,
    Release,
    join,
    listing_path,
    read_preferred,
    read_sizes,
    repositories,
)
from flights.sources.adsblol.release_files import MIB, Published, ReleaseFiles

FIRST_DAY = date(2023, 2, 16)
THREADS = 4
UNLISTED_IN_A_ROW = 14
"""After the last listed day, this many days without a release end the search. Our choice: the
lists are late by days, not by weeks."""

Report = Callable[[str, float], None]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DayRelease:
    """The release of a day. `published` is None if the server could not be reached (`problem`
    has the reason); `rivals` are other releases of the day, the best first. With a `deficit`, a
    sentence, the day is not complete."""

    day: date
    published: Published | None
    rivals: tuple[Release, ...] = ()
    problem: str = ""
    deficit: str = ""

    @property
    def size(self) -> int:
        """Bytes of the tar; the listed size if the server could not be reached."""
        if self.published:
            return self.published.size
        return (self.rivals[0].size_mib or 0) * MIB if self.rivals else 0


@dataclass(frozen=True)
class Resolver:
    """Finds the releases of days; `lists` is the address of the server of the lists."""

    releases: ReleaseFiles
    lists: str

    def resolve(self, first: date, last: date) -> list[DayRelease]:
        """Days from `first` to `last` that have a release, in order.

        Raises
        ------
        SourceUnavailable
            The lists cannot be fetched, or the server cannot be reached for any day.
        """
        first = max(first, FIRST_DAY)
        if last < first:
            return []
        listings = self._fetch_listings(first, last)
        with ThreadPoolExecutor(THREADS) as pool:
            found = list(self._resolve_all(first, last, listings, pool))
        unasked = [each for each in found if each.published is None]
        if unasked and len(unasked) == len(found):
            raise SourceUnavailable(unasked[0].problem)
        return _judge_sizes(found, listings)

    def with_report(self, report: Report) -> "Resolver":
        """The same resolver, which reports its waits."""
        return replace(
            self, releases=replace(self.releases, door=self.releases.door.with_report(report))
        )

    def resolve_day(self, day: date) -> DayRelease | None:
        """One day again, for instance after a failed request; None = no release."""
        listings = self._fetch_listings(day, day)
        found = self._fetch_day(day, listings)
        return _judge_sizes([found], listings)[0] if found else None

    def _fetch_listings(self, first: date, last: date) -> Listings:
        """Lists of all years whose repositories may have these days, up to the first empty one."""
        found = []
        for year in range(min(repositories(first)), last.year + 2):
            if year > last.year and year not in repositories(last):
                break
            listed = self._fetch_year(year)
            if listed is None and year > first.year:
                break
            found += [listed] if listed else []
        return join(found)

    def _fetch_year(self, year: int) -> Listings | None:
        texts = []
        for name in ("RELEASES.md", "PREFERRED_RELEASES.txt"):
            address = self.lists + listing_path(year, name)
            body = self.releases.door.fetch(address, limit=LIMIT_BYTES)
            texts.append((body or b"").decode("utf-8", "replace"))
        listed = Listings(read_sizes(texts[0]), read_preferred(texts[1]))
        if any(texts) and listed.last_day is None:
            log.warning("the lists of %d have no release; each day is requested by itself", year)
        return listed if listed.last_day else None

    def _resolve_all(
        self, first: date, last: date, listings: Listings, pool: ThreadPoolExecutor
    ) -> Iterator[DayRelease]:
        """Listed days at once; later days in steps of `UNLISTED_IN_A_ROW` until a step is empty."""
        listed = min(last, listings.last_day or first - timedelta(days=1))
        yield from filter(
            None, pool.map(lambda day: self._try(day, listings), _days(first, listed))
        )
        start = max(first, listed + timedelta(days=1))
        while start <= last:
            stop = min(last, start + timedelta(days=UNLISTED_IN_A_ROW - 1))
            more = list(pool.map(lambda day: self._try(day, listings), _days(start, stop)))
            yield from filter(None, more)
            if not any(more):
                return
            start = stop + timedelta(days=1)

    def _try(self, day: date, listings: Listings) -> DayRelease | None:
        """One day; an error of it must not end the search for the others."""
        try:
            return self._fetch_day(day, listings)
        except RateLimited:
            raise
        except FlightDataError as error:
            size = choose(day, listings).ranked[:1]
            return DayRelease(
                day, None, size, f"The release of {day} could not be checked: {error}"
            )

    def _fetch_day(self, day: date, listings: Listings) -> DayRelease | None:
        """The first release with all its files and its listed size; else the largest."""
        looked: dict[tuple[int, str], Published] = {}
        if all(each.is_mlat_only for each in listings.sized.get(day, ())):
            looked = self._fetch_unlisted(day, listings)
            sized = [replace(e.release, size_mib=e.size_mib) for e in looked.values()]
            listings = replace(listings, sized={**listings.sized, day: tuple(sized)})
        choice = choose(day, listings)
        problems, broken = [choice.problem] if choice.problem else [], list[DayRelease]()
        for release in choice.ranked:
            found = looked.get(key(release)) or self._fetch_listed(release, choice)
            if found is None:
                problems.append(f"{release.tag} is listed but does not exist.")
                continue
            rivals = tuple(each for each in choice.ranked if each != release)
            sentence = " ".join([*problems, found.problem]).strip()
            here = DayRelease(day, found, rivals, sentence, choice.deficit)
            listed = (release.size_mib or 0) * MIB
            if found.is_whole and found.size + MIB >= MUCH_SMALLER * listed:
                return here
            problems.append(found.problem)
            broken.append(here)
        return max(broken, key=lambda each: each.size, default=None)

    def _fetch_listed(self, release: Release, choice: Choice) -> Published | None:
        suffixes = choice.suffixes if release == choice.ranked[0] else ()
        return self.releases.fetch_published(release, suffixes)

    def _fetch_unlisted(self, day: date, listings: Listings) -> dict[tuple[int, str], Published]:
        """All releases of a day without listed sizes."""
        named = find_preferred(day, listings)
        looked = {
            key(each): self.releases.fetch_published(each, named.get(key(each), ()))
            for each in candidates(day, named)
        }
        return {name: found for name, found in looked.items() if found}


def _judge_sizes(found: list[DayRelease], listings: Listings) -> list[DayRelease]:
    """The same days, with `deficit` from the real sizes: lists are late or have older sizes."""
    there = {
        each.day: replace(each.published.release, size_mib=each.published.size_mib)
        for each in found
        if each.published
    }
    sized = {**listings.sized, **{day: (release,) for day, release in there.items()}}
    known = replace(listings, sized=sized)
    return [
        replace(each, deficit=describe_short_day(there[each.day], known))
        if each.day in there
        else each
        for each in found
    ]


def find_unbroken(releases: ReleaseFiles, found: DayRelease) -> DayRelease:
    """The day with another release if its tar is cut off and the other is complete and as large.

    A tar ends with zeros as end mark; a tar that was cut off when made or uploaded has none.
    """
    published = found.published
    if published is None or _ends_whole(releases, published):
        return found
    for release in found.rivals:
        rival = releases.fetch_published(release)
        large_enough = rival and rival.size >= MUCH_SMALLER * published.size
        if rival and rival.is_whole and large_enough and _ends_whole(releases, rival):
            reason = (
                f"{published.release.tag} is cut off (no end mark); {rival.release.tag} was read."
            )
            return replace(found, published=rival, problem=f"{found.problem} {reason}".strip())
    return found


def _ends_whole(releases: ReleaseFiles, published: Published) -> bool:
    try:
        return published.is_whole and published.as_tar(releases.door).ends_whole()
    except RangesRefused:
        return published.is_whole


def _days(first: date, last: date) -> Iterator[date]:
    for number in range(max((last - first).days + 1, 0)):
        yield first + timedelta(days=number)
