"""Callsigns that may be wrong: of no form a flight plan allows, or in use twice at once.

More than one callsign in a flight (`callsign_change`) is found in `labels`.

References
----------
ICAO Doc 4444 (PANS-ATM), Appendix 2, item 7: an aircraft identification has at most seven
characters, letters and digits, and is a registration or a designator with a flight's own part.
"""

import re

import numpy as np
import pandas as pd

from flights.readsb.labels import OPERATOR
from flights.readsb.series import Mask

ALLOWED = re.compile(r"(?=.*[A-Z])[A-Z0-9]{2,7}")
"""At least one letter: no state's registrations are figures alone."""
NO_NAMES = frozenset({"TEST", "NONE", "NOCALL", "UNKNOWN", "CALLSGN", "NULL"})
"""What is sent where nothing was entered."""
TOGETHER = pd.Timedelta(minutes=10)
"""Flights that overlap by less may be one callsign handed on."""


def is_odd(callsign: str | None) -> bool:
    """True where a callsign is given that no flight plan allows.

    >>> [is_odd(each) for each in ("CLX9TK", "N123AB", "00000000", "@@@@", "XXXXXX", None)]
    [False, False, True, True, True, False]
    """
    if not callsign:
        return False
    return not ALLOWED.fullmatch(callsign) or callsign in NO_NAMES or len(set(callsign)) == 1


def find_twice(flights: pd.DataFrame) -> Mask:
    """True on flights of one day in the air under the callsign of another airframe's flight.

    Only callsigns that name an operator: registrations are sent by two transponders of one
    aircraft. Positions relayed under an address that is none of ICAO's (`~`) may be the
    same aircraft's, so these are not looked at.
    """
    found = np.zeros(len(flights), dtype=bool)
    named = flights["callsign"].str.match(OPERATOR).fillna(False).astype(bool)
    own = ~flights["icao24"].str.startswith("~").astype(bool)
    some = flights[["callsign", "icao24", "firstseen", "lastseen"]].reset_index(drop=True)
    some = some[(named & own).to_numpy()]
    some = some[some.groupby("callsign")["icao24"].transform("nunique") > 1]
    pairs = some.reset_index(names="row").merge(some, on="callsign", suffixes=("", "_other"))
    pairs = pairs[pairs["icao24"] != pairs["icao24_other"]]
    ends = pairs[["lastseen", "lastseen_other"]].min(axis=1)
    together = ends - pairs[["firstseen", "firstseen_other"]].max(axis=1)
    found[pairs.loc[together >= TOGETHER, "row"]] = True
    return found
