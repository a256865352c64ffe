"""Source `adsblol`: daily releases at GitHub, all aircraft worldwide since February 2023."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from flights.config import read_settings
from flights.errors import BadPayload, InvalidInput
from flights.network import Door
from flights.readsb import (
    KIND_OF_DETAIL,
    AircraftFile,
    RemoteDay,
    Task,
    collect_days,
    open_aircraft_file,
)
from flights.records import TABLES, DayRecords, LedgerEntry, empty_table, parse_icao24
from flights.sources.adsblol.listings import GITHUB, LISTINGS
from flights.sources.adsblol.release_files import ReleaseFiles
from flights.sources.adsblol.resolver import FIRST_DAY, DayRelease, Resolver, find_unbroken
from flights.sources.base import Cost, Offer, Option, Report, SourceSpec, narrow

HEATMAP_SHARE = 0.25
"""Heatmaps are about this share of the bytes of a release."""
HEATMAP_REQUESTS, TRACE_REQUESTS = 50, 4
MOST_AIRCRAFT = 1000

SPEC = SourceSpec(
    key="adsblol",
    title="adsb.lol daily releases (GitHub)",
    gives="flights, tracks and reception of all aircraft its receivers heard, worldwide",
    needs="nothing",
    licence="ODbL 1.0",
    attribution="Contains data from adsb.lol, ODbL 1.0",
    terms="a derived database must be published under ODbL too; charts need the attribution only",
    first_day=FIRST_DAY,
    cost_per_day="about 0.5-0.9 GB of heatmaps, read as byte ranges of 2-4 GB (2-4 GB with "
    "traces), about 50 requests",
    known_holes=(
        "28 May to 10 June 2025 exist only as releases named -0tmp; on 11 June normal ones have "
        "a fifth of their size. The tmp releases are read.",
        "11 February 2024 is half a day; part .aa of a release of 22 September 2024 is missing.",
        "The prod release of 15 October 2025 is cut off.",
        "25 February 2026 has 122 of 256 trace folders.",
        "4 to 7 May 2026 and other days of that May are missing or incomplete; some five days from "
        "11 June 2026 on are missing.",
        "There are few receivers in inland China, Iran, Turkmenistan and Africa, and on oceans.",
    ),
    why_absent="adsb.lol has published no release of this day, or not yet.",
    remote=True,
    positions=True,
    cost=Cost(bytes_per_day=700_000_000, requests_per_day=HEATMAP_REQUESTS),
    cannot_show="flights in areas with few receivers, such as inland China, Iran and Turkmenistan",
    options=(
        Option(
            "detail",
            "Heatmaps are a quarter of the bytes; traces have every point of the path.",
            "choice",
            ("heatmaps", "traces"),
            "heatmaps",
        ),
        Option(
            "icao24",
            "Only these aircraft, from traces: addresses of six hex digits, separated by "
            "commas. Such a series is for reports on these aircraft, not for counts.",
            placeholder="4d0103,471f5a",
        ),
        Option(
            "aircraft", "Aircraft table in the format of tar1090-db (registration, type).", "path"
        ),
    ),
)


@dataclass(frozen=True)
class Adsblol:
    """The releases, read from heatmaps or traces; `only`: only these aircraft, if any are given."""

    resolver: Resolver
    detail: str = "heatmaps"
    only: frozenset[str] = frozenset()
    aircraft: AircraftFile | None = None
    spec: SourceSpec = SPEC

    def offers(self, first: date, last: date) -> list[Offer]:
        """Days that have a release, with the tags and sizes of its files.

        Raises
        ------
        SourceUnavailable
            The lists cannot be fetched, or the server cannot be reached for any day.
        """
        return [self._offer(each) for each in self.resolver.resolve(first, last)]

    def _offer(self, found: DayRelease) -> Offer:
        share = HEATMAP_SHARE if self.detail == "heatmaps" else 1.0
        return Offer(
            found.day,
            int(share * found.size),
            (found,),
            f"{found.problem} {found.deficit}".strip(),
            requests=HEATMAP_REQUESTS if self.detail == "heatmaps" else TRACE_REQUESTS,
            fingerprint=found.published.fingerprint if found.published else "",
        )

    def collect(self, offer: Offer, report: Report) -> Iterable[DayRecords]:
        """Records of the day, and of other days with time stamps in its files.

        Raises
        ------
        SourceUnavailable
            The release cannot be read, or was uploaded again since `offers`.
        """
        resolver = self.resolver.with_report(report)
        found: DayRelease | None = offer.parts[0]
        if found is None or found.published is None:
            found = resolver.resolve_day(offer.day)
        if found is None or found.published is None:
            return (self._nothing(offer.day),)
        fingerprint = offer.fingerprint or found.published.fingerprint
        found = find_unbroken(resolver.releases, found)
        task = Task(
            self.spec.key,
            self._as_day(found, resolver.releases.door),
            self.detail,
            self.aircraft.find_airframes if self.aircraft else None,
            only=self.only,
            scope=self.spec.scope,
            fingerprint=fingerprint,
            deficit=found.deficit,
            worldwide=True,
        )
        records = collect_days(task, report)
        return tuple(map(self.aircraft.add_input, records)) if self.aircraft else records

    def _as_day(self, found: DayRelease, door: Door) -> RemoteDay:
        published = found.published
        assert published is not None
        release = published.release
        return RemoteDay(
            found.day, published.as_tar(door), release.tag, release.pod, found.problem, self.only
        )

    def _nothing(self, day: date) -> DayRecords:
        why = (SPEC.why_absent,)
        entry = LedgerEntry(self.spec.key, day, "missing", why, scope=self.spec.scope)
        return DayRecords(entry, **{name: empty_table(name) for name in TABLES})


def open_source(
    *, detail: str = "heatmaps", icao24: str | None = None, aircraft: str | None = None
) -> Adsblol:
    """The releases of adsb.lol.

    Parameters
    ----------
    detail : `heatmaps` (fast) or `traces` (every point, four times the bytes).
    icao24 : addresses separated by commas; only these aircraft, from traces.
    aircraft : aircraft table in the format of tar1090-db.

    Raises
    ------
    InvalidInput
        An unknown detail, an invalid address, or a table that does not exist.
    """
    if detail not in KIND_OF_DETAIL:
        raise InvalidInput(f"detail is {detail!r}; it must be one of {sorted(KIND_OF_DETAIL)}.")
    settings = read_settings()
    releases = ReleaseFiles(Door(settings.cache), settings.server(GITHUB))
    resolver = Resolver(releases, settings.server(LISTINGS))
    source = Adsblol(resolver, detail, aircraft=open_aircraft_file(aircraft))
    only = _addresses(icao24 or "")
    if not only:
        return source
    spec = replace(narrow(SPEC, f"icao24:{','.join(sorted(only))}"), serves_frequency=False)
    return replace(source, detail="traces", only=only, spec=spec)


def _addresses(text: str) -> frozenset[str]:
    found = frozenset(each.lower() for each in re.split(r"[,\s]+", text) if each)
    for each in found:
        try:
            parse_icao24(each)
        except BadPayload as error:
            raise InvalidInput(
                f"icao24: {error}. Give addresses separated by commas, such as 4d0103,471f5a."
            ) from error
    if len(found) > MOST_AIRCRAFT:
        raise InvalidInput(f"icao24 has {len(found):,} aircraft; the limit is {MOST_AIRCRAFT:,}.")
    return found
