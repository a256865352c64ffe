"""A list of airports by their ICAO codes."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from flights.reference.airports import find_airport, load_airports
from flights.reference.earth import great_circle_km
from flights.regions.base import circle_shape

AROUND_KM = 50.0
"""A position this near to one of the airports counts as inside [km]."""

NAMED = 4
"""Most codes that the label shows."""


@dataclass(frozen=True)
class Airports:
    """Several airports; positions within 50 km of one of them are inside."""

    codes: tuple[str, ...]

    @property
    def spec(self) -> str:
        """`airports:ELLX,EBLG`."""
        return f"airports:{','.join(self.codes)}"

    @property
    def label(self) -> str:
        """The codes, or the first few and how many more."""
        more = len(self.codes) - NAMED
        return ", ".join(self.codes[:NAMED]) + (f" and {more} more" if more > 0 else "")

    def airports(self) -> frozenset[str]:
        """The listed airports."""
        return frozenset(self.codes)

    def contains(self, latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.bool_]:
        """True within 50 km of one of them."""
        fields = load_airports().loc[list(self.codes)]
        lat, lon = np.broadcast_arrays(np.asarray(latitude, float), np.asarray(longitude, float))
        inside = np.zeros(lat.shape, bool)
        for place in zip(fields["latitude"], fields["longitude"], strict=True):
            inside |= great_circle_km(lat, lon, *place) <= AROUND_KM
        return inside

    def shape(self) -> BaseGeometry:
        """Circles of 50 km, joined."""
        return _shape(self.codes)


def parse(text: str) -> Airports:
    """Airports from codes with commas between; each code once, in the order given."""
    codes = [find_airport(part) for part in text.split(",") if part.strip() or len(text) < 2]
    return Airports(tuple(dict.fromkeys(codes)))


@cache
def _shape(codes: tuple[str, ...]) -> BaseGeometry:
    fields = load_airports().loc[list(codes)]
    places = zip(fields["latitude"], fields["longitude"], strict=True)
    return shapely.union_all([circle_shape(lat, lon, AROUND_KM) for lat, lon in places])
