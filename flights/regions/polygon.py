"""An area given by its corners; also read from GeoJSON."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from flights.errors import InvalidInput
from flights.reference.airports import load_airports
from flights.regions.base import Point, describe_place, inside_shape, read_number, ring_shape

LONGEST_EDGE_DEG = 120.0
"""GeoJSON edges longer than this [deg] are divided: they may take the longer way around."""

Ring = tuple[Point, ...]


@dataclass(frozen=True)
class Polygon:
    """An outer ring of (latitude, longitude) [deg], and holes.

    Edges run straight on a map of longitude and latitude and take the shorter way around:
    corners at 170 and -170 span 20 degrees across the antimeridian.
    """

    ring: Ring
    holes: tuple[Ring, ...] = ()

    @property
    def spec(self) -> str:
        """`polygon:lat lon,lat lon,lat lon`, holes after `;`."""
        rings = (self.ring, *self.holes)
        return "polygon:" + ";".join(",".join(f"{a:.10g} {b:.10g}" for a, b in r) for r in rings)

    @property
    def label(self) -> str:
        """Number of corners and position."""
        centre = self.shape().representative_point()
        place = describe_place(round(centre.y, 1), round(centre.x, 1))
        return f"polygon of {len(self.ring)} corners around {place}"

    def airports(self) -> frozenset[str]:
        """Airports whose reference point is inside."""
        return _airports(self)

    def contains(self, latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.bool_]:
        """True on or within the outline."""
        return inside_shape(self.shape(), latitude, longitude)

    def shape(self) -> BaseGeometry:
        """The area; raises `InvalidInput` where a ring crosses itself."""
        return _shape(self)


def parse(text: str) -> Polygon:
    """A polygon from its corners: `lat lon,lat lon,lat lon`."""
    outer, *holes = (_read_ring(part) for part in text.split(";"))
    polygon = Polygon(outer, tuple(holes))
    polygon.shape()
    return polygon


def read_geojson(text: str) -> list[Polygon]:
    """Polygons of a GeoJSON geometry, feature or collection of them.

    Longitudes may run beyond 180 where an area crosses the antimeridian.

    Raises
    ------
    InvalidInput
        It is not JSON, contains no polygon, or a ring crosses itself.
    """
    try:
        found = [Polygon(*_divide(rings)) for rings in _polygon_coordinates(json.loads(text))]
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"This is not JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        ) from error
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InvalidInput(f"This GeoJSON cannot be read: {error}.") from error
    if not found:
        raise InvalidInput("This GeoJSON contains no Polygon or MultiPolygon.")
    for polygon in found:
        polygon.shape()
    return found


def _polygon_coordinates(plain: dict[str, Any]) -> Iterable[list[Any]]:
    kind = plain["type"]
    if kind == "Polygon":
        yield plain["coordinates"]
    elif kind == "MultiPolygon":
        yield from plain["coordinates"]
    elif kind == "Feature":
        yield from _polygon_coordinates(plain["geometry"])
    else:
        for part in [*plain.get("features", []), *plain.get("geometries", [])]:
            yield from _polygon_coordinates(part)


def _divide(rings: list[Any]) -> tuple[Ring, tuple[Ring, ...]]:
    """Rings as this program writes them: latitude first, not closed, no edge too long."""
    outer, *holes = (_short_edges(ring) for ring in rings)
    return outer, tuple(holes)


def _short_edges(ring: list[list[float]]) -> Ring:
    corners: list[Point] = []
    for (x1, y1), (x2, y2) in pairwise([(float(each[0]), float(each[1])) for each in ring]):
        pieces = max(1, int(np.ceil(abs(x2 - x1) / LONGEST_EDGE_DEG)))
        for piece in range(pieces):
            share = piece / pieces
            corners.append((y1 + (y2 - y1) * share, x1 + (x2 - x1) * share))
    for latitude, longitude in corners:
        read_number(str(latitude), "latitude", -90, 90)
        read_number(str(longitude), "longitude", -540, 540)
    return tuple(corners)


def _read_ring(text: str) -> Ring:
    corners = [_read_corner(part) for part in text.split(",") if part.strip()]
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    if len(corners) < 3:
        raise InvalidInput(
            "A polygon needs at least three corners, as in polygon:10 50,10 60,20 55; "
            f"got {len(corners)}."
        )
    return tuple(corners)


def _read_corner(text: str) -> Point:
    parts = text.split()
    if len(parts) != 2:
        raise InvalidInput(
            f"A corner is latitude and longitude with a space between; got {text.strip()!r}."
        )
    return (
        read_number(parts[0], "latitude", -90, 90),
        read_number(parts[1], "longitude", -540, 540),
    )


@cache
def _shape(polygon: Polygon) -> BaseGeometry:
    area = ring_shape(polygon.ring)
    for hole in polygon.holes:
        area = area.difference(ring_shape(hole, "A hole of the polygon"))
    return area


@cache
def _airports(polygon: Polygon) -> frozenset[str]:
    airports = load_airports()
    inside = polygon.contains(airports["latitude"].to_numpy(), airports["longitude"].to_numpy())
    return frozenset(airports.index[inside])
