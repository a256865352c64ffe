"""All kinds of region. A new kind is one module and one line in `KINDS`."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import box

from flights.errors import InvalidInput
from flights.regions import airport, airports, anywhere, circle, country, polygon
from flights.regions.base import Region
from flights.regions.union import Union

KINDS: dict[str, Callable[[str], Region]] = {
    "country": country.parse,
    "airport": airport.parse,
    "airports": airports.parse,
    "circle": circle.parse,
    "polygon": polygon.parse,
    "world": anywhere.parse,
}
"""Text before the colon -> parser. A union (`union.py`) is several regions with `+` between."""

_NEXT_PART = re.compile(r"\s*\+\s*(?=[a-z]+:)")


def parse_region(spec: str) -> Region:
    """A region from its text: `country:CN+country:HK`, `circle:25.25,55.36,100km`, `world:`.

    `geojson:` takes GeoJSON text or the path of a GeoJSON file.

    Raises
    ------
    InvalidInput
        The message says what is wrong and suggests what may be meant.
    """
    text = spec.strip()
    if text.startswith("geojson:"):
        return read_geojson(text.removeprefix("geojson:"))
    return _join([_parse_part(part) for part in _NEXT_PART.split(text)])


def read_geojson(text: str) -> Region:
    """A region from GeoJSON text or from the path of a GeoJSON file."""
    stripped = text.strip()
    if not stripped.startswith("{"):
        try:
            stripped = Path(stripped).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput(f"The GeoJSON file {stripped!r} cannot be read: {error}.") from error
    return _join(list(polygon.read_geojson(stripped)))


def is_anywhere(region: Region) -> bool:
    """True for the whole world, where flights with an unknown end count too."""
    return isinstance(region, anywhere.Anywhere) or (
        isinstance(region, Union) and any(is_anywhere(part) for part in region.parts)
    )


@cache
def cells(region: Region) -> frozenset[int]:
    """One-degree cells (`query.cell_id`) whose centre is inside the region.

    A region without the centre of a cell gets the cells it touches, so the result is not empty.
    """
    latitude, longitude = np.meshgrid(np.arange(-89.5, 90), np.arange(-179.5, 180), indexing="ij")
    inside = np.flatnonzero(region.contains(latitude.ravel(), longitude.ravel()))
    if len(inside):
        return frozenset(inside.tolist())
    return _touched(region)


def _touched(region: Region) -> frozenset[int]:
    shape = region.shape()
    found = set()
    for part in shapely.get_parts(shape):
        west, south, east, north = part.bounds
        for row in range(int(south // 1), min(int(north // 1), 89) + 1):
            for column in range(int(west // 1), min(int(east // 1), 179) + 1):
                if part.intersects(box(column, row, column + 1, row + 1)):
                    found.add((row + 90) * 360 + column + 180)
    return frozenset(found)


def _parse_part(text: str) -> Region:
    kind, colon, rest = text.partition(":")
    kind = kind.strip().lower()
    if colon and kind in KINDS:
        return KINDS[kind](rest)
    known = ", ".join(f"{each}:" for each in KINDS)
    raise InvalidInput(
        f"{text.strip()!r} has no kind of region. "
        f"Start it with one of {known}, as in country:CN, airport:ELLX or circle:25.25,55.36,100km."
    )


def _join(parts: list[Region]) -> Region:
    flat = list(dict.fromkeys(parts))
    return flat[0] if len(flat) == 1 else Union(tuple(flat))
