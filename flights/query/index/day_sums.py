"""Sums of flights per day, which answer most route questions in milliseconds.

Per month three tables of counts, one column per day of the month (from 0), as `.npy` files that
are mapped into memory: processes share them, and a question reads only the rows that it needs:

- `routes`: by grade, origin and destination, where both ends were heard
- `ends`: by grade, side (0 origin, 1 destination), place of that end, and whether the other is lost
- `totals`: by grade and which ends are lost
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from flights.query.index.cruise_sums import load_cruise
from flights.query.index.end_codes import LOST

DAYS = 31
_SIZE = LOST + 65_536
_KEYS = {
    "routes": [("grade", "u1"), ("origin", "<i4"), ("destination", "<i4")],
    "ends": [("grade", "u1"), ("side", "u1"), ("place", "<i4"), ("other_lost", "u1")],
    "totals": [("grade", "u1"), ("origin_lost", "u1"), ("destination_lost", "u1")],
}
_COUNTS = ", ".join(
    f"(count(*) filter (where dayofmonth(day) = {n}))::uinteger as d{n}" for n in range(1, 32)
)
_SELECTS = {
    "routes": f"""
        select grade, origin_place as origin, destination_place as destination, {_COUNTS}
        from read_parquet($facts) where not has_lost group by 1, 2, 3 order by 1, 2, 3""",
    "ends": f"""
        select grade, 0 as side, origin_place as place,
            (destination_place >= {LOST})::utinyint as other_lost, {_COUNTS}
        from read_parquet($facts) group by 1, 2, 3, 4
        union all
        select grade, 1 as side, destination_place as place,
            (origin_place >= {LOST})::utinyint as other_lost, {_COUNTS}
        from read_parquet($facts) group by 1, 2, 3, 4
        order by 1, 2, 3, 4""",
    "totals": f"""
        select grade, (origin_place >= {LOST})::utinyint as origin_lost,
            (destination_place >= {LOST})::utinyint as destination_lost, {_COUNTS}
        from read_parquet($facts) group by 1, 2, 3 order by 1, 2, 3""",
}


@dataclass(frozen=True, eq=False)
class Places:
    """Places where an end may be.

    `codes` are those of `end_codes`, None where a rule is enough: `lost` False = every end that
    was heard, True = every lost end, None = every end.
    """

    codes: tuple[int, ...] | None = None
    lost: bool | None = None

    @property
    def has_airports(self) -> bool:
        """True where an end that was heard may be at one of them."""
        return not self.lost if self.codes is None else any(code < LOST for code in self.codes)

    @property
    def has_cells(self) -> bool:
        """True where a lost end may be at one of them."""
        return self.lost is not False if self.codes is None else any(c >= LOST for c in self.codes)

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """True at the index of each of the places."""
        mask = np.zeros(_SIZE, dtype=bool)
        if self.codes is None:
            mask[:LOST] = self.lost is not True
            mask[LOST:] = self.lost is not False
        mask[list(self.codes or ())] = True
        return mask


ANYWHERE, HEARD, LOST_ENDS = Places(), Places(lost=False), Places(lost=True)


def write_sums(folder: Path, facts: str, connection: duckdb.DuckDBPyConnection) -> None:
    """Write the sums of the month whose flights are in the Parquet file `facts`."""
    for name, statement in _SELECTS.items():
        columns = connection.execute(statement, {"facts": facts}).fetchnumpy()
        keys = np.empty(len(columns["grade"]), dtype=np.dtype(_KEYS[name], align=True))
        for field_name, _ in _KEYS[name]:
            keys[field_name] = columns[field_name]
        days = np.column_stack([columns[f"d{n}"] for n in range(1, DAYS + 1)])
        most = np.uint16 if days.max(initial=0) < 2**16 else np.uint32
        np.save(folder / f"{name}.npy", keys)
        np.save(folder / f"{name}-days.npy", days.astype(most))


@dataclass
class MonthSums:
    """The sums of one month, mapped from its folder."""

    folder: Path
    _tables: dict[str, tuple[NDArray[Any], NDArray[Any]]] = field(default_factory=dict, repr=False)
    _cruise: tuple[NDArray[Any], NDArray[Any]] | None = field(default=None, repr=False)

    def count(self, origin: Places, destination: Places, grade: int) -> NDArray[np.int64]:
        """Flights by day of the month with at least that grade.

        Where both are given by codes, lost ends are not counted: the sums do not have these pairs.
        """
        if origin.codes is not None and destination.codes is not None:
            keys, days = self._of_grade("routes", grade)
            wanted = origin.mask[keys["origin"]] & destination.mask[keys["destination"]]
        elif origin.codes is None and destination.codes is None:
            keys, days = self._of_grade("totals", grade)
            wanted = _is(keys["origin_lost"], origin) & _is(keys["destination_lost"], destination)
        else:
            side, near, far = (0, origin, destination)
            if origin.codes is None:
                side, near, far = (1, destination, origin)
            keys, days = self._of_grade("ends", grade)
            wanted = near.mask[keys["place"]] & (keys["side"] == side)
            wanted &= _is(keys["other_lost"], far)
        found: NDArray[np.int64] = days[np.flatnonzero(wanted)].sum(axis=0, dtype=np.int64)
        return found

    def count_destinations(
        self, origin: Places, grade: int
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Places of airports with flights from `origin`, and these flights by day (rows).

        As `count` to each of them: lost origins count only where `origin` is anywhere.
        """
        if origin.codes is None:
            keys, days = self._of_grade("ends", grade)
            wanted = (keys["side"] == 1) & (keys["place"] < LOST) & _is(keys["other_lost"], origin)
            places = keys["place"]
        else:
            keys, days = self._of_grade("routes", grade)
            wanted, places = origin.mask[keys["origin"]], keys["destination"]
        rows = np.flatnonzero(wanted)
        rows = rows[np.argsort(places[rows], kind="stable")]
        reached, starts = np.unique(places[rows], return_index=True)
        if not len(rows):
            return reached, np.zeros((0, DAYS), np.int64)
        return reached, np.add.reduceat(days[rows], starts, axis=0, dtype=np.int64)

    def sum_cruise(
        self, cells: frozenset[int] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Positions and aircraft-hours (rows) over cells by day; and which days have any."""
        if self._cruise is None:
            self._cruise = load_cruise(self.folder)
        known, days = self._cruise
        anywhere = days[:, 1].sum(axis=0, dtype=np.int64) > 0
        chosen = days if cells is None else days[np.isin(known, list(cells))]
        return chosen.sum(axis=0, dtype=np.int64), anywhere

    def _of_grade(self, name: str, grade: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Keys and counts of a table from that grade on (rows are sorted by grade)."""
        if name not in self._tables:
            keys = np.load(self.folder / f"{name}.npy", allow_pickle=False)
            days = np.load(self.folder / f"{name}-days.npy", mmap_mode="r", allow_pickle=False)
            self._tables[name] = (keys, days)
        keys, days = self._tables[name]
        start = int(np.searchsorted(keys["grade"], grade))
        return keys[start:], days[start:]


def _is(flag: NDArray[Any], places: Places) -> NDArray[np.bool_]:
    if places.lost is None:
        return np.ones(len(flag), dtype=bool)
    return np.asarray(flag == places.lost, bool)
