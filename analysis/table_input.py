"""Any daily series in a table of days and counts, so that the method can be tried on its own."""

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.counts import find_outages, list_days
from analysis.event_study import Subject
from analysis.results import CountSeries
from flights.errors import InvalidInput
from flights.row_caps import describe_cap, find_flat_days, is_round_cap
from flights.sources.base import SourceSpec

NAMES = {
    "day": ("day", "date"),
    "count": ("count", "flights", "y"),
    "exposure": ("exposure", "e", "heard"),
}
"""Heads that a column may have, in any case; without heads the columns stand in this order."""


@dataclass(frozen=True)
class _Row:
    line: int
    day: date
    count: float | None
    exposure: float | None


def read_counts(path: str | Path) -> CountSeries:
    """Counts per day from a CSV file: day, count and, where it is known, exposure.

    Rows stand in day order. A blank count, a blank exposure, and a day without a row are
    missing days; a day whose count looks cut at a limit of rows (`flights.row_caps`) is partial
    and has none. Both bounds are the same; a table without exposure is taken as heard alike on
    all days.

    Raises
    ------
    InvalidInput
        The file cannot be read; the message says which line.
    """
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            lines = [line for line in csv.reader(file) if any(cell.strip() for cell in line)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"The table {path} cannot be read: {error}.") from error
    rows = list(_read_rows(lines, str(path)))
    if not rows:
        raise InvalidInput(f"The table {path} holds no day.")
    return _build_counts(rows, has_exposure=any(row.exposure is not None for row in rows))


def describe_table(path: str | Path) -> Subject:
    """What a table's counts are counts of: nothing but the file is known."""
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
    return Subject("as counted", "as counted", pd.DataFrame(), spec, digest)


def _read_rows(lines: list[list[str]], path: str) -> Iterable[_Row]:
    places, start = _find_columns(lines[0], path) if lines else ({}, 0)
    previous: date | None = None
    for line, cells in enumerate(lines[start:], start=start + 1):
        row = _read_row(cells, places, f"{path}, row {line}")
        if previous is not None and row.day <= previous:
            raise InvalidInput(
                f"{path}, row {line}: {row.day} does not follow {previous}; rows stand in day "
                "order, one a day."
            )
        previous = row.day
        yield _Row(line, row.day, row.count, row.exposure)


def _find_columns(head: list[str], path: str) -> tuple[dict[str, int], int]:
    """Place of each column, and the row in which the data begins."""
    heads = [cell.strip().lower() for cell in head]
    try:
        date.fromisoformat(heads[0])
    except ValueError:
        places = {
            name: place
            for name, known in NAMES.items()
            for place, given in enumerate(heads)
            if given in known
        }
        if {"day", "count"} <= set(places):
            return places, 1
        raise InvalidInput(
            f"{path}, row 1: there is no column {' or '.join({'day', 'count'} - set(places))}; "
            "the table wants the columns day, count and, where known, exposure."
        ) from None
    return dict(zip(NAMES, range(len(heads)), strict=False)), 0


def _read_row(cells: list[str], places: dict[str, int], where: str) -> _Row:
    found = {
        name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()
    }
    try:
        day = date.fromisoformat(found["day"])
    except ValueError as error:
        raise InvalidInput(f"{where}: {found['day']!r} is no date like 2025-06-13.") from error
    count = _read_number(found.get("count", ""), f"{where}, count")
    if count is not None and count != int(count):
        raise InvalidInput(f"{where}: a count is a whole number, not {found['count']!r}.")
    return _Row(0, day, count, _read_number(found.get("exposure", ""), f"{where}, exposure"))


def _read_number(text: str, where: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError as error:
        raise InvalidInput(f"{where}: {text!r} is no number; leave it blank if missing.") from error
    if not 0 <= value < float("inf"):
        raise InvalidInput(f"{where}: {text} is not a number from 0 on; blank means missing.")
    return value


def _build_counts(rows: list[_Row], *, has_exposure: bool) -> CountSeries:
    held = {row.day: row for row in rows}
    days = list_days(rows[0].day, rows[-1].day)
    found = [held.get(day) for day in days]
    given = [row.count if row else None for row in found]
    cut = _find_cut(given)
    pairs = list(zip(given, cut, strict=True))
    counts = tuple(None if why else count for count, why in pairs)
    there = [count is not None for count in counts]
    if has_exposure:
        pairs_held = zip(found, there, strict=True)
        exposure = tuple(row.exposure if row and held else None for row, held in pairs_held)
    else:
        exposure = tuple(1.0 if held else None for held in there)
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
        status=tuple(
            "partial" if why else "missing" if count is None else "complete" for count, why in pairs
        ),
        reason=tuple(why or (lacking if count is None else "") for count, why in pairs),
        reader=("",) * len(days),
        outage=tuple(find_outages(measured).tolist()),
    )


def _find_cut(counts: list[float | None]) -> list[str]:
    """Why a day's count looks cut at a limit of rows; "" where it does not."""
    values = np.array([np.nan if count is None else count for count in counts])
    total = int(np.nansum(values))
    if is_round_cap(total):
        whole = describe_cap(total, "What was counted")
        return ["" if count is None else whole for count in counts]
    why = "Its count is the highest of all days around it, and many have it: as if cut at a limit."
    return [why if flat else "" for flat in find_flat_days(values)]
