"""The motion of a flight: distance and altitude as functions of time.

Speed rises linearly during the climb and falls linearly during the descent; both are shortened
where the distance is too short for them. There is no wind; `pace` of each flight replaces it.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from flights.reference.earth import bearing_deg, destination_point, great_circle_km, wrap_longitude

KNOT_KM_S = 1.852 / 3600
LIFT_OFF_KT = 150.0
CLIMB_S, DESCENT_S = 1050.0, 1200.0

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Profile:
    """The motion of a type of aircraft from one airport to another.

    `origin` and `destination`: latitude [deg], longitude [deg], elevation [ft].
    """

    origin: tuple[float, float, float]
    destination: tuple[float, float, float]
    speed_kt: float
    cruise_ft: float

    @cached_property
    def distance_km(self) -> float:
        """Great-circle distance."""
        return float(great_circle_km(*self.origin[:2], *self.destination[:2]))

    @cached_property
    def shrink(self) -> float:
        """Share of climb, descent and cruise altitude that a short flight reaches; 1 = all."""
        ramps_km = (LIFT_OFF_KT + self.speed_kt) / 2 * KNOT_KM_S * (CLIMB_S + DESCENT_S)
        return min(1.0, 0.95 * self.distance_km / ramps_km)

    @cached_property
    def duration_s(self) -> float:
        """Time from take-off to landing."""
        ramps_s = self.shrink * (CLIMB_S + DESCENT_S)
        ramps_km = (LIFT_OFF_KT + self.speed_kt) / 2 * KNOT_KM_S * ramps_s
        return ramps_s + (self.distance_km - ramps_km) / (self.speed_kt * KNOT_KM_S)

    def flown_km(self, elapsed_s: Floats) -> Floats:
        """Distance flown since take-off."""
        up_s, down_s = self.shrink * CLIMB_S, self.shrink * DESCENT_S
        level_s = self.duration_s - up_s - down_s
        gain = self.speed_kt - LIFT_OFF_KT
        up = np.clip(elapsed_s, 0, up_s)
        level = np.clip(elapsed_s - up_s, 0, level_s)
        down = np.clip(elapsed_s - up_s - level_s, 0, down_s)
        knots_s = LIFT_OFF_KT * up + gain * up**2 / (2 * up_s) + self.speed_kt * level
        return (knots_s + self.speed_kt * down - gain * down**2 / (2 * down_s)) * KNOT_KM_S

    def speed_at(self, elapsed_s: Floats) -> Floats:
        """Ground speed [kt]."""
        share = np.minimum(
            elapsed_s / (self.shrink * CLIMB_S),
            (self.duration_s - elapsed_s) / (self.shrink * DESCENT_S),
        )
        return LIFT_OFF_KT + (self.speed_kt - LIFT_OFF_KT) * np.clip(share, 0, 1)

    def altitude_ft(self, elapsed_s: Floats) -> Floats:
        """Altitude above sea level."""
        top = max(self.origin[2], self.destination[2]) + self.shrink * (
            self.cruise_ft - max(self.origin[2], self.destination[2])
        )
        up = self.origin[2] + (top - self.origin[2]) * elapsed_s / (self.shrink * CLIMB_S)
        left_s = self.duration_s - elapsed_s
        down = self.destination[2] + (top - self.destination[2]) * left_s / (
            self.shrink * DESCENT_S
        )
        return np.minimum(np.minimum(up, down), top)

    def place(self, elapsed_s: Floats) -> tuple[Floats, Floats]:
        """Latitude and longitude [deg] on the great circle."""
        course = bearing_deg(*self.origin[:2], *self.destination[:2])
        latitude, longitude = destination_point(*self.origin[:2], course, self.flown_km(elapsed_s))
        return latitude, wrap_longitude(longitude)
