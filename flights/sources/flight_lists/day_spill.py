"""Stores the rows of a month by UTC day on disk, so that a month need not fit into memory."""

import tempfile
from collections import Counter
from contextlib import ExitStack
from datetime import date, timedelta
from typing import IO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flights.errors import ArchiveError
from flights.readsb import scratch_folder
from flights.sources.flight_lists.rows import ROW

HOURS = 24
STRAY = "other_month"
"""Rule that a valid row breaks if it is in the file of another month."""
_EPOCH = date(1970, 1, 1)
_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


class DaySpill:
    """Takes the rows of one file and returns those of the wanted days.

    `span` is the first and last day of the file (both inclusive), `schema` that of its rows, with
    `day` and `fault`. A context manager: its temporary files are removed at the end, also if the
    program is killed. `hours` counts valid rows by day of the span and hour of `hour_of`, shape
    (days, 24). `faults` counts invalid rows by (day, rule); day None = no day of the span.
    """

    def __init__(
        self,
        span: tuple[date, date],
        wanted: tuple[date, ...],
        *,
        hour_of: str,
        schema: pa.Schema = ROW,
    ) -> None:
        self._first = (span[0] - _EPOCH).days
        self._length = (span[1] - span[0]).days + 1
        self._schema = pa.schema([each for each in schema if each.name not in ("day", "fault")])
        self._wanted = frozenset(wanted)
        self._hour_of = hour_of
        self._files: dict[date, IO[bytes]] = {}
        self._writers: dict[date, pa.RecordBatchStreamWriter] = {}
        self._stack = ExitStack()
        self.hours: NDArray[np.int64] = np.zeros((self._length, HOURS), np.int64)
        self.faults: Counter[tuple[date | None, str]] = Counter()

    def __enter__(self) -> "DaySpill":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def day(self, number: int) -> date:
        """Day of the span by its index, from 0."""
        return _EPOCH + timedelta(days=self._first + number)

    def take(self, rows: pa.Table) -> None:
        """Assign some rows to their days.

        Raises
        ------
        ArchiveError
            There is no space for the temporary files.
        """
        number = pc.fill_null(rows["day"].cast(pa.int32()), -1).to_numpy() - self._first
        here = (number >= 0) & (number < self._length)
        fit = pc.is_null(rows["fault"]).to_numpy() & here
        self._count_unfit(rows, number, here)
        self._count_hours(rows, number, fit)
        order = np.flatnonzero(fit)
        if not len(order):
            return
        order = order[np.argsort(number[order], kind="stable")]
        days, starts = np.unique(number[order], return_index=True)
        for at, begin, end in zip(days.tolist(), starts, [*starts[1:], len(order)], strict=True):
            if self.day(at) in self._wanted:
                self._write(self.day(at), rows.take(order[begin:end]))

    def rows(self, day: date) -> pa.Table:
        """Valid rows of a wanted day, in the order of the file (`ROW` without day and fault)."""
        if day not in self._writers:
            return self._schema.empty_table()
        self._writers[day].close()
        self._files[day].seek(0)
        return pa.ipc.open_stream(self._files[day]).read_all()

    def free(self, day: date) -> None:
        """Free the disk space of a finished day."""
        if day in self._files:
            self._files[day].close()

    def _count_unfit(
        self, rows: pa.Table, number: NDArray[np.int64], here: NDArray[np.bool_]
    ) -> None:
        rules = rows["fault"].to_numpy(zero_copy_only=False).copy()
        rules[pc.is_null(rows["fault"]).to_numpy() & ~here] = STRAY
        for at in np.flatnonzero(pd.notna(rules)).tolist():
            self.faults[self.day(int(number[at])) if here[at] else None, rules[at]] += 1

    def _count_hours(
        self, rows: pa.Table, number: NDArray[np.int64], fit: NDArray[np.bool_]
    ) -> None:
        hour = pc.fill_null(pc.hour(rows[self._hour_of]), 0).to_numpy()
        places = number[fit] * HOURS + hour[fit]
        self.hours += np.bincount(places, minlength=self.hours.size).reshape(self.hours.shape)

    def _write(self, day: date, rows: pa.Table) -> None:
        try:
            if day not in self._writers:
                file = tempfile.TemporaryFile(dir=scratch_folder())  # noqa: SIM115 (kept)
                self._files[day] = self._stack.enter_context(file)
                self._writers[day] = pa.ipc.new_stream(file, self._schema, options=_OPTIONS)
            self._writers[day].write_table(rows.select(self._schema.names).combine_chunks())
        except OSError as error:
            raise ArchiveError(
                f"No temporary file could be written in {scratch_folder()} ({error.strerror}). "
                "Free some space there, or set TMPDIR to a folder with more space."
            ) from error
