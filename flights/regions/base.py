"""What a region is: a set of airports, a test for positions, and a shape for the map."""

from typing import Protocol

import numpy as np
from shapely.geometry.base import BaseGeometry


class Region(Protocol):
    """A place the user chose. `spec` is the text that `regions.parse_region` reads back.

    An airport belongs to a country by its ISO code; polygons judge positions only.
    """

    @property
    def spec(self) -> str:
        """Short text that restores the region, safe in a link."""
        ...

    @property
    def label(self) -> str:
        """Name for people."""
        ...

    def airports(self) -> frozenset[str]:
        """ICAO codes of the airports inside."""
        ...

    def contains(self, latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
        """True per position [deg] that lies inside; NaN is outside."""
        ...

    def shape(self) -> BaseGeometry:
        """Outline in longitude, latitude [deg], cut at the antimeridian."""
        ...
