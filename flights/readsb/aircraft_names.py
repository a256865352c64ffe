"""An aircraft table that names airframes, given with an archive that does not."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from flights.errors import InvalidInput
from flights.records import DayRecords
from flights.reference.aircraft import Airframe, read_aircraft
from flights.reference.editions import input_of


@dataclass(frozen=True)
class AircraftFile:
    """A table in tar1090-db's form at `path`."""

    path: Path

    def find_airframes(self, icao24s: frozenset[str]) -> Mapping[str, Airframe]:
        """Airframes of these addresses that the table lists."""
        return read_aircraft(self.path, icao24s).airframes

    def add_input(self, records: DayRecords) -> DayRecords:
        """The same records with the table among their inputs: another table gives other names."""
        entry = replace(records.entry, inputs=(*records.entry.inputs, input_of(self.path)))
        return replace(records, entry=entry)


def open_aircraft_file(path: str | Path | None) -> AircraftFile | None:
    """The table at `path`; None where none is given.

    Raises
    ------
    InvalidInput
        No file is there.
    """
    if not path:
        return None
    table = Path(path).expanduser()
    if not table.is_file():
        raise InvalidInput(f"{table} is not there. Give an aircraft table (csv or csv.gz).")
    return AircraftFile(table)
