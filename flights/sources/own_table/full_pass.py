"""Reads and checks a whole table once, from its first row to its last."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq

from flights.sources.own_table.columns.shapes import Numbers
from flights.sources.own_table.files.chunks import Chunk, Table
from flights.sources.own_table.files.opening import read_chunks
from flights.sources.own_table.rows.date_orders import DateOrders
from flights.sources.own_table.rows.judge import ROW, Judged, Understanding, judge_rows
from flights.sources.own_table.rows.rejected import RejectedFile
from flights.sources.own_table.rows.repeated import SeenFlights

DAY_MS = 86_400_000
MEMORY = "128MB"
_MOST_DAYS_A_ROW = 3
"""A rejected row with more possible days than this may belong to any day."""

Report = Callable[[str, float], None]

_SORTED = """
copy (select * from read_parquet($unsorted) order by firstseen, line)
to '{target}' (format parquet, compression zstd, row_group_size 50000)
"""


def _format_day(number: int) -> str:
    return str(np.datetime64(int(number), "D"))


class FullPass:
    """Reads and checks a whole table once; flights are written to `folder`."""

    def __init__(self, table: Table, how: Understanding, folder: Path, report: Report) -> None:
        self._table, self._how, self._folder, self._report = table, how, folder, report
        self._kept_aside: Counter[str] = Counter()
        self._doubtful: Counter[int] = Counter()
        self._left: Counter[str] = Counter()
        self._days: Counter[int] = Counter()
        self._rows = self._unplaced = self._zoneless = 0
        self._seen = SeenFlights()
        self._orders = DateOrders(table, how.clock)

    def run(self) -> dict[str, object]:
        """Read everything; returns the fields of `Findings` as JSON values."""
        rejected = RejectedFile(self._folder / "rejected.csv", self._table)
        unsorted = self._folder / "unsorted.parquet"
        try:
            with pq.ParquetWriter(unsorted, ROW, compression="lz4") as writer:
                for chunk in read_chunks(self._table):
                    judged = judge_rows(chunk, self._how)
                    self._orders.check(chunk, judged)
                    judged = self._seen.without_repeated(chunk, judged)
                    self._count_rejected(chunk, judged, rejected)
                    self._count_days(judged.flights["firstseen"].to_numpy())
                    writer.write_table(judged.flights)
                    self._report(f"{self._rows:,} rows read", 0.9 * chunk.share)
            self._sort(unsorted)
        finally:
            rejected.close()
        unsorted.unlink()
        return self._findings(rejected.kept)

    def _findings(self, in_file: int) -> dict[str, object]:
        doubtful = {_format_day(day): count for day, count in sorted(self._doubtful.items())}
        return {
            "rows": self._rows,
            "days": {_format_day(day): count for day, count in sorted(self._days.items())},
            "kept_aside": dict(+self._kept_aside),
            "doubtful": doubtful,
            "unplaced": self._unplaced,
            "left": dict(self._left),
            "zoneless": self._zoneless,
            "in_file": in_file,
            "notes": self._table.notes,
        }

    def _count_days(self, firstseen: Numbers) -> None:
        days, counts = np.unique(firstseen // DAY_MS, return_counts=True)
        self._days.update(dict(zip(days.tolist(), counts.tolist(), strict=True)))

    def _count_rejected(self, chunk: Chunk, judged: Judged, rejected: RejectedFile) -> None:
        self._rows += len(chunk.lines) + len(chunk.odd)
        self._left += judged.left
        self._zoneless += judged.zoneless
        for line, cells in chunk.odd:
            rejected.add(line, "cells", cells)
        self._kept_aside["cells"] += len(chunk.odd)
        self._unplaced += len(chunk.odd)
        bad = np.flatnonzero(judged.rule != "")
        self._kept_aside.update(judged.rule[bad].tolist())
        for row in bad.tolist():
            rejected.add(int(chunk.lines[row]), judged.rule[row], chunk.cells[row])
        lost = bad[judged.rule[bad] != "duplicate"]
        self._place(judged.departure.earliest[lost], judged.departure.latest[lost])

    def _place(self, earliest: Numbers, latest: Numbers) -> None:
        """Count the days that rejected rows may belong to."""
        first, last = earliest // DAY_MS, latest // DAY_MS
        placed = (latest >= earliest) & (last - first < _MOST_DAYS_A_ROW)
        self._unplaced += int((~placed).sum())
        for more in range(_MOST_DAYS_A_ROW):
            reached = placed & (first + more <= last)
            self._doubtful.update((first[reached] + more).tolist())

    def _sort(self, unsorted: Path) -> None:
        """Write the flights in order of departure."""
        self._report("sorting", 0.9)
        with duckdb.connect(":memory:", config={"memory_limit": MEMORY}) as connection:
            connection.execute("set temp_directory = $1", [str(self._folder / "spill.temporary")])
            connection.execute("set enable_progress_bar = false")
            connection.execute("set threads = 1")  # each thread needs its own memory
            target = str(self._folder / "rows.parquet").replace("'", "''")
            connection.execute(_SORTED.format(target=target), {"unsorted": str(unsorted)})
        shutil.rmtree(self._folder / "spill.temporary", ignore_errors=True)
