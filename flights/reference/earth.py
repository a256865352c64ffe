"""Distances and bearings on the sphere, for arrays.

Distances on a sphere differ from the ellipsoid by less than 0.6 %: much less than the limits
of the rules that use them.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth [km] (IUGG)."""

Degrees = ArrayLike


def great_circle_km(
    latitude: Degrees, longitude: Degrees, to_latitude: Degrees, to_longitude: Degrees
) -> NDArray[np.float64]:
    """Shortest distance over the ground [km]; arguments [deg] broadcast, NaN gives NaN.

    >>> float(great_circle_km(0, 179.5, 0, -179.5).round(1))
    111.2
    """
    lat1, lat2 = np.radians(latitude), np.radians(to_latitude)
    half_lat = np.sin((lat2 - lat1) / 2)
    half_lon = np.sin((np.radians(to_longitude) - np.radians(longitude)) / 2)
    square = half_lat**2 + np.cos(lat1) * np.cos(lat2) * half_lon**2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(square, 1.0))))


def bearing_deg(
    latitude: Degrees, longitude: Degrees, to_latitude: Degrees, to_longitude: Degrees
) -> NDArray[np.float64]:
    """Initial course of the great circle [deg from true north, 0 to 360).

    >>> float(bearing_deg(0, 10, 0, 11))
    90.0
    """
    lat1, lat2 = np.radians(latitude), np.radians(to_latitude)
    turn = np.radians(to_longitude) - np.radians(longitude)
    east = np.sin(turn) * np.cos(lat2)
    north = np.cos(lat1) * np.sin(lat2) - np.sin(lat1) * np.cos(lat2) * np.cos(turn)
    return np.asarray(np.degrees(np.arctan2(east, north)) % 360.0)


def destination_point(
    latitude: Degrees, longitude: Degrees, course_deg: Degrees, distance_km: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitude and longitude [deg, -180..180] reached along a course.

    >>> [round(float(each), 3) for each in destination_point(0, 179.5, 90, 111.195)]
    [0.0, -179.5]
    """
    lat, course = np.radians(latitude), np.radians(course_deg)
    angle = np.asarray(distance_km) / EARTH_RADIUS_KM
    sine = np.sin(lat) * np.cos(angle) + np.cos(lat) * np.sin(angle) * np.cos(course)
    turn = np.arctan2(
        np.sin(course) * np.sin(angle) * np.cos(lat), np.cos(angle) - np.sin(lat) * sine
    )
    return np.degrees(np.arcsin(np.clip(sine, -1, 1))), wrap_longitude(
        np.asarray(longitude) + np.degrees(turn)
    )


def wrap_longitude(longitude: Degrees) -> NDArray[np.float64]:
    """The same longitude in [-180, 180) [deg].

    >>> float(wrap_longitude(190.0))
    -170.0
    """
    return (np.asarray(longitude, dtype=float) + 180.0) % 360.0 - 180.0


def turn_deg(course: Degrees, other: Degrees) -> NDArray[np.float64]:
    """Smallest angle between two courses [deg, 0..180].

    >>> float(turn_deg(350, 10))
    20.0
    """
    return np.abs(wrap_longitude(np.asarray(other, dtype=float) - np.asarray(course)))
