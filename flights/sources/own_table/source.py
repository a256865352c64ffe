"""The user's own table as a source: CSV or Parquet."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from flights.config import Settings, read_settings
from flights.errors import BadPayload, InvalidInput
from flights.records import DayRecords, InputFile
from flights.sources.base import Offer, Option, Report, SourceSpec
from flights.sources.own_table.columns.fields import FIELDS
from flights.sources.own_table.columns.mapping import (
    check_columns,
    describe_columns,
    guess_columns,
    parse_columns,
    read_head,
    settle_columns,
)
from flights.sources.own_table.columns.times import ORDERS, check_clock
from flights.sources.own_table.days import (
    BAD_ROWS,
    ROW_LIMITS,
    CoveredDays,
    TableDays,
    describe_findings,
    parse_cover,
)
from flights.sources.own_table.files.chunks import Table
from flights.sources.own_table.files.opening import open_table
from flights.sources.own_table.rows.judge import Understanding
from flights.sources.own_table.staging import Findings, stage_table

NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
AIRPORTS = ("aside", "keep")

SPEC = SourceSpec(
    key="table",
    title="A table of your own (CSV or Parquet)",
    gives="the flights of the table, with origin and destination as in the table",
    needs="nothing; the file is on this machine",
    licence="the licence of the table",
    attribution="Table given by the user.",
    terms="as the author of the table decides",
    area="the area of the table",
    cost_per_day="about 100 bytes per flight; a million flights take about 20 seconds",
    known_holes=(
        "A table lists flights, not the days on which it is complete: days count only where you "
        "declare them complete.",
        "It contains no measure of reception, so only other flights of the table can serve as a "
        "control.",
    ),
    options=(
        Option(
            "path",
            "A CSV (also .gz, semicolons, tabs) or Parquet file with one row per flight.",
            "path",
            required=True,
            placeholder="/data/flights.csv",
        ),
        Option(
            "name",
            "Name of the table: lower-case letters, digits and -. A new name creates a new table.",
            required=True,
            placeholder="my-list",
        ),
        Option(
            "columns",
            "Meaning of columns that are guessed wrong; meanings are "
            f"{', '.join(field.name for field in FIELDS)}.",
            placeholder="firstseen=dep_time,origin=from",
        ),
        Option(
            "zone",
            "Time zone of times without one. Times local to each airport cannot be read.",
            default="UTC",
            placeholder="Europe/Luxembourg",
        ),
        Option("dates", "Order of day and month in dates such as 03/04/2025.", "choice", ORDERS),
        Option(
            "covers",
            "UTC days for which the table has every flight of its kind; only they are complete.",
            placeholder="2025-01-01..2025-06-30",
        ),
        Option(
            "unknown_airports",
            "Rows with an unknown airport code: reject them (aside) or keep them without this end.",
            "choice",
            AIRPORTS,
            AIRPORTS[0],
        ),
        Option(
            "bad_rows",
            "Rejected rows make their days partial (doubt), or are no flights.",
            "choice",
            BAD_ROWS,
            BAD_ROWS[0],
        ),
        Option(
            "row_limit",
            "Rows that look cut off at a limit make their days partial, or there was no limit.",
            "choice",
            ROW_LIMITS,
            ROW_LIMITS[0],
        ),
    ),
    cannot_show="where a flight was between its ends, or how well a place was heard",
)


def describe_series(part: str) -> SourceSpec:
    """The spec of the table imported under the name `part`."""
    return replace(
        SPEC, key=f"{SPEC.key}.{part}", title=f"Own table: {part}", scope=f"{SPEC.key}:{part}"
    )


@dataclass(frozen=True)
class OwnTable:
    """One named table. All its days are one offer, because they are read in one pass.

    The whole table is read and checked before the first day is returned.
    """

    table: Table
    how: Understanding
    settings: Settings
    spec: SourceSpec = SPEC
    cover: CoveredDays | None = None
    bad_rows: str = BAD_ROWS[0]
    row_limit: str = ROW_LIMITS[0]
    remarks: tuple[str, ...] = field(default=())

    def offers(self, first: date, last: date) -> list[Offer]:
        """Days that the table contains or covers. Reads the whole table, if not done before.

        Raises
        ------
        InvalidInput
            No row is a flight, or dates are ambiguous.
        BadPayload
            The file cannot be read to its end.
        """
        days = self._days(_silent)
        found = days.findings
        if not found.flights:
            raise InvalidInput(
                f"{self.table.path.name}: {' '.join(describe_findings(found))} "
                f"{describe_columns(self.how.columns, self.table)}"
            )
        wanted = tuple(day for day in days.days() if first <= day <= last)
        if not wanted:
            return []
        notes = (*self.remarks, *describe_findings(found)[:1], *days.remarks())
        return [
            Offer(
                wanted[0],
                self.table.size,
                (found.sha256,),
                problem=" ".join(describe_findings(found)[1:]),
                days=wanted,
                fingerprint=found.folder.name,
                notes=notes,
            )
        ]

    def collect(self, offer: Offer, report: Report) -> Iterator[DayRecords]:
        """The days of the offer, after the whole table was read.

        Raises
        ------
        BadPayload
            The file has changed since `offers` read it.
        """
        days = self._days(report)
        if offer.parts != (days.findings.sha256,):
            raise BadPayload(
                f"{self.table.path.name} has changed since it was first read. Start the import "
                "again; the days in the archive are unchanged."
            )
        self._copy_rejected(days.findings)
        yield from days.read(frozenset(offer.all_days))

    def find(self, report: Report) -> Findings:
        """The findings on the whole table."""
        return self._days(report).findings

    def _days(self, report: Report) -> TableDays:
        found = stage_table(self.table, self.how, self.settings.cache, report)
        read = InputFile(self.table.path.name, found.size, found.sha256)
        return TableDays(
            self.spec.key,
            found,
            read,
            self.cover,
            self.bad_rows,
            self.how.clock.zone,
            self.row_limit,
        )

    def _copy_rejected(self, found: Findings) -> None:
        """Replace the file of rejected rows of an earlier import of the file."""
        target = rejected_path(self.settings.archive, self.spec.key, self.table.path)
        target.unlink(missing_ok=True)
        if found.rejected:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found.rejected, target)


def rejected_path(archive: Path, key: str, path: Path) -> Path:
    """The file of rejected rows after the import of `path`."""
    return archive / "rejected" / key / f"{path.name.removesuffix('.csv')}.csv"


def _silent(_message: str, _share: float) -> None:
    """`offers` has no progress to report to."""


def open_source(  # noqa: PLR0913 - one for each option of the spec
    *,
    path: str | Path,
    name: str,
    columns: str | None = None,
    zone: str = "UTC",
    dates: str | None = None,
    covers: str | None = None,
    unknown_airports: str = AIRPORTS[0],
    bad_rows: str = BAD_ROWS[0],
    row_limit: str = ROW_LIMITS[0],
) -> OwnTable:
    """The table at `path`; only its first rows are read.

    Parameters
    ----------
    name : of the series, whose key is `table.<name>`.
    columns : see `columns.mapping.parse_columns`; what it does not name is guessed.
    zone : IANA name, for times without a time zone.
    dates : one of `columns.times.ORDERS`.
    covers : UTC days, see `days.parse_cover`.
    unknown_airports : `aside` or `keep`.
    bad_rows : one of `days.BAD_ROWS`.
    row_limit : one of `days.ROW_LIMITS`.

    Raises
    ------
    InvalidInput
        An option is invalid, or columns for departure and aircraft are missing.
    BadPayload
        The file is damaged.
    """
    if not NAME.fullmatch(name):
        raise InvalidInput(
            f"{name!r} is not a valid name: use lower-case letters, digits and -, at most 40."
        )
    for option, value, known in (
        ("unknown_airports", unknown_airports, AIRPORTS),
        ("bad_rows", bad_rows, BAD_ROWS),
        ("row_limit", row_limit, ROW_LIMITS),
    ):
        if value not in known:
            raise InvalidInput(f"{option} is {value!r}; it must be one of {', '.join(known)}.")
    clock = check_clock(zone, dates or "")
    table, head = read_head(open_table(Path(path).expanduser()))
    settled = settle_columns(guess_columns(head), parse_columns(columns or "", table))
    check_columns(settled, table)
    return OwnTable(
        table,
        Understanding(settled, clock, unknown_airports == "keep"),
        read_settings(),
        describe_series(name),
        parse_cover(covers) if covers else None,
        bad_rows,
        row_limit,
        (describe_columns(settled, table), *_warn_local(settled, zone)),
    )


def _warn_local(columns: tuple[tuple[str, str], ...], zone: str) -> list[str]:
    """A sentence where a column name mentions local time and no zone was given."""
    local = [c for n, c in columns if n in ("firstseen", "lastseen") and "local" in c.lower()]
    if not local or zone != "UTC":
        return []
    return [
        f"The column {local[0]!r} may have local times; times without a time zone are read as UTC "
        "unless you give --zone."
    ]
