"""Operators (fictional), airports (real) and aircraft addresses of the simulated world.

Addresses: ICAO Annex 10, Volume III, chapter 9 reserves the block that begins with binary
1101 (D00000-DFFFFF); no state assigns from it. Designators: no airline has one that begins
with XQ.
"""

from dataclasses import dataclass

import numpy as np

from flights.reference.airports import load_airports

FIRST_ADDRESS = 0xD50000
LAST_ADDRESS = 0xD5FFFF


@dataclass(frozen=True)
class AircraftType:
    """A type of aircraft: its model text, ground speed and altitude in cruise."""

    typecode: str
    model: str
    speed_kt: float
    cruise_ft: float


TYPES = {
    kind.typecode: kind
    for kind in (
        AircraftType("B748", "BOEING 747-8F", 490, 35_000),
        AircraftType("B744", "BOEING 747-400F", 485, 34_000),
        AircraftType("B77L", "BOEING 777F", 485, 36_000),
        AircraftType("A320", "AIRBUS A320-200", 445, 36_000),
        AircraftType("A359", "AIRBUS A350-900", 485, 39_000),
    )
}


@dataclass(frozen=True)
class SimulatedOperator:
    """A fictional operator. Only the model text shows which of its aircraft are freighters."""

    designator: str
    name: str
    carries: str  # "cargo" or "passengers"


OPERATORS = {
    each.designator: each
    for each in (
        SimulatedOperator("XQA", "Alderwing Freight (fictional)", "cargo"),
        SimulatedOperator("XQB", "Bluebarrow Cargo (fictional)", "cargo"),
        SimulatedOperator("XQC", "Cinderloft Air Cargo (fictional)", "cargo"),
        SimulatedOperator("XQD", "Dovecrate Logistics (fictional)", "cargo"),
        SimulatedOperator("XQM", "Marlspan (fictional)", "passengers"),
        SimulatedOperator("XQN", "Northmeadow (fictional)", "passengers"),
        SimulatedOperator("XQP", "Pinnacle Tern (fictional)", "passengers"),
        SimulatedOperator("XQR", "Roundabout Air (fictional)", "passengers"),
    )
}

# Passenger traffic of an airport; the gravity model of the timetable weights pairs of airports
# by the product. Invented, not measured.
PASSENGER_WEIGHT = {
    **{"ELLX": 2.6, "EHAM": 5.0, "EBBR": 2.4, "EBLG": 0.4, "EDDF": 5.0, "EDDP": 0.8, "EDDM": 3.2},
    **{"LFPG": 5.0, "EGLL": 5.5, "LEMD": 3.8, "LIMC": 2.6, "LSZH": 2.4, "LOWW": 2.6, "EKCH": 2.4},
    **{"ESSA": 2.0, "EFHK": 1.8, "EPWA": 1.8, "LTFM": 5.0, "LGAV": 2.0, "LPPT": 2.2, "BIKF": 0.9},
    **{"UGTB": 0.8, "UBBB": 1.0, "UTAA": 0.5, "UZTT": 1.0, "UAAA": 5.0, "UACC": 4.0, "OIIE": 1.6},
    **{"OMDB": 4.5, "OMDW": 0.8, "OTHH": 3.2, "OBBI": 1.0, "OERK": 2.2, "OEJN": 2.0, "OPKC": 1.2},
    **{"VIDP": 3.4, "VABB": 3.0, "VTBS": 3.2, "WMKK": 2.8, "WSSS": 3.6, "VHHH": 3.8, "RCTP": 2.4},
    **{"ZBAA": 4.0, "ZSPD": 4.2, "ZGGG": 3.0, "ZGSZ": 2.4, "ZHCC": 2.0, "ZUUU": 2.0, "RKSI": 3.4},
    **{"RJAA": 2.8, "RJTT": 3.0, "YSSY": 4.5, "NZAA": 4.0, "KORD": 4.0, "KJFK": 4.0, "KLAX": 4.0},
    **{"KATL": 3.6, "KMIA": 2.6, "KMEM": 0.7, "PANC": 0.8, "CYYZ": 2.6, "MMMX": 2.2, "SKBO": 5.0},
    **{"SBGR": 4.0, "SCEL": 4.0, "SAEZ": 3.0, "HECA": 2.0, "HAAB": 3.5, "HKJK": 5.5, "FAOR": 4.0},
    **{"DNMM": 1.2, "GMMN": 1.4},
}


def load_fields() -> dict[str, tuple[float, float, float]]:
    """Latitude [deg], longitude [deg], elevation [ft] of the airports of the world."""
    table = load_airports().loc[list(PASSENGER_WEIGHT), ["latitude", "longitude", "elevation_ft"]]
    rows = table.fillna({"elevation_ft": 0.0}).itertuples(index=True, name=None)
    return {code: (lat, lon, elevation) for code, lat, lon, elevation in rows}


def registrations(airframes: np.ndarray) -> np.ndarray:
    """Registrations of airframe numbers, from SIM-001 on; no state's mark begins with SIM-.

    >>> registrations(np.array([0, 1233])).tolist()
    ['SIM-001', 'SIM-1234']
    """
    return np.array([f"SIM-{number + 1:03d}" for number in airframes.tolist()], object)


def addresses(airframes: np.ndarray) -> np.ndarray:
    """24-bit addresses of airframe numbers.

    >>> [hex(each) for each in addresses(np.array([0, 255])).tolist()]
    ['0xd50000', '0xd500ff']
    """
    return (FIRST_ADDRESS + airframes).astype(np.uint32)
