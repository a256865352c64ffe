"""Samples every profile at moments: dense near both ends, sparse in cruise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flights.sources.simulated.world.profiles import Profile

NEAR_S, NEAR_STEP_S = 1_260.0, 30.0
CRUISE_STEP_S = 180.0


@dataclass(frozen=True)
class ProfileMoments:
    """Moments of profiles, shape (profiles, moments); `elapsed_s` is inf after the landing.

    `height_ft` is above the ground between the two fields, `altitude_ft` above the sea,
    `weight_s` the duration that a moment represents.
    """

    elapsed_s: NDArray[np.float64]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    altitude_ft: NDArray[np.float64]
    height_ft: NDArray[np.float64]
    weight_s: NDArray[np.float64]

    @property
    def valid(self) -> NDArray[np.bool_]:
        """True for moments of the flight, False for padding."""
        return np.isfinite(self.elapsed_s)


def sample_profiles(profiles: Sequence[Profile]) -> ProfileMoments:
    """Moments of every profile; the first is the take-off, the last the landing."""
    rows = [_sample(each) for each in profiles]
    shape = len(rows), max(len(row[0]) for row in rows)
    columns = [np.full(shape, filler) for filler in (np.inf, 0.0, 0.0, 0.0, 0.0, 0.0)]
    for number, row in enumerate(rows):
        for column, values in zip(columns, row, strict=True):
            column[number, : len(values)] = values
    return ProfileMoments(*columns)


def _sample(profile: Profile) -> tuple[np.ndarray, ...]:
    elapsed = _moments(profile.duration_s)
    latitude, longitude = profile.place(elapsed)
    altitude = profile.altitude_ft(elapsed)
    share = elapsed / elapsed[-1]
    ground = profile.origin[2] * (1 - share) + profile.destination[2] * share
    weight = np.gradient(elapsed)
    return elapsed, latitude, longitude, altitude, np.maximum(altitude - ground, 0), weight


def _moments(duration_s: float) -> np.ndarray:
    near = min(NEAR_S, duration_s / 2)
    ends = np.arange(0, near, NEAR_STEP_S)
    middle = np.linspace(
        near, duration_s - near, max(2, round((duration_s - 2 * near) / CRUISE_STEP_S))
    )
    return np.unique(np.concatenate([ends, middle, duration_s - ends]))
