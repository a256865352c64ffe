"""What the files of one day contained, and whether that makes the day complete."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from flights.errors import BadPayload
from flights.readsb.heatmap import HeatmapPositions, read_heatmap
from flights.readsb.members import HEATMAP, Intake, Member
from flights.readsb.position_quality import IntegrityTally
from flights.readsb.sorted_spill import DAY_MS, Spill
from flights.readsb.traces import read_trace
from flights.records import NON_ICAO, format_icao24, parse_icao24
from flights.reference.aircraft import Airframe

HALF_HOURS = 48
HALF_HOUR_MS = DAY_MS // HALF_HOURS
WHOLE_SHARE = 0.95
"""A heatmap whose slices cover a smaller share of its half hour is not complete."""
QUIET_SHARE = 0.05
"""With a smaller share of the positions of a usual half hour, a half hour is quiet. In the quietest
half hour, a worldwide network still receives about half."""
TRACE_FOLDERS = 256
MOST_AIRCRAFT = 400_000
"""Aircraft in one day; the whole world has about 60,000."""
MOST_NAMED = 3
_EPOCH = date(1970, 1, 1)
_FIRST_PLAUSIBLE_MS = 1_000_000_000_000
"""September 2001: before any ADS-B receiver a hobbyist could own."""
_LAST_PLAUSIBLE_MS = 4_102_444_800_000
"""The year 2100."""


@dataclass
class Content:
    """Filled member by member. Days are those of the stamps.

    `half_hours` and `trace_folders` count whole files only; `misnamed` are heatmaps whose
    stamps speak of another half hour than their name. `heard` counts positions by half hour
    since 1970. Of `only` some addresses, if any are given, positions are kept.
    """

    spill: Spill
    only: frozenset[int] = frozenset()
    heatmaps: int = 0
    traces: int = 0
    invalid: int = 0
    half_hours: dict[date, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    heard: Counter[int] = field(default_factory=Counter)
    trace_folders: set[str] = field(default_factory=set)
    addresses: "AddressesHeard" = field(default_factory=lambda: AddressesHeard())
    airframes: dict[str, Airframe] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    misnamed: list[str] = field(default_factory=list)
    integrity: IntegrityTally = field(default_factory=IntegrityTally)

    def take(self, member: Member) -> None:
        """Decode one member; what cannot be decoded is remembered, never raised."""
        try:
            if member.kind == HEATMAP:
                self._take_heatmap(member)
            else:
                self._take_trace(member)
        except BadPayload as error:
            self.unreadable.append(str(error))

    def _take_heatmap(self, member: Member) -> None:
        found = read_heatmap(member.data, member.name)
        _check_time(found.starts_at, member.name)
        self.addresses.add(found.positions["icao24"], member.name)
        self.heatmaps += 1
        self.invalid += found.invalid
        number, moment = divmod(found.starts_at, DAY_MS)
        half_hour = moment // HALF_HOUR_MS
        self.heard[found.starts_at // HALF_HOUR_MS] += len(found.positions)
        if problem := found.problem or _cover_too_little(found):
            self.damaged.append(problem)
        else:
            self.half_hours[_EPOCH + timedelta(days=number)][half_hour] += 1
        if member.key.isdigit() and int(member.key) != half_hour:
            self.misnamed.append(member.name)
        self._keep(found.positions)

    def _take_trace(self, member: Member) -> None:
        found = read_trace(member.data, member.name)
        _check_time(found.base_ms, member.name)
        self.addresses.add(found.positions["icao24"][:1], member.name)
        self.traces += 1
        self.invalid += found.invalid
        if found.problem:
            self.damaged.append(found.problem)
        self.trace_folders.add(found.icao24[-2:])
        self._keep(found.positions)
        here = self.spill.holds(found.positions["seen_at"])
        self._count_heard(found.positions["seen_at"][here])
        if not self.only or parse_icao24(found.icao24) in self.only:
            self.integrity.add(found.positions[here], found.integrity[here])
        if found.airframe != Airframe():
            self.airframes[found.icao24] = found.airframe

    def _keep(self, positions: np.ndarray) -> None:
        if self.only:
            positions = positions[np.isin(positions["icao24"], list(self.only))]
        self.spill.add(positions)

    def _count_heard(self, seen_at: NDArray[np.int64]) -> None:
        halves, counts = np.unique(seen_at // HALF_HOUR_MS, return_counts=True)
        self.heard.update(dict(zip(halves.tolist(), counts.tolist(), strict=True)))

    @property
    def icao24s(self) -> frozenset[str]:
        """Addresses heard, as text."""
        return frozenset(map(format_icao24, self.addresses.heard()))


class AddressesHeard:
    """Which of all possible addresses were heard, in memory that does not grow with them."""

    def __init__(self) -> None:
        self._heard = np.zeros(2 * NON_ICAO, bool)
        self._count = 0

    def add(self, icao24: NDArray[np.uint32], name: str) -> None:
        """Take the addresses of a file.

        Raises
        ------
        BadPayload
            With them it would be more aircraft than a day can have; none of them is taken.
        """
        fresh = np.unique(icao24[~self._heard[icao24]])
        if self._count + len(fresh) > MOST_AIRCRAFT:
            raise BadPayload(
                f"{name} contains {len(fresh):,} aircraft more than were heard before it, and no "
                f"day has more than {MOST_AIRCRAFT:,}: it was refused."
            )
        self._heard[fresh] = True
        self._count += len(fresh)

    def heard(self) -> list[int]:
        """Addresses in order."""
        found: list[int] = np.flatnonzero(self._heard).tolist()
        return found


def _cover_too_little(found: HeatmapPositions) -> str:
    """A sentence where a heatmap that is whole by its own index is not half an hour long."""
    covered_ms = found.slices * found.interval_ms
    if covered_ms >= WHOLE_SHARE * HALF_HOUR_MS:
        return ""
    return f"{found.name} covers {max(covered_ms, 0) / 60_000:.0f} of its 30 minutes."


def _check_time(stamp: int, name: str) -> None:
    if not _FIRST_PLAUSIBLE_MS <= stamp < _LAST_PLAUSIBLE_MS:
        raise BadPayload(
            f"{name} is stamped {stamp / 1000:.0f} s after 1970: not a plausible time."
        )


def find_deficits(content: Content, intake: Intake, day: date, kind: str) -> list[str]:
    """Sentences that each forbid to call `day` complete."""
    found = list(intake.problems)
    if kind == HEATMAP:
        found += _missing_half_hours(content.half_hours.get(day, Counter()))
    else:
        found += _missing_folders(content, intake)
    found += _some(content.damaged, "damaged")
    found += _some(content.unreadable, "unreadable")
    found += _some([f"{name}." for name in content.misnamed], "stamped other than named")
    if intake.lost:
        found.append(f"{intake.lost} file(s) that should contain positions were refused.")
    others = {each: count for each, count in content.spill.days().items() if each != day}
    if others:
        listed = ", ".join(f"{each} ({count:,})" for each, count in others.items())
        found.append(f"The time stamps inside are also of other days (positions): {listed}.")
    return found


def find_quiet_half_hours(content: Content, day: date, kind: str) -> list[str]:
    """A sentence where half hours contain almost no positions.

    One receiver may hear no aircraft for long; a worldwide network always hears some.
    """
    first = (day - _EPOCH).days * HALF_HOURS
    counts = np.array([content.heard[first + number] for number in range(HALF_HOURS)])
    there = content.half_hours.get(day, Counter()) if kind == HEATMAP else range(HALF_HOURS)
    usual = np.median(counts[counts > 0]) if counts.any() else 0.0
    quiet = [number for number in there if counts[number] < QUIET_SHARE * usual]
    if not quiet:
        return []
    return [
        f"{len(quiet)} half hour(s) contain less than a twentieth of the {usual:,.0f} positions "
        f"that are usual on this day: {_as_times(sorted(quiet))} UTC."
    ]


def _missing_half_hours(there: Counter[int]) -> list[str]:
    missing = [number for number in range(HALF_HOURS) if number not in there]
    found = []
    if missing:
        found.append(
            f"{len(missing)} of {HALF_HOURS} half hours have no whole heatmap: "
            f"{_as_times(missing)} UTC."
        )
    return found


def _missing_folders(content: Content, intake: Intake) -> list[str]:
    there = len(content.trace_folders | intake.folders)
    if there >= TRACE_FOLDERS:
        return []
    return [f"{there} of {TRACE_FOLDERS} trace folders are there."]


def _as_times(numbers: Sequence[int]) -> str:
    """Half hours as ranges.

    >>> _as_times([0, 1, 2, 7])
    '00:00-01:30, 03:30-04:00'
    """
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number:
            spans[-1][1] = number + 1
        else:
            spans.append([number, number + 1])
    return ", ".join(f"{_clock(start)}-{_clock(stop)}" for start, stop in spans)


def _clock(half_hour: int) -> str:
    return f"{half_hour // 2:02d}:{half_hour % 2 * 30:02d}"


def _some(sentences: list[str], what: str) -> list[str]:
    """The first few, and how many there are."""
    if not sentences:
        return []
    rest = len(sentences) - MOST_NAMED
    more = f" And {rest} more." if rest > 0 else ""
    return [f"{len(sentences)} file(s) {what}: {' '.join(sentences[:MOST_NAMED])}{more}"]
