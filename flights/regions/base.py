"""What a region is: a set of airports, a test for positions, and a shape for the map.

Kinds of region share the geometry below. Shapes have longitude and latitude [deg] as
coordinates; their edges are straight in these, not great circles, and take the shorter way
around the Earth.
"""

from itertools import pairwise
from typing import Protocol

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.affinity import translate
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from flights.errors import InvalidInput
from flights.reference.earth import EARTH_RADIUS_KM, destination_point, wrap_longitude

Point = tuple[float, float]
"""Latitude, longitude [deg]."""

WORLD = box(-180.0, -90.0, 180.0, 90.0)
HALF_ROUND_KM = float(np.pi * EARTH_RADIUS_KM)
CIRCLE_CORNERS = 180
# An outline closer to a pole than this is moved past it, see `circle_shape`.
POLE_GAP_KM = 0.5
NEAR_POLE_DEG = 89.999


class Region(Protocol):
    """A region that the user chose. `parse_region(region.spec)` gives it again.

    An airport belongs to a country by its ISO code; polygons judge positions only.
    """

    @property
    def spec(self) -> str:
        """Short text that restores the region, safe in a link."""
        ...

    @property
    def label(self) -> str:
        """Name for the user."""
        ...

    def __hash__(self) -> int:
        """Regions are values: answers are cached by region, and equal regions share them."""
        ...

    def airports(self) -> frozenset[str]:
        """ICAO codes of the airports inside."""
        ...

    def contains(self, latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.bool_]:
        """True per position [deg] inside the region; NaN is outside."""
        ...

    def shape(self) -> BaseGeometry:
        """Outline in longitude, latitude [deg], cut at the antimeridian."""
        ...


def inside_shape(
    shape: BaseGeometry, latitude: ArrayLike, longitude: ArrayLike
) -> NDArray[np.bool_]:
    """True per position [deg] on or within `shape`; longitudes may exceed -180..180."""
    lat, lon = np.broadcast_arrays(np.asarray(latitude, float), wrap_longitude(longitude))
    shapely.prepare(shape)
    inside: NDArray[np.bool_] = np.asarray(shapely.intersects_xy(shape, lon, lat))
    seam = lon == -180.0  # the same meridian as 180, where the shape may have its other half
    if seam.any():
        inside[seam] |= shapely.intersects_xy(shape, 180.0, lat[seam])
    return np.asarray(inside & np.isfinite(lat) & np.isfinite(lon))


def ring_shape(corners: tuple[Point, ...], where: str = "The polygon") -> BaseGeometry:
    """Area within a ring of corners, edges taking the shorter way around the Earth.

    A ring around a pole contains that pole: the one nearer to its mean latitude.

    Raises
    ------
    InvalidInput
        The ring crosses itself or has no area; the message starts with `where`.
    """
    if len(corners) < 3:
        raise InvalidInput(f"{where} has {len(corners)} corners. Give at least three.")
    longitudes = _unwind([longitude for _, longitude in corners])
    points = list(zip(longitudes, [latitude for latitude, _ in corners], strict=False))
    turns = round((longitudes[-1] - longitudes[0]) / 360.0)
    if turns:
        pole = 90.0 if np.mean([latitude for latitude, _ in corners]) >= 0 else -90.0
        start, end = longitudes[0], longitudes[-1]
        points += [(end, corners[0][0]), (end, pole), (start, pole)]
    area = Polygon(points)
    _refuse_crossing(area, where)
    return _cut(area)


def circle_shape(latitude: float, longitude: float, radius_km: float) -> BaseGeometry:
    """Outline of all points within a great-circle distance, as a polygon for the map."""
    if radius_km >= HALF_ROUND_KM:
        return WORLD
    latitude = max(
        -NEAR_POLE_DEG, min(NEAR_POLE_DEG, latitude)
    )  # at a pole, all courses are the same
    if radius_km > HALF_ROUND_KM / 2:
        rest = circle_shape(-latitude, longitude + 180.0, HALF_ROUND_KM - radius_km)
        return WORLD.difference(rest)
    for pole_km in (HALF_ROUND_KM * (90 - latitude) / 180, HALF_ROUND_KM * (90 + latitude) / 180):
        if abs(pole_km - radius_km) < POLE_GAP_KM:
            radius_km = pole_km + POLE_GAP_KM  # an outline through the pole has no inside
    courses = np.linspace(0.0, 360.0, CIRCLE_CORNERS, endpoint=False) + 1.0
    lat, lon = destination_point(latitude, longitude, courses, radius_km)
    return ring_shape(tuple(zip(lat.tolist(), lon.tolist(), strict=True)), "The circle")


def describe_place(latitude: float, longitude: float) -> str:
    """A position as text.

    >>> describe_place(25.25, -170)
    '25.25 N 170 W'
    """
    north, east = "N" if latitude >= 0 else "S", "E" if longitude >= 0 else "W"
    return f"{abs(latitude):g} {north} {abs(longitude):g} {east}"


def read_number(text: str, what: str, low: float, high: float) -> float:
    """A number within limits, else `InvalidInput` that names `what`."""
    try:
        value = float(text)
    except ValueError as error:
        raise InvalidInput(f"{text.strip()!r} is not a number for the {what}.") from error
    if not low <= value <= high:
        raise InvalidInput(f"The {what} {value:g} is outside {low:g} to {high:g}.")
    return value


def _unwind(longitudes: list[float]) -> list[float]:
    """Longitudes of a closed ring without jumps; the first point is added again at the end."""
    unwound = [float(wrap_longitude(longitudes[0]))]
    for start, stop in pairwise([*longitudes, longitudes[0]]):
        step = (stop - start + 180.0) % 360.0 - 180.0
        if step == -180.0 and stop > start:
            step = 180.0
        unwound.append(unwound[-1] + step)
    return unwound


def _refuse_crossing(area: Polygon, where: str) -> None:
    if area.is_valid and area.area > 0:
        return
    reason = shapely.is_valid_reason(area)
    if area.convex_hull.area > 0 and "ntersection" in reason:
        longitude, latitude = (float(part) for part in reason.split("[")[1].rstrip("]").split())
        place = describe_place(round(latitude, 3), round(float(wrap_longitude(longitude)), 3))
        raise InvalidInput(
            f"{where} crosses itself near {place}. "
            "Give its corners in order around the area, each once."
        )
    raise InvalidInput(f"{where} has no area. Give three or more corners that are not on one line.")


def _cut(area: Polygon) -> BaseGeometry:
    """A polygon with continuous longitudes, cut into parts within -180..180."""
    parts = []
    west, _, east, _ = area.bounds
    for turn in range(int(np.floor((west + 180) / 360)), int(np.floor((east + 180) / 360)) + 1):
        window = box(-180.0 + 360.0 * turn, -90.0, 180.0 + 360.0 * turn, 90.0)
        clipped = translate(area.intersection(window), xoff=-360.0 * turn)
        parts += [part for part in shapely.get_parts(clipped) if isinstance(part, Polygon)]
    whole = shapely.union_all(parts)
    flat = [part for part in shapely.get_parts(whole) if isinstance(part, Polygon)]
    return flat[0] if len(flat) == 1 else MultiPolygon(flat)
