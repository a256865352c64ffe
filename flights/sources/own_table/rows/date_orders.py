"""Dates in which day and month are ambiguous: the user decides, nothing is guessed."""

import numpy as np

from flights.errors import InvalidInput
from flights.sources.own_table.columns.times import Clock
from flights.sources.own_table.files.chunks import Chunk, Table
from flights.sources.own_table.rows.judge import Judged


class DateOrders:
    """Collects ambiguous dates, and refuses them where the user chose no order."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._name, self._chosen = table.path.name, clock.dates
        self._seen: dict[str, tuple[int, str]] = {}

    def check(self, chunk: Chunk, judged: Judged) -> None:
        """Raise `InvalidInput` where day and month are ambiguous, or the order is mixed."""
        if self._chosen:
            return
        for read, field_name in ((judged.departure, "firstseen"), (judged.arrival, "lastseen")):
            for kind in ("either", "day_first", "month_first"):
                rows = np.flatnonzero(getattr(read, kind))
                if len(rows):
                    self._seen.setdefault(kind, (int(chunk.lines[rows[0]]), field_name))
        if "either" in self._seen:
            raise InvalidInput(self._describe_either())
        if {"day_first", "month_first"} <= self._seen.keys():
            raise InvalidInput(self._describe_mixed())

    def _describe_either(self) -> str:
        line, name = self._seen["either"]
        hints = [
            f" Line {self._seen[kind][0]} must be {kind.replace('_', '-')}."
            for kind in ("day_first", "month_first")
            if kind in self._seen
        ]
        return (
            f"{self._name}, line {line}: day and month of {name} are ambiguous. "
            f"Choose --dates day-first or --dates month-first.{''.join(hints)}"
        )

    def _describe_mixed(self) -> str:
        day, month = (self._seen[kind][0] for kind in ("day_first", "month_first"))
        return (
            f"{self._name} mixes orders of dates: line {day} must be day-first, line {month} "
            "must be month-first. Choose the right one with --dates; the other rows are rejected."
        )
