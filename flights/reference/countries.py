"""Shapes of countries by ISO 3166 alpha-2, and a small world map as a background.

Natural Earth draws who controls an area, not who claims it; show `BORDERS_SENTENCE` next to
every map. An airport's country never comes from these shapes: it is its ISO code.
"""

import gzip
import json
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd
import shapely
from shapely.geometry import box, shape
from shapely.geometry.base import BaseGeometry

BORDERS_SENTENCE = (
    "Borders are those of Natural Earth (1:50m), which show de-facto control, not claims; "
    "the country of an airport is its ISO code, not this map."
)

_PARTS = {
    "GF": ("FR", (-55.0, 2.0, -51.0, 6.0)),
    "GP": ("FR", (-62.0, 15.8, -60.9, 16.6)),
    "MQ": ("FR", (-61.3, 14.3, -60.7, 15.0)),
    "RE": ("FR", (55.0, -21.5, 56.0, -20.7)),
    "YT": ("FR", (44.9, -13.1, 45.4, -12.5)),
    "BQ": ("NL", (-69.0, 11.9, -62.8, 17.8)),
    "SJ": ("NO", (8.0, 74.0, 34.0, 81.0)),
}
"""Territories with their own ISO code that Natural Earth draws as part of another country.

A box (west, south, east, north [deg]) separates them: parts with their centre inside it. Jan
Mayen stays with Norway.
"""

_TERRITORY = {"CX": (105.0, -11.0, 106.0, -10.0), "CC": (96.5, -12.5, 97.2, -11.8)}
_TERRITORY_UNIT = "Indian Ocean Ter."


@cache
def load_units() -> pd.DataFrame:
    """The 241 units of the map: `name`, `iso2` (None where there is none), `shape`."""
    file = resources.files("flights.reference.data").joinpath("countries.geojson.gz")
    features = json.loads(gzip.decompress(file.read_bytes()))["features"]
    rows = [{**each["properties"], "shape": shape(each["geometry"])} for each in features]
    return pd.DataFrame(rows, columns=["name", "iso2", "shape"])


@cache
def load_country_shapes() -> dict[str, BaseGeometry]:
    """Shapes by ISO alpha-2 [lon, lat deg], cut at the antimeridian.

    Countries too small for the map (Gibraltar, Tuvalu and a few more) have no entry.
    """
    units = load_units()
    shapes = dict(units.dropna(subset="iso2")[["iso2", "shape"]].itertuples(index=False))
    territory = units.set_index("name")["shape"][_TERRITORY_UNIT]
    for code, corners in _TERRITORY.items():
        shapes[code], _ = _split(territory, corners)
    for code, (owner, corners) in _PARTS.items():
        part, rest = _split(shapes[owner], corners)
        if not part.is_empty:
            shapes[code], shapes[owner] = part, rest
    return shapes


@cache
def load_base_map() -> dict[str, Any]:
    """A small GeoJSON FeatureCollection of the same units (about 190 kB) as a map background."""
    file = resources.files("flights.reference.data").joinpath("base_map.geojson")
    return dict(json.loads(file.read_text(encoding="utf-8")))


@cache
def load_country_names() -> dict[str, str]:
    """English names by ISO alpha-2, all 249 codes and XK."""
    file = resources.files("flights.reference.data").joinpath("country_names.csv")
    with file.open(encoding="utf-8") as text:
        frame = pd.read_csv(text, keep_default_na=False)
    return dict(zip(frame["iso2"], frame["name"], strict=True))


def country_name(iso2: str) -> str:
    """Name of a country; the code itself where it is unknown.

    >>> country_name("HK"), country_name("ZZ")
    ('Hong Kong', 'ZZ')
    """
    return load_country_names().get(iso2, iso2)


def _split(
    geometry: BaseGeometry, corners: tuple[float, float, float, float]
) -> tuple[BaseGeometry, BaseGeometry]:
    """The parts with their centre in the box, and the others."""
    parts = shapely.get_parts(geometry)
    inside = shapely.contains(box(*corners), shapely.centroid(parts))
    return shapely.union_all(parts[inside]), shapely.union_all(parts[~inside])
