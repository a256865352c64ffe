"""Flights with all their columns, read from the months of the index by id."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from flights.query.index.build import WIDE
from flights.query.index.index import Month

_VERDICTS = ("origin_verdict", "destination_verdict", "bound")
_AT_ONCE = 16  # row groups in memory at once: about 260,000 flights
_MOST_MONTHS = 240  # metadata kept in memory: twenty years of one source
_ROW = (1 << 32) - 1  # the lower half of an id is the row in its month


class MonthRows:
    """Reads only the row groups with the requested rows; keeps the metadata of the files."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, pq.FileMetaData, np.ndarray]] = {}

    def read(self, months: Sequence[Month], picked: Mapping[str, np.ndarray]) -> pd.DataFrame:
        """Flights by `firstseen` with their verdicts; `picked` as `Session.pick` returns it."""
        schema = pa.schema([*WIDE, *(pa.field(name, pa.string()) for name in _VERDICTS)])
        tables = [schema.empty_table()]
        if picked and len(picked["id"]):
            order = np.argsort(picked["id"])
            sorted_ids = picked["id"][order]
            for month in months:
                first, _, starts = self._place(month)
                low, high = np.searchsorted(sorted_ids, [first, first + int(starts[-1])])
                rows = (sorted_ids[low:high] & _ROW).astype(np.int64)
                for part, lo, hi in self._groups(month, rows):
                    verdicts = _verdicts(picked, order[low + lo : low + hi])
                    tables.append(_add_columns(part, verdicts).select(schema.names).cast(schema))
        frame = pa.concat_tables(tables).to_pandas()
        return frame.sort_values(["firstseen", "flight_id"], ignore_index=True)

    def read_ids(self, months: Sequence[Month], ids: np.ndarray) -> pd.DataFrame:
        """Flights by id, row by row; an empty row where the id is -1."""
        order = np.argsort(ids, kind="stable")
        tables, at = [WIDE.empty_table()], []
        for month in months:
            first, _, starts = self._place(month)
            low, high = np.searchsorted(ids[order], [first, first + int(starts[-1])])
            rows = (ids[order][low:high] & _ROW).astype(np.int64)
            for part, lo, hi in self._groups(month, rows):
                tables.append(part.select(WIDE.names).cast(WIDE))
                at.append(order[low + lo : low + hi])
        frame = pa.concat_tables(tables).to_pandas()
        frame.index = pd.Index(np.concatenate(at) if at else [], dtype=np.int64)
        return frame.reindex(np.arange(len(ids)))

    def _groups(self, month: Month, rows: np.ndarray) -> Iterator[tuple[pa.Table, int, int]]:
        """Rows, a few row groups at a time, and which slice of `rows` they are."""
        _, metadata, starts = self._place(month)
        group_of = np.searchsorted(starts, rows, side="right") - 1
        groups = np.unique(group_of)
        with pq.ParquetFile(_path(month), metadata=metadata) as file:
            for at in range(0, len(groups), _AT_ONCE):
                some = groups[at : at + _AT_ONCE]
                low, high = np.searchsorted(group_of, [some[0], some[-1] + 1])
                begins = np.concatenate([[0], np.cumsum(starts[some + 1] - starts[some])])
                inside = rows[low:high] - starts[group_of[low:high]]
                wanted = inside + begins[np.searchsorted(some, group_of[low:high])]
                yield file.read_row_groups(some.tolist()).take(wanted), int(low), int(high)

    def _place(self, month: Month) -> tuple[int, pq.FileMetaData, np.ndarray]:
        """First id of a month, its metadata, and at which row each row group starts."""
        if month.stamp not in self._known:
            if len(self._known) > _MOST_MONTHS:
                self._known.clear()
            metadata = pq.read_metadata(_path(month))
            counts = [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)]
            starts = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
            first = metadata.row_group(0).column(0).statistics.min if counts else 0
            self._known[month.stamp] = (first, metadata, starts)
        return self._known[month.stamp]


def _path(month: Month) -> Path:
    return month.folder / "flights.parquet"


def _verdicts(picked: Mapping[str, np.ndarray], at: np.ndarray) -> dict[str, np.ndarray]:
    ends = {
        f"{end}_verdict": np.where(picked[f"{end}_lost"][at], "possible", "observed")
        for end in ("origin", "destination")
    }
    return {**ends, "bound": picked["bound"][at]}


def _add_columns(table: pa.Table, columns: Mapping[str, np.ndarray]) -> pa.Table:
    for name, values in columns.items():
        table = table.append_column(name, pa.array(values, pa.string()))
    return table
