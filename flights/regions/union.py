"""Several regions as one."""

from dataclasses import dataclass
from functools import cache, reduce

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from flights.regions.base import Region

NAMED = 4
"""Most parts that the label shows."""


@dataclass(frozen=True)
class Union:
    """All places that are in at least one of the parts."""

    parts: tuple[Region, ...]

    @property
    def spec(self) -> str:
        """Specs of the parts with `+` between."""
        return "+".join(part.spec for part in self.parts)

    @property
    def label(self) -> str:
        """Names of the parts, or the first few and how many more."""
        names = [part.label for part in self.parts]
        if len(names) > NAMED:
            return ", ".join(names[:NAMED]) + f" and {len(names) - NAMED} more"
        return ", ".join(names[:-1]) + " and " + names[-1]

    def airports(self) -> frozenset[str]:
        """Airports of all parts."""
        return frozenset().union(*(part.airports() for part in self.parts))

    def contains(self, latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.bool_]:
        """True within one of the parts."""
        return reduce(np.logical_or, (part.contains(latitude, longitude) for part in self.parts))

    def shape(self) -> BaseGeometry:
        """All parts joined."""
        return _shape(self)


@cache
def _shape(union: Union) -> BaseGeometry:
    return shapely.union_all([part.shape() for part in union.parts])
