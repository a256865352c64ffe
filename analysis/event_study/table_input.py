"""Any daily series from a table of days and counts, to try the method on it."""

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.event_study.run import Subject
from analysis.study import CountSeries, find_outages, list_days
from flights.errors import InvalidInput
from flights.sources import SourceSpec
from flights.sources.row_limits import find_flat_days, is_round_cap

NAMES = {
    "day": ("day", "date"),
    "count": ("count", "counts", "flights", "y"),
    "exposure": ("exposure", "e", "heard"),
}
"""Names that a column may have, in any case; without a header the columns have this order."""

LONGEST_DAYS = 40_000
"""A longer series, of more than a century, is probably a mistyped year."""

LARGEST = 1e9
"""A larger count or exposure is probably a mistake."""

SAME_RECEPTION = (
    "The table has no exposure: the same reception is assumed on all days. A change of reception "
    "would look like a change of traffic."
)

_Lines = list[tuple[int, list[str]]]
"""Line number in the file, and its cells; without blank lines."""


AS_GIVEN, LOOKS_CUT = "as given", "looks cut at a limit of rows"
CUT = (
    "On {days} days the counts look as if a limit of rows cut them. If so, leave these counts "
    "blank: the true counts are not known."
)


@dataclass(frozen=True)
class _Row:
    line: int
    day: date
    count: float | None
    exposure: float | None


def read_counts(path: str | Path) -> CountSeries:
    """Counts per day from a CSV file: day, count and, where it is known, exposure.

    Cells are separated by commas, or by semicolons or tabs where the first line has no comma (a
    number may then have a decimal comma). Rows are in the order of days. A blank count, a blank
    exposure, and a day without a row are missing days. Both bounds are the same; a table without
    exposure has the same exposure on all days. Counts that look cut at a limit of rows stay as
    they are, but with another reader, so that no change is found from them.

    Raises
    ------
    InvalidInput
        The file cannot be read; the message says which line.
    """
    lines, comma = _read_lines(path)
    rows = list(_read_rows(lines, str(path), comma=comma))
    if not rows:
        raise InvalidInput(f"The table {path} contains no day.")
    return _build_counts(rows, has_exposure=any(row.exposure is not None for row in rows))


def describe_table(path: str | Path, counts: CountSeries) -> Subject:
    """The subject of a table's counts: only the file is known."""
    spec = SourceSpec(
        key="table",
        title=f"table {Path(path).name}",
        gives="counts per day",
        needs="nothing",
        licence="as its owner says",
        attribution="A table of the user's own.",
        terms="as its owner says",
    )
    digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    alike = all(each is None or each == 1 for each in counts.exposure)
    notes = ((SAME_RECEPTION,) if alike else ()) + describe_cut_days(counts)
    return Subject("as counted", "as counted", pd.DataFrame(), spec, digest, notes)


def _read_lines(path: str | Path) -> tuple[_Lines, bool]:
    """Lines that are not blank; True if numbers have a decimal comma."""
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            head = file.readline()
            separator = next((each for each in ",;\t" if each in head), ",")
            file.seek(0)
            reader = csv.reader(file, delimiter=separator, skipinitialspace=True)
            there = ((reader.line_num, line) for line in reader if any(map(str.strip, line)))
            # Enough rows for the error on a series that is too long; the rest stays unread.
            lines = list(islice(there, LONGEST_DAYS + 3))
    except OSError as error:
        raise InvalidInput(
            f"The table {path} cannot be read: {error.strerror or error}."
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"The table {path} is not a text file in UTF-8; save it as CSV in UTF-8."
        ) from error
    except csv.Error as error:
        raise InvalidInput(f"The table {path} cannot be read: {error}.") from error
    return lines, separator != ","


def _read_rows(lines: _Lines, path: str, *, comma: bool) -> Iterable[_Row]:
    places, start = _find_columns(*lines[0], path) if lines else ({}, 0)
    first = previous = None
    for line, cells in lines[start:]:
        row = _read_row(cells, places, f"{path}, row {line}", comma=comma)
        first = first or row.day
        if previous is not None and row.day <= previous:
            again = "is listed twice" if row.day == previous else f"is before {previous}"
            raise InvalidInput(
                f"{path}, row {line}: {row.day} {again}; sort the rows by day, one row per day."
            )
        if (row.day - first).days > LONGEST_DAYS:
            raise InvalidInput(
                f"{path}, row {line}: {row.day} is more than {LONGEST_DAYS:,} days after the "
                f"first day, {first}; check the year."
            )
        previous = row.day
        yield _Row(line, row.day, row.count, row.exposure)


def _find_columns(line: int, head: list[str], path: str) -> tuple[dict[str, int], int]:
    """Place of each column, and the number of header lines (0 or 1)."""
    heads = [cell.strip().lower() for cell in head]
    try:
        date.fromisoformat(heads[0])
    except ValueError:
        places = {
            name: next((heads.index(each) for each in known if each in heads), -1)
            for name, known in NAMES.items()
        }
        lacking = " or ".join(name for name in ("day", "count") if places[name] < 0)
        if not lacking:
            return {name: place for name, place in places.items() if place >= 0}, 1
        raise InvalidInput(
            f"{path}, row {line}: there is no column {lacking}; the table needs the columns day, "
            "count and, where known, exposure."
        ) from None
    return dict(zip(NAMES, range(len(heads)), strict=False)), 0


def _read_row(cells: list[str], places: dict[str, int], where: str, *, comma: bool) -> _Row:
    found = {
        name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()
    }
    try:
        day = date.fromisoformat(found["day"])
    except ValueError as error:
        raise InvalidInput(f"{where}: {found['day']!r} is not a date like 2025-06-13.") from error
    count, exposure = (
        _read_number(found.get(name, ""), f"{where}, {name}", comma=comma)
        for name in ("count", "exposure")
    )
    if count is not None and count != int(count):
        raise InvalidInput(f"{where}: a count is a whole number, not {found['count']!r}.")
    return _Row(0, day, count, exposure)


def _read_number(text: str, where: str, *, comma: bool) -> float | None:
    if not text:
        return None
    try:
        value = float(text.replace(",", ".") if comma else text)
    except ValueError as error:
        raise InvalidInput(
            f"{where}: {text!r} is not a number; leave the cell blank for a missing value."
        ) from error
    if not 0 <= value <= LARGEST:
        raise InvalidInput(
            f"{where}: {text} is not between 0 and {LARGEST:,.0f}; leave the cell blank for a "
            "missing value."
        )
    return value


def _build_counts(rows: list[_Row], *, has_exposure: bool) -> CountSeries:
    by_day = {row.day: row for row in rows}
    days = list_days(rows[0].day, rows[-1].day)
    found = [by_day.get(day) for day in days]
    counts = tuple(row.count if row else None for row in found)
    there = [count is not None for count in counts]
    if has_exposure:
        exposure = tuple(row.exposure if row and row.count is not None else None for row in found)
    else:
        exposure = tuple(1.0 if each else None for each in there)
    measured = np.array([np.nan if each is None else each for each in exposure])
    lacking = "The table has no count for this day."
    return CountSeries(
        days=tuple(days),
        lower=counts,
        upper=counts,
        exposure=exposure,
        exposure_origin=(None,) * len(days),
        exposure_destination=(None,) * len(days),
        neither_end=tuple(0.0 if each else None for each in there),
        status=tuple("complete" if each else "missing" for each in there),
        reason=tuple("" if each else lacking for each in there),
        reader=_find_cut_readers(counts),
        outage=tuple(find_outages(measured).tolist()),
    )


def describe_cut_days(counts: CountSeries) -> tuple[str, ...]:
    """A sentence if some counts look as if a limit of rows cut them; else empty."""
    days = counts.reader.count(LOOKS_CUT)
    return (CUT.format(days=days),) if days else ()


def _find_cut_readers(counts: tuple[float | None, ...]) -> tuple[str, ...]:
    """`LOOKS_CUT` on days that look cut at a limit, per day or of the table; else `AS_GIVEN`."""
    values = np.array([np.nan if count is None else count for count in counts])
    cut = find_flat_days(values)
    flown = np.flatnonzero(values > 0)
    if is_round_cap(int(np.nansum(values))) and flown[-1] < len(values) - 1:
        cut[flown[-1] :] = True
    if not cut.any():
        return ("",) * len(counts)
    return tuple(LOOKS_CUT if each else AS_GIVEN for each in cut.tolist())
