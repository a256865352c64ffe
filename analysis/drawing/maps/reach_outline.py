"""The area that an airframe could have reached, as a shape for a flat map."""

import numpy as np
from numpy.typing import ArrayLike
from shapely import make_valid
from shapely.affinity import translate
from shapely.geometry import Point, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

_TOP = 85.0
"""Farthest from the equator that a Mercator map shows [deg]."""


def enclose(latitude: ArrayLike, longitude: ArrayLike, inside: tuple[float, float]) -> BaseGeometry:
    """The side of a ring on the sphere that contains `inside` (longitude, latitude) [deg].

    Cut at the antimeridian and at 85 degrees north and south. Empty for no ring.
    """
    lat, lon = np.asarray(latitude, float), np.asarray(longitude, float)
    if not len(lat):
        return Polygon()
    unrolled = np.unwrap(np.append(lon, lon[0]), period=360.0)
    line = list(zip(unrolled.tolist(), np.append(lat, lat[0]).tolist(), strict=True))
    if abs(unrolled[-1] - unrolled[0]) < 180:
        area = _fold(Polygon(line))
        return area if _contains(area, inside) else _world().difference(area)
    north, south = (_fold(Polygon([*line, (line[-1][0], y), (line[0][0], y)])) for y in (90, -90))
    return north if _contains(north, inside) else south


def trace_edge(area: BaseGeometry) -> BaseGeometry:
    """The edge of an area of `enclose`, without the seams where the flat map is cut."""
    parts = [each for each in getattr(area, "geoms", [area]) if each.area]
    seams = _world().boundary.buffer(0.05)
    return unary_union([each.boundary for each in parts]).difference(seams)


def _fold(area: BaseGeometry) -> BaseGeometry:
    """The area with longitudes beyond 180 moved back into the map."""
    valid = make_valid(area)
    turns = range(-720, 721, 360)
    parts = [translate(valid, turn).intersection(_world()) for turn in turns]
    return unary_union([part for part in parts if not part.is_empty])


def _world() -> BaseGeometry:
    return box(-180, -_TOP, 180, _TOP)


def _contains(area: BaseGeometry, place: tuple[float, float]) -> bool:
    """True also for a place on the edge: the area is one point wide if no time was left."""
    longitude, latitude = place
    return bool(area.distance(Point(longitude, float(np.clip(latitude, -_TOP, _TOP)))) < 0.05)
