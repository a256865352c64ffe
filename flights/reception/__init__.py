"""Reception by place: how many aircraft and positions receivers heard, by cell and hour."""

from flights.reception.cells_ahead import list_cells
from flights.reception.count import cells_of, count_reception, sum_reception
from flights.reception.hourly import LEAST_DAYS, ORDINARY_DAYS
from flights.reception.silence import (
    AHEAD_H,
    FEW_AIRCRAFT,
    Silence,
    hours_after,
    judge_count,
    judge_silence,
)
from flights.reception.unsure_positions import Integrity, judge_integrity

__all__ = [
    "AHEAD_H",
    "FEW_AIRCRAFT",
    "LEAST_DAYS",
    "ORDINARY_DAYS",
    "Integrity",
    "Silence",
    "cells_of",
    "count_reception",
    "hours_after",
    "judge_count",
    "judge_integrity",
    "judge_silence",
    "list_cells",
    "sum_reception",
]
