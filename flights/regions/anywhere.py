"""The whole world: no restriction."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
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
        """All airports."""
        return frozenset(load_airports().index)

    def contains(self, latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.bool_]:
        """True for every known position."""
        known = np.isfinite(np.asarray(latitude, float)) & np.isfinite(np.asarray(longitude, float))
        return np.asarray(known)

    def shape(self) -> BaseGeometry:
        """The whole map."""
        return WORLD


def parse(text: str) -> Anywhere:
    """The world; nothing may follow the colon."""
    if text.strip():
        raise InvalidInput(f"world: takes nothing after the colon; got {text.strip()!r}.")
    return Anywhere()
