"""One airport by its ICAO code."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from flights.reference.airports import find_airport, load_airports
from flights.reference.earth import great_circle_km
from flights.regions.base import circle_shape

AROUND_KM = 50.0
"""A position this near counts as at the airport [km]; approach and departure are inside."""


@dataclass(frozen=True)
class Airport:
    """One airport; positions within 50 km of it are inside."""

    code: str

    @property
    def spec(self) -> str:
        """`airport:ELLX`."""
        return f"airport:{self.code}"

    @property
    def label(self) -> str:
        """Name and code."""
        return f"{load_airports()['name'][self.code]} ({self.code})"

    def airports(self) -> frozenset[str]:
        """This airport only."""
        return frozenset({self.code})

    def contains(self, latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.bool_]:
        """True within 50 km."""
        return great_circle_km(latitude, longitude, *_place(self.code)) <= AROUND_KM

    def shape(self) -> BaseGeometry:
        """Circle of 50 km."""
        return _shape(self.code)


def parse(text: str) -> Airport:
    """An airport from its ICAO code, former codes included; else `InvalidInput` with hints."""
    return Airport(find_airport(text))


def _place(code: str) -> tuple[float, float]:
    row = load_airports().loc[code]
    return float(row["latitude"]), float(row["longitude"])


@cache
def _shape(code: str) -> BaseGeometry:
    return circle_shape(*_place(code), AROUND_KM)
