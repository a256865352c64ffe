"""A country by its ISO 3166 alpha-2 code."""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from flights.errors import InvalidInput
from flights.reference.airports import load_airports
from flights.reference.countries import country_name, load_country_names, load_country_shapes
from flights.regions.base import circle_shape, inside_shape

FIELD_KM = 15.0
"""Radius around each airport of a country that is too small for the map [km]."""


_USUAL = {"UK": "GB", "EL": "GR", "USA": "US", "UAE": "AE", "KSA": "SA", "PRC": "CN"}
"""Usual codes of countries that have another code in ISO 3166."""


@dataclass(frozen=True)
class Country:
    """Airports by ISO code; positions by Natural Earth's de-facto outline."""

    iso2: str

    @property
    def spec(self) -> str:
        """`country:CN`."""
        return f"country:{self.iso2}"

    @property
    def label(self) -> str:
        """Name of the country."""
        return country_name(self.iso2)

    def airports(self) -> frozenset[str]:
        """Airports whose ISO country this is."""
        return _airports(self.iso2)

    def contains(self, latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.bool_]:
        """True within the outline: land including the coast, not territorial waters."""
        return inside_shape(self.shape(), latitude, longitude)

    def shape(self) -> BaseGeometry:
        """Natural Earth's outline; circles around its airports where it has none."""
        return _shape(self.iso2)


def parse(text: str) -> Country:
    """A country from `CN`; `InvalidInput` with the nearest codes for anything else."""
    code = text.strip().upper()
    names = load_country_names()
    if code in names:
        return Country(code)
    hints = _nearest(text.strip(), names)
    hint = f" Did you mean {' or '.join(hints)}?" if hints else " It has two letters, as in CN."
    raise InvalidInput(f"{text.strip()!r} is not an ISO country code of two letters.{hint}")


def _nearest(text: str, names: dict[str, str]) -> list[str]:
    if text.upper() in _USUAL:
        code = _USUAL[text.upper()]
        return [f"country:{code} ({names[code]})"]
    by_name = {name.casefold(): code for code, name in names.items()}
    found = [by_name[n] for n in get_close_matches(text.casefold(), by_name, n=3, cutoff=0.75)]
    found += [code for name, code in by_name.items() if len(text) > 3 and text.casefold() in name]
    found += get_close_matches(text.upper()[:2], names, n=3, cutoff=0.5) if not found else []
    return [f"country:{code} ({names[code]})" for code in dict.fromkeys(found)][:3]


@cache
def _airports(iso2: str) -> frozenset[str]:
    airports = load_airports()
    return frozenset(airports.index[airports["country"] == iso2])


@cache
def _shape(iso2: str) -> BaseGeometry:
    known = load_country_shapes().get(iso2)
    if known is not None:
        return known
    airports = load_airports()
    own = airports[airports["country"] == iso2]
    places = zip(own["latitude"], own["longitude"], strict=True)
    return shapely.union_all([circle_shape(lat, lon, FIELD_KM) for lat, lon in places])
