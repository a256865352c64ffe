"""A table of the user's own: CSV or Parquet, its columns understood, its rows judged."""

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
    gives="the flights of the table, both ends as the table names them",
    needs="nothing; the file lies on this machine",
    licence="that of the table: its author's",
    attribution="Table given by the user.",
    terms="as the table's author says",
    area="what the table speaks of",
    cost_per_day="about 100 bytes a flight; a million flights take some 20 seconds",
    known_holes=(
        "A table says what flew, not on which days somebody looked: days count only where its "
        "importer declares them complete.",
        "How well anybody listened is not in it: what else the table holds is all there is to "
        "compare with.",
    ),
    options=(
        Option(
            "path",
            "A CSV (also .gz, semicolons, tabs) or Parquet file with a line a flight.",
            "path",
            required=True,
            placeholder="/data/flights.csv",
        ),
        Option(
            "name",
            "Name of the series: small letters, digits and -. Other names stand beside it.",
            required=True,
            placeholder="my-list",
        ),
        Option(
            "columns",
            "What columns mean, where the guess is wrong; meanings are "
            f"{', '.join(field.name for field in FIELDS)}.",
            placeholder="firstseen=dep_time,origin=from",
        ),
        Option(
            "zone",
            "Zone of times that name none. Times local to each airport cannot be read.",
            default="UTC",
            placeholder="Europe/Luxembourg",
        ),
        Option("dates", "How dates like 03/04/2025 are written.", "choice", ORDERS),
        Option(
            "covers",
            "UTC days on which the table holds every flight of its kind; only they are complete.",
            placeholder="2025-01-01..2025-06-30",
        ),
        Option(
            "unknown_airports",
            "Rows with a code that is no airport: set aside, or kept with that end unknown.",
            "choice",
            AIRPORTS,
            AIRPORTS[0],
        ),
        Option(
            "bad_rows",
            "Rows set aside make their days doubtful, or are no flights at all.",
            "choice",
            BAD_ROWS,
            BAD_ROWS[0],
        ),
        Option(
            "row_limit",
            "Rows that look cut at a limit make their days doubtful, or there was no limit.",
            "choice",
            ROW_LIMITS,
            ROW_LIMITS[0],
        ),
    ),
    cannot_show="where a flight was between its ends, or how well a place was heard",
)


def describe_series(part: str) -> SourceSpec:
    """The spec of the table imported under a name."""
    return replace(
        SPEC, key=f"{SPEC.key}.{part}", title=f"Own table: {part}", scope=f"{SPEC.key}:{part}"
    )


@dataclass(frozen=True)
class OwnTable:
    """One table under a name, all its days in one offer: they are read in one pass.

    Nothing is given before the whole table was read and judged.
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
        """Days the table holds or covers. Reads it whole, unless that was done before.

        Raises
        ------
        InvalidInput
            No row is a flight, or dates could be read two ways.
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
            The file is another than the one that was looked at.
        """
        days = self._days(report)
        if offer.parts != (days.findings.sha256,):
            raise BadPayload(
                f"{self.table.path.name} has changed since it was looked at. Start the import "
                "again; the days stay as they were."
            )
        self._keep_rejected(days.findings)
        yield from days.read(frozenset(offer.all_days))

    def find(self, report: Report) -> Findings:
        """What the whole table holds."""
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

    def _keep_rejected(self, found: Findings) -> None:
        """Rows kept aside lie beside the archive; those of an earlier import of the file go."""
        target = rejected_path(self.settings.archive, self.spec.key, self.table.path)
        target.unlink(missing_ok=True)
        if found.rejected:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found.rejected, target)


def rejected_path(archive: Path, key: str, path: Path) -> Path:
    """Where rows of a file that were kept aside lie after its import."""
    return archive / "rejected" / key / f"{path.name.removesuffix('.csv')}.csv"


def _silent(_message: str, _share: float) -> None:
    """Planning has nobody to tell."""


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
    """The table at `path`; the beginning of it is read.

    Parameters
    ----------
    name : of the series, whose key is `table.<name>`.
    columns : see `columns.mapping.parse_columns`; what it does not name is guessed.
    zone : IANA name, for times that name no zone.
    dates : one of `columns.times.ORDERS`.
    covers : UTC days, see `days.parse_cover`.
    unknown_airports : `aside` or `keep`.
    bad_rows : one of `days.BAD_ROWS`.
    row_limit : one of `days.ROW_LIMITS`.

    Raises
    ------
    InvalidInput
        An option cannot be followed, or the columns do not tell flights.
    BadPayload
        The file is damaged.
    """
    if not NAME.fullmatch(name):
        raise InvalidInput(
            f"{name!r} cannot name a series: use small letters, digits and -, at most 40."
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
    """Say so where a head speaks of local time and no zone was named."""
    local = [c for n, c in columns if n in ("firstseen", "lastseen") and "local" in c.lower()]
    if not local or zone != "UTC":
        return []
    return [
        f"The head {local[0]!r} speaks of local time; times that name no zone are read as UTC "
        "unless --zone says another."
    ]
