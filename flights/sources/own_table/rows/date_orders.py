"""Dates in which day and month could change places: never guessed, always asked."""

import numpy as np

from flights.errors import InvalidInput
from flights.sources.own_table.columns.times import Clock
from flights.sources.own_table.files.chunks import Chunk, Table
from flights.sources.own_table.rows.judge import Judged


class DateOrders:
    """Watches dates that could be read two ways, and refuses them where nobody said which."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._name, self._said = table.path.name, clock.dates
        self._seen: dict[str, tuple[int, str]] = {}

    def look(self, chunk: Chunk, judged: Judged) -> None:
        """Raise `InvalidInput` where day and month could change places."""
        if self._said:
            return
        for read, field_name in ((judged.departure, "firstseen"), (judged.arrival, "lastseen")):
            for kind in ("either", "day_first", "month_first"):
                rows = np.flatnonzero(getattr(read, kind))
                if len(rows):
                    self._seen.setdefault(kind, (int(chunk.lines[rows[0]]), field_name))
        if "either" in self._seen:
            raise InvalidInput(self._tell_either())
        if {"day_first", "month_first"} <= self._seen.keys():
            raise InvalidInput(self._tell_mixed())

    def _tell_either(self) -> str:
        line, name = self._seen["either"]
        hints = [
            f" Line {self._seen[kind][0]} can only be {kind.replace('_', '-')}."
            for kind in ("day_first", "month_first")
            if kind in self._seen
        ]
        return (
            f"{self._name}, line {line}: day and month of {name} could be either way around. "
            f"Say which with --dates day-first or --dates month-first.{''.join(hints)}"
        )

    def _tell_mixed(self) -> str:
        day, month = (self._seen[kind][0] for kind in ("day_first", "month_first"))
        return (
            f"{self._name} mixes dates: line {day} can only be day-first, line {month} only "
            "month-first. Say which is right with --dates; the other rows are kept aside."
        )
