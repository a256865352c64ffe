"""One reading of a table from its first row to its last."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq

from flights.tables.chunks import Chunk, Table
from flights.tables.date_orders import DateOrders
from flights.tables.opening import read_chunks
from flights.tables.rejected import RejectedFile
from flights.tables.rows import ROW, Judged, Understanding, judge_rows

DAY_MS = 86_400_000
MEMORY = "300MB"
_MOST_DAYS_A_ROW = 3
"""A row kept aside may lie on so many days; one with more may belong to any."""

Report = Callable[[str, float], None]

_REPEATED = """
create table repeated as
select line from (
    select line, row_number() over (partition by icao24, firstseen // 1000 order by line) as n
    from read_parquet($rough)
) where n > 1
"""
_SORTED = """
copy (
    select * from read_parquet($rough) anti join repeated using (line) order by firstseen, line
) to '{target}' (format parquet, compression zstd, row_group_size 50000)
"""
_DAYS = f"""
select firstseen // {DAY_MS} as day, count(*) from read_parquet($rough)
anti join repeated using (line) group by day order by day
"""


def _write_day(number: int) -> str:
    return str(np.datetime64(int(number), "D"))


class FullPass:
    """One reading of a table from its first row to its last."""

    def __init__(self, table: Table, how: Understanding, folder: Path, report: Report) -> None:
        self._table, self._how, self._folder, self._report = table, how, folder, report
        self._kept_aside: Counter[str] = Counter()
        self._doubtful: Counter[int] = Counter()
        self._left: Counter[str] = Counter()
        self._rows = self._unplaced = self._zoneless = 0
        self._orders = DateOrders(table, how.clock)

    def run(self) -> dict[str, object]:
        """Read everything; `Findings` as plain values."""
        rejected = RejectedFile(self._folder / "rejected.csv", self._table)
        rough = self._folder / "rough.parquet"
        try:
            with pq.ParquetWriter(rough, ROW, compression="lz4") as writer:
                for chunk in read_chunks(self._table):
                    judged = judge_rows(chunk, self._how)
                    self._orders.look(chunk, judged)
                    self._note(chunk, judged, rejected)
                    writer.write_table(judged.flights)
                    self._report(f"{self._rows:,} rows read", 0.9 * chunk.share)
            days = self._sort(rough, rejected)
        finally:
            rejected.close()
        rough.unlink()
        return self._findings(days, rejected.kept)

    def _findings(self, days: dict[str, int], in_file: int) -> dict[str, object]:
        doubtful = {_write_day(day): count for day, count in sorted(self._doubtful.items())}
        return {
            "rows": self._rows,
            "days": days,
            "kept_aside": dict(+self._kept_aside),
            "doubtful": doubtful,
            "unplaced": self._unplaced,
            "left": dict(self._left),
            "zoneless": self._zoneless,
            "in_file": in_file,
            "notes": self._table.notes,
        }

    def _note(self, chunk: Chunk, judged: Judged, rejected: RejectedFile) -> None:
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
        first, last = (
            judged.departure.earliest[bad] // DAY_MS,
            judged.departure.latest[bad] // DAY_MS,
        )
        placed = (judged.departure.latest[bad] >= judged.departure.earliest[bad]) & (
            last - first < _MOST_DAYS_A_ROW
        )
        self._unplaced += int((~placed).sum())
        for more in range(_MOST_DAYS_A_ROW):
            reached = placed & (first + more <= last)
            self._doubtful.update((first[reached] + more).tolist())

    def _sort(self, rough: Path, rejected: RejectedFile) -> dict[str, int]:
        """Write flights in order, each once; flights by day."""
        self._report("sorting", 0.9)
        with duckdb.connect(":memory:", config={"memory_limit": MEMORY}) as connection:
            connection.execute("set temp_directory = $1", [str(self._folder / "spill.rough")])
            connection.execute("set enable_progress_bar = false")
            connection.execute("set preserve_insertion_order = false")
            connection.execute(_REPEATED, {"rough": str(rough)})
            found = connection.execute("select line from repeated order by line").fetchnumpy()
            target = str(self._folder / "rows.parquet").replace("'", "''")
            connection.execute(_SORTED.format(target=target), {"rough": str(rough)})
            days = connection.execute(_DAYS, {"rough": str(rough)}).fetchall()
        shutil.rmtree(self._folder / "spill.rough", ignore_errors=True)
        self._keep_repeated(np.asarray(found["line"], np.int64), rejected)
        return {_write_day(day): count for day, count in days}

    def _keep_repeated(self, lines: np.ndarray, rejected: RejectedFile) -> None:
        """Find rows again that repeat others, to keep them aside as they were."""
        if not len(lines):
            return
        self._kept_aside["duplicate"] += len(lines)
        for chunk in read_chunks(self._table):
            for row in np.flatnonzero(np.isin(chunk.lines, lines)).tolist():
                rejected.add(int(chunk.lines[row]), "duplicate", chunk.cells[row])
            if len(chunk.lines) and chunk.lines[-1] >= lines[-1]:
                break
