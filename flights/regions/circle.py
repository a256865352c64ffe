"""All positions within a distance of a point."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from flights.errors import InvalidInput
from flights.reference.airports import load_airports
from flights.reference.earth import great_circle_km, wrap_longitude
from flights.regions.base import HALF_ROUND_KM, circle_shape, describe_place, read_number


@dataclass(frozen=True)
class Circle:
    """Centre [deg] and radius over the ground [km]."""

    latitude: float
    longitude: float
    radius_km: float

    @property
    def spec(self) -> str:
        """`circle:25.25,55.36,100km`."""
        return f"circle:{self.latitude:.10g},{self.longitude:.10g},{self.radius_km:.10g}km"

    @property
    def label(self) -> str:
        """Radius and centre."""
        return f"{self.radius_km:g} km around {describe_place(self.latitude, self.longitude)}"

    def airports(self) -> frozenset[str]:
        """Airports whose reference point is within the radius."""
        return _airports(self)

    def contains(self, latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.bool_]:
        """True up to the radius by great circle."""
        away_km = great_circle_km(latitude, longitude, self.latitude, self.longitude)
        return away_km <= self.radius_km

    def shape(self) -> BaseGeometry:
        """Polygon of 180 corners, with the pole where the circle contains it."""
        return _shape(self)


def parse(text: str) -> Circle:
    """A circle from `latitude,longitude,radius` (km, with or without `km` after it)."""
    parts = text.lower().replace("km", "").split(",")
    if len(parts) != 3:
        raise InvalidInput(
            f"A circle needs latitude, longitude and radius, as in circle:25.25,55.36,100km; "
            f"got {text.strip()!r}."
        )
    latitude = read_number(parts[0], "latitude", -90, 90)
    longitude = read_number(parts[1], "longitude", -360, 360)
    radius_km = read_number(parts[2], "radius in km", 0.001, HALF_ROUND_KM)
    if abs(longitude) > 180:
        longitude = float(wrap_longitude(longitude))
    return Circle(latitude, longitude, radius_km)


@cache
def _airports(circle: Circle) -> frozenset[str]:
    airports = load_airports()
    inside = circle.contains(airports["latitude"].to_numpy(), airports["longitude"].to_numpy())
    return frozenset(airports.index[inside])


@cache
def _shape(circle: Circle) -> BaseGeometry:
    return circle_shape(circle.latitude, circle.longitude, circle.radius_km)
