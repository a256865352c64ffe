"""No restriction."""

from dataclasses import dataclass

import numpy as np
from shapely.geometry.base import BaseGeometry

from flights.errors import InvalidInput
from flights.reference.airports import load_airports
from flights.regions.base import WORLD


@dataclass(frozen=True)
class Anywhere:
    """The whole world."""

    @property
    def spec(self) -> str:
        """`world:`."""
        return "world:"

    @property
    def label(self) -> str:
        """Name for people."""
        return "anywhere"

    def airports(self) -> frozenset[str]:
        """All of them."""
        return frozenset(load_airports().index)

    def contains(self, latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
        """True for every known position."""
        return np.isfinite(np.asarray(latitude, float)) & np.isfinite(np.asarray(longitude, float))

    def shape(self) -> BaseGeometry:
        """The whole map."""
        return WORLD


def parse(text: str) -> Anywhere:
    """The world; nothing may follow the colon."""
    if text.strip():
        raise InvalidInput(f"world: takes nothing after the colon; got {text.strip()!r}.")
    return Anywhere()
