"""Does the finding stay when the aircraft, or the operator, with the most flights is left out?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.checks.base import LARGEST, Case, describe_ratio, judge_leaving_out, leave_out
from analysis.study import CheckResult


@dataclass
class LeaveOutGroup:
    """A check that leaves out all flights with one value of `column`, e.g. of one aircraft.

    `thing` is what the values of the column are, in the singular.
    """

    NAME: str
    TITLE: str
    BADGE: str
    column: str
    thing: str

    def run_check(self, case: Case) -> CheckResult:
        """Estimate again without each of the largest, over the whole record."""
        rows = _leave_out_by(case, self.column)
        return judge_leaving_out(rows, case, name=self.NAME, title=self.TITLE, thing=self.thing)


AIRCRAFT = LeaveOutGroup(
    "leave_out_airframe", "Without the largest aircraft", "one aircraft", "icao24", "aircraft"
)
OPERATOR = LeaveOutGroup(
    "leave_out_operator", "Without the largest operator", "one operator", "operator", "operator"
)


def _leave_out_by(case: Case, column: str) -> tuple[Mapping[str, Any], ...]:
    """Estimates without each of the `LARGEST` values of a flights column, largest first.

    Largest by flights in the window for an increase, in the baseline for a decrease. Flights
    without a value belong to no group and are never left out.
    """
    ratio = case.ratio
    if ratio is None or case.flights.empty:
        return ()
    codes, names = pd.factorize(case.flights[column], sort=True)  # -1 where there is none
    at = case.flights["at"].to_numpy(dtype=int)
    side = case.after if ratio.s >= 0 else case.before
    inside = (at >= side.start) & (at < side.stop) & case.series.used[at] & (codes >= 0)
    flights = np.bincount(codes[inside], minlength=len(names))
    rows = []
    for code in np.argsort(-flights, kind="stable")[:LARGEST]:
        if flights[code] == 0:
            break
        # The group leaves the whole record, so that the comparable dates lose it too.
        gone = np.bincount(at[codes == code], minlength=len(case.series))
        without = leave_out(case, counts=case.series.counts - gone)
        row = {"left out": names[code], "flights": int(flights[code])}
        rows.append({**row, **describe_ratio(without)})
    return tuple(rows)
