"""adsb.lol's lists of its releases: `RELEASES.md` (sizes), `PREFERRED_RELEASES.txt` (files).

The lists are late, sometimes contain both a `.tar` and its parts, and sometimes prefer a release
with positions by multilateration only; the module `choice` selects a release.

References
----------
https://github.com/adsblol/globe_history_2025
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

GITHUB = "https://github.com"
LISTINGS = "https://raw.githubusercontent.com"
LIMIT_BYTES = 8 << 20
"""A year's listing is below 200 kB."""
_POD = r"[a-z]+-\d{1,2}(?:tmp)?"
_TAG = rf"v(\d{{4}})\.(\d\d)\.(\d\d)-planes-readsb-({_POD})"
_SIZED = re.compile(
    rf"\[planes-readsb-{_POD} \((\d{{1,7}}) MiB\)\]"
    rf"\(https://github\.com/adsblol/globe_history_(\d{{4}})/releases/tag/{_TAG}#"
)
_ASSET = re.compile(
    rf"https://github\.com/adsblol/globe_history_(\d{{4}})/releases/download/{_TAG}"
    rf"/{_TAG}\.tar(\.[a-z]{{2}})?"
)


@dataclass(frozen=True)
class Release:
    """A day as recorded by one pod. `year` is that of the repository and may differ from the
    day's; `size_mib` as listed, None if it is not listed."""

    day: date
    pod: str
    year: int
    size_mib: int | None = None

    @property
    def tag(self) -> str:
        """Name of the release and of its files."""
        return f"v{self.day:%Y.%m.%d}-planes-readsb-{self.pod}"

    @property
    def is_mlat_only(self) -> bool:
        """True if it has only positions by multilateration."""
        return self.pod.startswith("mlatonly")

    def asset_path(self, suffix: str) -> str:
        """Path at GitHub of the file that ends in `suffix` (`.tar`, `.tar.aa` ...)."""
        return f"/adsblol/globe_history_{self.year}/releases/download/{self.tag}/{self.tag}{suffix}"


@dataclass(frozen=True)
class Listings:
    """The lists of one or several years.

    `sized`: all releases of a day with their sizes; `preferred`: the releases of a day that the
    publisher prefers, and the suffixes of their files.
    """

    sized: Mapping[date, tuple[Release, ...]] = field(default_factory=dict)
    preferred: Mapping[date, tuple[tuple[Release, tuple[str, ...]], ...]] = field(
        default_factory=dict
    )

    @property
    def last_day(self) -> date | None:
        """The last listed day."""
        return max([*self.sized, *self.preferred], default=None)


def listing_path(year: int, name: str) -> str:
    """Path of a list at the raw server."""
    return f"/adsblol/globe_history_{year}/main/{name}"


def read_sizes(text: str) -> dict[date, tuple[Release, ...]]:
    """Releases per day from `RELEASES.md`; other text is ignored."""
    found: dict[date, tuple[Release, ...]] = {}
    for size, repository, year, month, day, pod in _SIZED.findall(text):
        if of := _date(year, month, day):
            release = Release(of, pod, int(repository), int(size))
            found[of] = (*found.get(of, ()), release)
    return found


def read_preferred(text: str) -> dict[date, tuple[tuple[Release, tuple[str, ...]], ...]]:
    """Preferred releases and suffixes of their files per day, from `PREFERRED_RELEASES.txt`."""
    found: dict[date, tuple[tuple[Release, tuple[str, ...]], ...]] = {}
    for line in text.splitlines():
        suffixes: dict[Release, tuple[str, ...]] = {}
        for address in line.split(","):
            if match := _ASSET.fullmatch(address.strip()):
                repository, *tag, suffix = match.group(1, 2, 3, 4, 5, 10)
                of = _date(*tag[:3])
                if of and match.group(2, 3, 4, 5) == match.group(6, 7, 8, 9):
                    release = Release(of, tag[3], int(repository))
                    suffixes[release] = (*suffixes.get(release, ()), f".tar{suffix or ''}")
        for release, own in suffixes.items():
            found[release.day] = (*found.get(release.day, ()), (release, own))
    return found


def join(listings: list[Listings]) -> Listings:
    """Lists of several years as one; a day may be in two of them."""
    joined = Listings({}, {})
    for each in listings:
        for ours, theirs in ((joined.sized, each.sized), (joined.preferred, each.preferred)):
            for day, entries in theirs.items():
                ours[day] = (*ours.get(day, ()), *entries)  # type: ignore[index]
    return joined


def repositories(day: date) -> tuple[int, ...]:
    """Years whose repository may contain a day, the most likely first.

    Days from 14 December on have been put into the repository of the next year, and the first
    days of a year may be in that of the previous year.
    """
    if day.month == 12:
        return (day.year, day.year + 1)
    if day.month == 1 and day.day <= 7:
        return (day.year, day.year - 1)
    return (day.year,)


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
