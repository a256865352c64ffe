"""Days of a table: their flights in the archive's columns, and the status of each day."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from flights.errors import InvalidInput
from flights.legs import flag_speeds
from flights.records import (
    FLIGHT,
    IMPOSSIBLE_SPEED,
    DayRecords,
    InputFile,
    LedgerEntry,
    count_flags,
    empty_table,
)
from flights.reference.airports import airports_input
from flights.sources.own_table.columns.rules import describe_rules
from flights.sources.own_table.staging import READER, Findings
from flights.sources.row_limits import describe_cap, find_cut_days, find_thin_days, is_round_cap

MOST_DAYS = 366 * 60
"""A longer declaration is probably a typing error: ADS-B is younger than sixty years."""

BAD_ROWS = ("doubt", "no-flights")
"""Rejected rows may be flights that their days lack, or are declared to be no flights."""

ROW_LIMITS = ("suspect", "none")
"""Rows that look cut off at a limit make their days partial, unless there was no limit."""

WHOLE = "If there was no limit, import the table again with --row-limit none."

NOT_SAID = (
    "The table does not say which days it covers completely. If it contains every flight of its "
    "kind on some days, import it again with these days (--covers)."
)


@dataclass(frozen=True)
class CoveredDays:
    """The UTC days, both inclusive, for which a table is declared to contain every flight."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def days(self) -> list[date]:
        """Every day, in order."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


def parse_cover(text: str) -> CoveredDays:
    """Reads days such as `2025-01-01..2025-06-30`.

    Raises
    ------
    InvalidInput
        The text is not a pair of days, they end before they begin, or span over sixty years.
    """
    begins, _, ends = text.partition("..")
    try:
        cover = CoveredDays(date.fromisoformat(begins.strip()), date.fromisoformat(ends.strip()))
    except ValueError as error:
        raise InvalidInput(
            f"{text!r} is not a range of days. Write the first and the last day, for example "
            "2025-01-01..2025-06-30."
        ) from error
    if cover.last < cover.first:
        raise InvalidInput(f"The days end ({cover.last}) before they begin ({cover.first}).")
    if (cover.last - cover.first).days >= MOST_DAYS:
        raise InvalidInput(
            f"{text} is more than sixty years. Enter the days that the table covers."
        )
    return cover


def looks_cut(findings: Findings) -> bool:
    """True where the rows of the table, or of one of its days, look cut off at a limit."""
    return is_round_cap(findings.rows) or bool(find_cut_days(findings.days))


@dataclass(frozen=True)
class TableDays:
    """The days of one imported table; `source` is the key of its series."""

    source: str
    findings: Findings
    input: InputFile
    cover: CoveredDays | None = None
    bad_rows: str = BAD_ROWS[0]
    zone: str = "UTC"
    row_limit: str = ROW_LIMITS[0]

    def days(self) -> list[date]:
        """Days with flights, and those the table covers, in order."""
        covered = self.cover.days() if self.cover else []
        return sorted({*self.findings.days, *covered})

    def read(self, wanted: Collection[date]) -> Iterator[DayRecords]:
        """Records of the wanted days, in order."""
        flights = _DayRows(self.findings)
        for day in self.days():
            found = flights.take(day)
            if day in wanted:
                yield self._records(day, found)

    def _records(self, day: date, rows: pa.Table) -> DayRecords:
        status, reasons = self.judge(day)
        flights = _as_flights(rows, self.source, day)
        counts = {
            "positions": 0,
            "flights": len(flights),
            "aircraft": int(flights["icao24"].nunique()),
            "dropped_rows": self.findings.doubtful.get(day, 0),
            **count_flags(flights["flags"], [IMPOSSIBLE_SPEED]),
        }
        entry = LedgerEntry(
            source=self.source,
            day=day,
            status=status,
            reasons=(*reasons, *self.remarks()),
            inputs=(self.input, *airports_input()),
            detail="flights",
            reader=READER,
            release_kind="own table",
            counts=counts | self._of_table(),
        )
        rest = {name: empty_table(name) for name in ("edges", "tracks", "reception")}
        return DayRecords(entry, flights=flights, **rest)

    def _of_table(self) -> dict[str, int]:
        """Rejected rows of the whole table, by rule; the same on each day."""
        return {f"dropped_in_table_{rule}": n for rule, n in self.findings.kept_aside.items()}

    def judge(self, day: date) -> tuple[str, tuple[str, ...]]:
        """Status of a day, and why."""
        doubts = self._doubts(day)
        if self.cover is None:
            return "partial", (NOT_SAID, *doubts)
        span = f"{self.cover.first} to {self.cover.last}"
        if day not in self.cover:
            outside = f"The table is declared to cover {span}; this day is outside."
            return "partial", (outside, *doubts)
        declared = (
            "The person who imported the table declared that it contains every flight of its kind "
            f"from {span}{'' if self._is_suspect else ', and that no row limit cut it off'}."
        )
        return ("partial" if doubts else "complete"), (*doubts, declared)

    def _doubts(self, day: date) -> list[str]:
        doubts = [why[day] for why in (self._cut, self._thin) if day in why]
        if self._is_suspect and is_round_cap(self.findings.rows):
            doubts.append(f"{describe_cap(self.findings.rows, 'The table')} {WHOLE}")
        return doubts + ([] if self.bad_rows == "no-flights" else self._doubtful_rows(day))

    @property
    def _is_suspect(self) -> bool:
        return self.row_limit != ROW_LIMITS[1]

    @cached_property
    def _cut(self) -> dict[date, str]:
        return find_cut_days(self.findings.days) if self._is_suspect else {}

    @cached_property
    def _thin(self) -> dict[date, str]:
        covered = self.cover.days() if self.cover and self._is_suspect else []
        return find_thin_days(self.findings.days, covered)

    def _doubtful_rows(self, day: date) -> list[str]:
        doubts = []
        if count := self.findings.doubtful.get(day, 0):
            doubts.append(f"{_rows(count)} of this day could not be imported.")
        if self.findings.unplaced:
            doubts.append(
                f"{_rows(self.findings.unplaced)} of the table without a readable day may belong "
                "to this one. Correct or remove them and import the table again, or declare that "
                "they are no flights (--bad-rows no-flights)."
            )
        return doubts

    def remarks(self) -> tuple[str, ...]:
        """Sentences on assumptions about the table and on values left out."""
        found = self.findings
        said = list(found.notes)
        if found.zoneless:
            said.append(f"Times without a time zone were read as {self.zone}.")
        for name, count in found.left.items():
            if count:
                said.append(f"{_LEFT.get(name, name)} was set to unknown in {count:,} flights.")
        if self.bad_rows == "no-flights" and found.bad_rows:
            said.append("Rejected rows were declared to be no flights.")
        return tuple(said)


_LEFT = {
    "operator": "An operator that is not a three-letter designator",
    "typecode": "A type that is not an ICAO designator",
    "origin": "An origin with an unknown airport code",
    "destination": "A destination with an unknown airport code",
}


def describe_findings(found: Findings) -> list[str]:
    """Sentences on a whole table: flights, days, rejected rows."""
    if not found.days:
        lines = [f"{_rows(found.rows)} read; none of them is a flight."]
    else:
        first, last = min(found.days), max(found.days)
        lines = [
            f"{_rows(found.rows)} read: {found.flights:,} flights on {len(found.days):,} days, "
            f"{first} to {last}."
        ]
    if found.bad_rows:
        why = describe_rules(found.kept_aside)
        lines.append(f"{_rows(found.bad_rows)} rejected: {why}.")
    return lines


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


class _DayRows:
    """Reads the staged flights day by day, in order."""

    def __init__(self, found: Findings) -> None:
        self._counts = found.days
        file = pq.ParquetFile(found.folder / "rows.parquet")
        self._batches = file.iter_batches(50_000)
        self._schema = file.schema_arrow
        self._rest = self._schema.empty_table()

    def take(self, day: date) -> pa.Table:
        """The flights of a day; call it for the days in order."""
        count = self._counts.get(day, 0)
        while self._rest.num_rows < count:
            batch = pa.Table.from_batches([next(self._batches)])
            self._rest = pa.concat_tables([self._rest, batch])
        found, self._rest = self._rest.slice(0, count), self._rest.slice(count)
        return found


def _as_flights(rows: pa.Table, source: str, day: date) -> pd.DataFrame:
    """Rows in the columns of `records.FLIGHT`."""
    frame = rows.to_pandas()
    times = {
        name: pd.to_datetime(frame[name], unit="ms", utc=True) for name in ("firstseen", "lastseen")
    }
    seconds = (frame["firstseen"] // 1000).astype(str)
    flights = frame.drop(columns=["line"]).assign(
        source=source, day=day, flight_id=frame["icao24"] + "-" + seconds, positions=0, **times
    )
    for end in ("origin", "destination"):
        flights[f"{end}_evidence"] = flights[end].notna().map({True: "estimated", False: "lost"})
    schema = empty_table("flights")
    for column in FLIGHT:
        if column.name not in flights:
            flights[column.name] = None if schema[column.name].dtype == object else float("nan")
    return flag_speeds(flights[[column.name for column in FLIGHT]])
