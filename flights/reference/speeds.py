"""Highest speed and longest range of aircraft types: bounds for where an aircraft may be."""

import csv
from collections.abc import Iterable
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

SOUND_KT = 600.0
"""Speed of sound at about 26,000 ft in the standard atmosphere [kt], where airliners reach their
highest true airspeed; higher up, the air is colder and sound is slower."""

WIND_KT = 200.0
"""Tail wind assumed for the whole flight [kt]. Jet streams reach it. The highest reported ground
speed of an airliner (a 747-400 over the Atlantic, 9 February 2020) is 717 kt, 35 kt below the
limit that this gives for its type."""


@cache
def _bounds() -> dict[str, tuple[float, float]]:
    table = resources.files("flights.reference.data").joinpath("speeds.csv")
    with table.open(encoding="utf-8") as file:
        return {
            row["typecode"]: (float(row["mmo"]), float(row["range_km"]))
            for row in csv.DictReader(file)
        }


def limit_reach(
    typecodes: Iterable[str | None], *, wind_kt: float = WIND_KT
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Highest ground speed [kt] and longest range [km] per type designator, both of shape (n,).

    An unknown type gets the highest speed and range of all types, so that it excludes nothing.
    """
    known = _bounds()
    most = (max(mmo for mmo, _ in known.values()), max(away for _, away in known.values()))
    found = np.array([known.get(str(code), most) for code in typecodes], float).reshape(-1, 2)
    return found[:, 0] * SOUND_KT + wind_kt, found[:, 1]
