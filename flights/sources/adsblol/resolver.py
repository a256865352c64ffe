"""From days to the files that hold them: listings, choice, and a look at the server."""

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
    key,
    name_preferred,
    tell_short_day,
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
"""Behind the last listed day, so many days without a release end the search."""

Report = Callable[[str, float], None]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DayRelease:
    """A day's release. `published` is None where the server could not be asked (`problem` says
    so); `rivals` are other releases of the day, the likeliest first. `deficit` forbids to call
    the day complete."""

    day: date
    published: Published | None
    rivals: tuple[Release, ...] = ()
    problem: str = ""
    deficit: str = ""

    @property
    def size(self) -> int:
        """Bytes of the tar, as listed where the server could not be asked."""
        if self.published:
            return self.published.size
        return (self.rivals[0].size_mib or 0) * MIB if self.rivals else 0


@dataclass(frozen=True)
class Resolver:
    """`releases` is where releases lie, `lists` the address of the server of listings."""

    releases: ReleaseFiles
    lists: str

    def resolve(self, first: date, last: date) -> list[DayRelease]:
        """Days from `first` to `last` that have a release, in order.

        Raises
        ------
        SourceUnavailable
            The listings cannot be asked for, or no day's release can be looked at.
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

    def told_to(self, report: Report) -> "Resolver":
        """The same, whose waits are reported."""
        return replace(
            self, releases=replace(self.releases, door=self.releases.door.told_to(report))
        )

    def resolve_day(self, day: date) -> DayRelease | None:
        """One day again, for instance where the first look failed; None = no release."""
        listings = self._fetch_listings(day, day)
        found = self._look(day, listings)
        return _judge_sizes([found], listings)[0] if found else None

    def _fetch_listings(self, first: date, last: date) -> Listings:
        """Of all years whose repositories may hold these days, up to one that lists nothing."""
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
            log.warning("the listings of %d name no release; each day is looked for itself", year)
        return listed if listed.last_day else None

    def _resolve_all(
        self, first: date, last: date, listings: Listings, pool: ThreadPoolExecutor
    ) -> Iterator[DayRelease]:
        """Listed days at once; behind them in steps, until for long there is none."""
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
        """A day that cannot be looked at must not end the search for the others."""
        try:
            return self._look(day, listings)
        except RateLimited:
            raise
        except FlightDataError as error:
            size = choose(day, listings).ranked[:1]
            return DayRelease(day, None, size, f"{day} could not be looked at: {error}")

    def _look(self, day: date, listings: Listings) -> DayRelease | None:
        """The first release whose assets are all there, as large as listed; else the largest."""
        looked: dict[tuple[int, str], Published] = {}
        if all(each.is_mlat_only for each in listings.sized.get(day, ())):
            looked = self._look_at_all(day, listings)
            sized = [replace(e.release, size_mib=e.size_mib) for e in looked.values()]
            listings = replace(listings, sized={**listings.sized, day: tuple(sized)})
        choice = choose(day, listings)
        told, broken = [choice.problem] if choice.problem else [], list[DayRelease]()
        for release in choice.ranked:
            found = looked.get(key(release)) or self._look_listed(release, choice)
            if found is None:
                told.append(f"{release.tag} is listed and not there.")
                continue
            rivals = tuple(each for each in choice.ranked if each != release)
            sentence = " ".join([*told, found.problem]).strip()
            here = DayRelease(day, found, rivals, sentence, choice.deficit)
            listed = (release.size_mib or 0) * MIB
            if found.is_whole and found.size + MIB >= MUCH_SMALLER * listed:
                return here
            told.append(found.problem)
            broken.append(here)
        return max(broken, key=lambda each: each.size, default=None)

    def _look_listed(self, release: Release, choice: Choice) -> Published | None:
        suffixes = choice.suffixes if release == choice.ranked[0] else ()
        return self.releases.look_up(release, suffixes)

    def _look_at_all(self, day: date, listings: Listings) -> dict[tuple[int, str], Published]:
        """Whatever lies there of a day whose sizes no listing gives."""
        named = name_preferred(day, listings)
        looked = {
            key(each): self.releases.look_up(each, named.get(key(each), ()))
            for each in candidates(day, named)
        }
        return {name: found for name, found in looked.items() if found}


def _judge_sizes(found: list[DayRelease], listings: Listings) -> list[DayRelease]:
    """The same, held to the sizes that lie there: listings lag, or speak of an earlier upload."""
    there = {
        each.day: replace(each.published.release, size_mib=each.published.size_mib)
        for each in found
        if each.published
    }
    sized = {**listings.sized, **{day: (release,) for day, release in there.items()}}
    known = replace(listings, sized=sized)
    return [
        replace(each, deficit=tell_short_day(there[each.day], known)) if each.day in there else each
        for each in found
    ]


def find_unbroken(releases: ReleaseFiles, found: DayRelease) -> DayRelease:
    """The day with a rival in place of a tar that was cut, if there is a whole one of its size.

    A tar ends in an end mark of zeros; one that was cut when it was made or uploaded has none.
    """
    published = found.published
    if published is None or _ends_whole(releases, published):
        return found
    for release in found.rivals:
        rival = releases.look_up(release)
        large_enough = rival and rival.size >= MUCH_SMALLER * published.size
        if rival and rival.is_whole and large_enough and _ends_whole(releases, rival):
            told = (
                f"{published.release.tag} is cut: it has no end mark; {rival.release.tag} was read."
            )
            return replace(found, published=rival, problem=f"{found.problem} {told}".strip())
    return found


def _ends_whole(releases: ReleaseFiles, published: Published) -> bool:
    try:
        return published.is_whole and published.as_tar(releases.door).ends_whole()
    except RangesRefused:
        return published.is_whole


def _days(first: date, last: date) -> Iterator[date]:
    for number in range(max((last - first).days + 1, 0)):
        yield first + timedelta(days=number)
