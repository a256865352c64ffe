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

from flights.legs.positions.series import Mask
from flights.reference.operators import OPERATOR_PATTERN

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
    named = flights["callsign"].str.match(OPERATOR_PATTERN).fillna(False).astype(bool)
    own = ~flights["icao24"].str.startswith("~").astype(bool)
    long = flights["lastseen"] - flights["firstseen"] >= TOGETHER
    times = {name: flights[name].to_numpy("datetime64[ms]") for name in ("firstseen", "lastseen")}
    some = pd.DataFrame({"callsign": flights["callsign"].to_numpy(), **times})
    some = some[(named & own & long).to_numpy()].sort_values(["callsign", "firstseen"])
    # In order of their beginnings, one look back and one ahead will do: an airframe's own
    # flights never overlap.
    same = some.groupby("callsign", sort=False)
    latest = same["lastseen"].cummax().groupby(some["callsign"], sort=False).shift(1)
    began = latest - some["firstseen"] >= TOGETHER
    goes_on = some["lastseen"] - same["firstseen"].shift(-1) >= TOGETHER
    found[some.index[began | goes_on]] = True
    return found
