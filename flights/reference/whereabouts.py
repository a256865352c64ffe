"""A position as text: the country there, and the part of that country."""

from functools import cache

import shapely
from shapely.geometry.base import BaseGeometry

from flights.reference.countries import country_name, load_country_shapes

_WITH_ARTICLE = ("Bahamas", "Comoros", "Gambia", "Maldives", "Netherlands", "Philippines")
_SMALL_DEG = 3.0
"""Land narrower than this gets no part such as "northern" [deg]."""


def format_whereabouts(latitude: float, longitude: float) -> str:
    """Part and name of the country at a position [deg]; "" over the sea.

    Borders are Natural Earth's de-facto ones, see `countries.BORDERS_SENTENCE`.

    >>> format_whereabouts(36.1, 50.1), format_whereabouts(52.3, 4.8), format_whereabouts(0, -30)
    ('north-western Iran', 'the Netherlands', '')
    """
    codes, lands, tree = _load_lands()
    found = tree.query(shapely.Point(longitude, latitude), predicate="intersects")
    if not len(found):
        return ""
    name, land = country_name(codes[found[0]]), lands[found[0]]
    part = _find_part(land, latitude, longitude)
    plain = add_article(name)
    if not part:
        return plain
    return f"the {part} {name}" if plain != name else f"{part} {name}"


def add_article(name: str) -> str:
    """The name of a country as used in a sentence.

    >>> add_article("United States"), add_article("Iran")
    ('the United States', 'Iran')
    """
    articled = name.startswith("United ") or name.endswith("Islands") or name in _WITH_ARTICLE
    return f"the {name}" if articled else name


@cache
def _load_lands() -> tuple[list[str], list[BaseGeometry], shapely.STRtree]:
    """Every connected piece of land with its country's code."""
    pieces = [
        (code, piece)
        for code, shape in load_country_shapes().items()
        for piece in shapely.get_parts(shape)
    ]
    lands = [piece for _, piece in pieces]
    return [code for code, _ in pieces], lands, shapely.STRtree(lands)


def _find_part(land: BaseGeometry, latitude: float, longitude: float) -> str:
    west, south, east, north = land.bounds
    upright = _third(latitude, south, north, ("south", "", "north"))
    across = _third(longitude, west, east, ("west", "", "east"))
    side = "-".join(filter(None, (upright, across)))
    return f"{side}ern" if side else ""


def _third(value: float, low: float, high: float, names: tuple[str, str, str]) -> str:
    if high - low < _SMALL_DEG:
        return ""
    return names[min(int(3 * (value - low) / (high - low)), 2)]
