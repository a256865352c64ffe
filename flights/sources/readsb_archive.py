"""Source `readsb`: a `globe_history` folder or tar of a receiver, or a downloaded day."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar

from flights.errors import InvalidInput
from flights.readsb import (
    KIND_OF_DETAIL,
    AircraftFile,
    Task,
    collect_days,
    find_days,
    open_aircraft_file,
)
from flights.records import DayRecords
from flights.sources.base import Cost, Offer, Option, Report, SourceSpec

SIMULATED_YEAR = 2050


@dataclass(frozen=True)
class ReadsbArchive:
    """Days at `path`, read from heatmaps or traces.

    `aircraft` is an aircraft table in the format of tar1090-db; without it, days from heatmaps
    have no registration and type (traces contain them).
    """

    path: Path
    detail: str = "heatmaps"
    aircraft: AircraftFile | None = None

    spec: ClassVar[SourceSpec] = SourceSpec(
        key="readsb",
        title="A readsb globe_history folder or tar",
        gives="flights, tracks and reception of all aircraft the receivers heard",
        needs="nothing; the files are on this machine",
        licence="the licence of the files; ODbL 1.0 for days of adsb.lol",
        attribution="readsb archive given by the user; for days of adsb.lol: "
        "Contains data from adsb.lol, ODbL 1.0",
        terms="as the publisher of the files decides",
        area="where the receivers hear",
        cost_per_day="about 0.5-0.9 GB of heatmaps or 3.5 GB of traces for world traffic",
        known_holes=(
            "Half hours in which readsb was restarted have no heatmap.",
            "Heatmaps contain no altitude and no position of aircraft on the ground.",
        ),
        options=(
            Option(
                "path",
                "A readsb globe_history folder (…/YYYY/MM/DD/…), a tar, or the first of its parts.",
                "path",
                required=True,
                placeholder="/data/globe_history or /data/v2025.06.13-planes-readsb-prod-0.tar",
            ),
            Option(
                "detail",
                "Heatmaps are smaller; traces have every point of the path.",
                "choice",
                ("heatmaps", "traces"),
                "heatmaps",
            ),
            Option(
                "aircraft",
                "Aircraft table in the format of tar1090-db (registration, type).",
                "path",
            ),
        ),
        cost=Cost(bytes_per_day=700_000_000),
        positions=True,
    )

    def offers(self, first: date, last: date) -> list[Offer]:
        """Days at `path`, by file name (by time stamps where the names have no date)."""
        days = find_days(self.path, KIND_OF_DETAIL[self.detail])
        chosen = [each for each in days if first <= each.day <= last]
        _refuse_simulated([each.day for each in chosen], self.path)
        return [Offer(each.day, each.size_bytes, (each,), each.problem) for each in chosen]

    def collect(self, offer: Offer, report: Report) -> tuple[DayRecords, ...]:
        """Records of the day, and of other days with time stamps in its files."""
        names = self.aircraft.find_airframes if self.aircraft else None
        task = Task(self.spec.key, offer.parts[0], self.detail, names)
        found = collect_days(task, report)
        _refuse_simulated([records.day for records in found], self.path)
        return tuple(map(self.aircraft.add_input, found)) if self.aircraft else found


def _refuse_simulated(days: list[date], path: Path) -> None:
    """Simulated days must not enter the archive as observation."""
    if any(day.year == SIMULATED_YEAR for day in days):
        raise InvalidInput(
            f"{path} contains days of {SIMULATED_YEAR}. They are SIMULATED, not observations. "
            "Pull them with the source simulated-readsb, or choose other days."
        )


def open_source(
    *, path: str | Path, detail: str = "heatmaps", aircraft: str | Path | None = None
) -> ReadsbArchive:
    """The source for the files at `path`.

    Parameters
    ----------
    path : a `globe_history` folder, the folder of one day, a folder of tars, a tar, any of its
        parts or the common beginning of their names, or one trace or heatmap file.
    detail : `heatmaps` (fast) or `traces` (every point, four times the bytes).
    aircraft : aircraft table in the format of tar1090-db.

    Raises
    ------
    InvalidInput
        An unknown detail, or a file that does not exist.
    """
    if detail not in KIND_OF_DETAIL:
        raise InvalidInput(f"detail is {detail!r}; it must be one of {sorted(KIND_OF_DETAIL)}.")
    place = Path(path).expanduser()
    if not place.exists() and not list(place.parent.glob(f"{place.name}*")):
        raise InvalidInput(f"{place} does not exist. Give a folder, a tar or a part of a tar.")
    return ReadsbArchive(place, detail, open_aircraft_file(aircraft))
