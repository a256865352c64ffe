"""How fast and how far a type can fly at most: bounds for what it can have reached."""

import csv
from collections.abc import Iterable
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

SOUND_KT = 600.0
"""Speed of sound where airliners are fastest through the air [kt]: about 26,000 ft in the
standard atmosphere; above it is colder and sound slower."""

WIND_KT = 200.0
"""Tail wind counted on all the way [kt]. Jet streams reach it; the fastest airliner known over
the ground, a 747-400 over the Atlantic on 9 February 2020, was reported at 717 kt, which is
35 kt less than this gives for its type."""


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
    """Fastest speed over the ground [kt] and farthest flight [km] per type designator.

    An unknown type gets the fastest and the farthest of all: not knowing excludes nothing.
    """
    known = _bounds()
    most = (max(mmo for mmo, _ in known.values()), max(away for _, away in known.values()))
    found = np.array([known.get(str(code), most) for code in typecodes], float).reshape(-1, 2)
    return found[:, 0] * SOUND_KT + wind_kt, found[:, 1]
