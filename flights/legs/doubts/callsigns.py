"""Callsigns that may be wrong: not valid in a flight plan, or used by two aircraft at once.

`labels` finds flights with more than one callsign (`callsign_change`).

References
----------
ICAO Doc 4444 (PANS-ATM), Appendix 2, item 7: an aircraft identification has at most seven
characters, letters and digits, and is a registration or an operator's designator with a flight
number.
"""

import re

import numpy as np
import pandas as pd

from flights.legs.positions.series import Mask
from flights.reference.operators import OPERATOR_PATTERN

ALLOWED = re.compile(r"(?=.*[A-Z])[A-Z0-9]{2,7}")
"""One letter or more: no state has registrations of digits alone."""
NO_NAMES = frozenset({"TEST", "NONE", "NOCALL", "UNKNOWN", "CALLSGN", "NULL"})
"""What transponders send when the crew entered nothing."""
TOGETHER = pd.Timedelta(minutes=10)
"""With a shorter overlap, one flight may have taken the callsign over from the other."""


def is_odd(callsign: str | None) -> bool:
    """True for a callsign that is not valid in a flight plan; False for None.

    >>> [is_odd(each) for each in ("CLX9TK", "N123AB", "00000000", "@@@@", "XXXXXX", None)]
    [False, False, True, True, True, False]
    """
    if not callsign:
        return False
    return not ALLOWED.fullmatch(callsign) or callsign in NO_NAMES or len(set(callsign)) == 1


def find_twice(flights: pd.DataFrame) -> Mask:
    """True on flights of one day whose callsign another airframe uses at the same time.

    Only callsigns of operators count: two transponders of one aircraft may both send its
    registration. Addresses that ICAO did not assign (`~`) do not count: such positions may be
    relayed from the same aircraft.
    """
    found = np.zeros(len(flights), dtype=bool)
    named = flights["callsign"].str.match(OPERATOR_PATTERN).fillna(False).astype(bool)
    own = ~flights["icao24"].str.startswith("~").astype(bool)
    long = flights["lastseen"] - flights["firstseen"] >= TOGETHER
    times = {name: flights[name].to_numpy("datetime64[ms]") for name in ("firstseen", "lastseen")}
    some = pd.DataFrame({"callsign": flights["callsign"].to_numpy(), **times})
    some = some[(named & own & long).to_numpy()].sort_values(["callsign", "firstseen"])
    # Sorted by begin, only the neighbours can overlap: flights of one airframe never do.
    same = some.groupby("callsign", sort=False)
    latest = same["lastseen"].cummax().groupby(some["callsign"], sort=False).shift(1)
    began = latest - some["firstseen"] >= TOGETHER
    goes_on = some["lastseen"] - same["firstseen"].shift(-1) >= TOGETHER
    found[some.index[began | goes_on]] = True
    return found
